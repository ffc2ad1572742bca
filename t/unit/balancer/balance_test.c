/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_test.c: a balanced upstream in shared memory: limits, sessions,
 * trials, what a killed process held, what a new segment takes over. */
#include "unit.h"

#include <sys/wait.h>

#include "balanced.h"

static void test_limits(void **state)
{
    balancer_reason_e reason;
    int i, seen[MEMBERS] = { 0 };

    begin(2);
    for (i = 0; i < 2 * MEMBERS; i++) {
        int n = choose(-1, 0, &reason);

        assert_in_range(n, 0, MEMBERS - 1);
        seen[n]++;
    }
    assert_int_equal(seen[0], 2);
    assert_int_equal(seen[1], 2);
    assert_int_equal(seen[2], 2);
    assert_int_equal(choose(-1, 0, &reason), BALANCER_FULL);
    assert_int_equal(choose(-1, 7, &reason), BALANCER_NONE);
    assert_int_equal(is_left(0), 0);
    leave_member(1, BALANCER_BY_METHOD, BALANCER_PASSED);
    assert_int_equal(is_left(0), 1);
    assert_int_equal(is_left(2), 0);
    assert_int_equal(choose(-1, 0, &reason), 1);
    assert_int_equal(segment->pool[0].total, 6);
}

static void test_session(void **state)
{
    balancer_reason_e reason;

    begin(1);
    assert_int_equal(choose(2, 0, &reason), 2);
    assert_int_equal(reason, BALANCER_BY_SESSION);
    assert_int_not_equal(choose(2, 0, &reason), 2); /* full */
    assert_int_equal(reason, BALANCER_BY_METHOD);
}

static void fail_times(int member, int times)
{
    while (times-- > 0) {
        balance_engine.again(&balance, member);
        leave_member(member, BALANCER_BY_METHOD, BALANCER_FAILED);
    }
}

static void test_ejection_and_trial(void **state)
{
    balancer_reason_e reason;
    health_t health;

    begin(0);
    fail_times(1, 1);
    balance_engine.again(&balance, 1);
    leave_member(1, BALANCER_BY_METHOD, BALANCER_PASSED);
    fail_times(1, 1);
    assert_int_equal(changes, 0); /* not in a row */
    fail_times(1, 1);
    assert_int_equal(changes, 1);
    assert_int_equal(balance_state(&balance, 1, &health, clock_now()),
                     MEMBER_EJECTED);
    fail_times(0, 9); /* one of three may go */
    assert_int_equal(changes, 1);
    assert_int_equal(choose(1, 5, &reason), BALANCER_NONE);
    balance_tick(&balance, clock_now() + 2000000);
    assert_int_equal(choose(-1, 0, &reason), 1);
    assert_int_equal(reason, BALANCER_BY_TRIAL);
    assert_int_not_equal(choose(-1, 0, &reason), 1); /* one at a time */
    leave_member(1, BALANCER_BY_TRIAL, BALANCER_PASSED);
    assert_int_equal(balance_state(&balance, 1, &health, clock_now()),
                     MEMBER_UP);
    assert_int_equal(choose(-1, 5, &reason), 1);
}

/* Slow start that nobody asked for, at a moment before its begin. */
static void test_tick_without_slow_start(void **state)
{
    health_t health;

    begin(0);
    balance_event(&balance, 0, HEALTH_PROBE_FAILED, clock_now());
    balance_event(&balance, 0, HEALTH_PROBE_PASSED, clock_now());
    balance_tick(&balance, clock_now());
    assert_int_equal(balance_state(&balance, 0, &health, clock_now()),
                     MEMBER_UP);
}

static void test_killed_process(void **state)
{
    int status, i;
    pid_t pid;

    begin(0);
    pid = fork();
    if (pid == 0) {
        balancer_reason_e reason;

        own_child = -1;
        segment_child_claim(segment, pool);
        for (i = 0; i < 5; i++) {
            choose(-1, 0, &reason);
        }
        segment_lock(segment, 0);
        segment->member[0].health.state = 99;
        _exit(0); /* with the lock, and five requests */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(segment->pool[0].total, 5);
    segment_reclaim(segment);
    assert_int_equal(segment->pool[0].total, 0);
    for (i = 0; i < MEMBERS; i++) {
        assert_int_equal(segment->in_flight[i], 0);
    }
    segment_lock(segment, 0);
    assert_int_equal(segment->member[0].health.state, HEALTH_UP);
    segment_unlock(segment, 0);
}

/* While a request waited its member went and another one took the place. */
static void test_session_of_before(void **state)
{
    const balancer_tried_t none = { 0 };
    balancer_request_t request = { .session_member = 1 };
    balancer_reason_e reason;

    begin(0);
    request.session_generation = segment->member[1].generation;
    assert_int_equal(balance_engine.choose(&balance, &request, &none,
                                           clock_now(), &reason),
                     1);
    assert_int_equal(reason, BALANCER_BY_SESSION);
    request.session_generation++;
    balance_engine.choose(&balance, &request, &none, clock_now(), &reason);
    assert_int_equal(reason, BALANCER_BY_METHOD);
}

static uint32_t *in_flight_of(int member)
{
    return &segment->in_flight[member];
}

/* A process was killed after it had counted itself in, or before it had counted
 * itself out; what others hold stays. */
static void test_recount(void **state)
{
    balancer_reason_e reason;
    int i, n, other;

    begin(0);
    n = choose(-1, 0, &reason);
    other = (n + 1) % MEMBERS;
    *in_flight_of(n) += 2;
    *in_flight_of(other) += 1;
    segment->pool[0].total += 1;
    for (i = 1; i < RECOUNT_LOOKS; i++) {
        balance_recount(&balance);
        assert_int_equal(*in_flight_of(n), 3);
    }
    balance_recount(&balance);
    assert_int_equal(*in_flight_of(n), 1);
    assert_int_equal(*in_flight_of(other), 0);
    assert_int_equal(segment->pool[0].total, 1);
    *in_flight_of(n) -= 2; /* never seen, but mended as well */
    for (i = 0; i < RECOUNT_LOOKS; i++) {
        balance_recount(&balance);
    }
    assert_int_equal(*in_flight_of(n), 1);
    balance_engine.leave(&balance, n, reason, BALANCER_PASSED, clock_now());
    assert_int_equal(*in_flight_of(n), 0);
    assert_int_equal(segment->pool[0].total, 0);
}

/* What is apart now and then is a request that comes or goes. */
static void test_recount_in_between(void **state)
{
    int i;

    begin(0);
    for (i = 0; i < 10 * RECOUNT_LOOKS; i++) {
        *in_flight_of(0) = i % RECOUNT_LOOKS ? 1 : 0;
        segment->pool[0].total = *in_flight_of(0);
        balance_recount(&balance);
        assert_int_equal(*in_flight_of(0), i % RECOUNT_LOOKS ? 1 : 0);
    }
}

/* The same room: the same segment, where those who stay keep their places.
 * Another: what is known of them goes into a new one. */
static void test_next_segment(void **state)
{
    const balancer_member_t other[] = { members[2],
                                        { .url = "http://d", .weight = 1 },
                                        members[0] };
    balancer_upstream_t next = { "app", other, 3, ROOM };
    segment_t *s;

    begin(0);
    balance_event(&balance, 2, HEALTH_PROBE_FAILED, clock_now());
    segment->first_byte_us[0] = 77;
    assert_ptr_equal(segment_make(segment, &upstream, 1, CHILDREN, 1, pool),
                     segment);
    assert_ptr_equal(segment_make(segment, &next, 1, CHILDREN, 1, pool),
                     segment);
    assert_int_equal(segment->member[0].use, PLACE_USED);
    assert_int_equal(segment->member[1].use, PLACE_LEAVING);
    assert_int_equal(segment->member[2].health.state, HEALTH_DOWN);
    assert_string_equal(segment->text[3].url, "http://d");
    next.room = ROOM + 1;
    s = segment_make(segment, &next, 1, CHILDREN, 1, pool);
    assert_ptr_not_equal(s, segment);
    assert_int_equal(s->member[1].use, PLACE_FREE);
    assert_int_equal(s->member[2].health.state, HEALTH_DOWN);
    assert_string_equal(s->text[3].url, "http://d");
    assert_int_equal(s->first_byte_us[0], 77);
}

int main(void)
{
    apr_initialize();
    unit_add("limits of all", test_limits, NULL);
    unit_add("a session, and when it is full", test_session, NULL);
    unit_add("out, tried, in", test_ejection_and_trial, NULL);
    unit_add("a tick without slow start", test_tick_without_slow_start, NULL);
    unit_add("a session of whoever was there before", test_session_of_before,
             NULL);
    unit_add("a process dies with a lock", test_killed_process, NULL);
    unit_add("a process dies between two counts", test_recount, NULL);
    unit_add("requests between two counts", test_recount_in_between, NULL);
    unit_add("the next configuration", test_next_segment, NULL);
    return unit_run("balance");
}
