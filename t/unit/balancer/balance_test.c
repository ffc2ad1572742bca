/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_test.c: a balanced upstream in shared memory: limits, sessions,
 * trials, what a killed process held, what a new segment takes over. */
#include "unit.h"

#include <sys/wait.h>
#include <apr_general.h>

#include "engine/metrics.c"
#include "routing/siphash.c"
#include "health/health.c"
#include "health/outlier.c"
#include "members/balance.c"
#include "members/balance_health.c"
#include "members/balance_pause.c"
#include "members/plan.c"
#include "members/plans.c"
#include "members/response_time.c"
#include "members/segment.c"
#include "methods/consistent_hash.c"
#include "methods/hash_ring.c"
#include "methods/least_conn.c"
#include "methods/least_time.c"
#include "methods/method.c"
#include "methods/random_two.c"
#include "methods/round_robin.c"
#include "status/member_record.c"
#include "status/recent.c"
#include "sticky/sticky_table.c"

enum {
    MEMBERS = 3,
    CHILDREN = 4
};

static const balancer_member_t members[MEMBERS] = {
    { .url = "http://a", .weight = 1 },
    { .url = "http://b", .weight = 1 },
    { .url = "http://c", .weight = 1 },
};
static const balancer_upstream_t upstream = { "app", members, MEMBERS };

static apr_pool_t *pool;
static segment_t *segment;
static balance_t balance;
static member_facts_t facts[MEMBERS];
static health_rules_t rules[MEMBERS];
static int changes;

static void changed(const balance_t *b, int member, const health_t *before,
                    const health_t *now)
{
    changes++;
}

/* A new one for each test, with room for max requests at each member. */
static void begin(uint32_t max)
{
    static const health_rules_t one = { .rise = 1,
                                        .fall = 1,
                                        .failures = 2,
                                        .eject_ms = 1000,
                                        .eject_max_ms = 8000,
                                        .trial_ms = 1000 };
    int i;

    if (pool) {
        apr_pool_destroy(pool);
    }
    apr_pool_create(&pool, NULL);
    memset(&balance, 0, sizeof(balance));
    for (i = 0; i < MEMBERS; i++) {
        member_facts_t f = { .id = (uint64_t)i + 1,
                             .weight = 1,
                             .max_connections = max,
                             .state = MEMBER_UP,
                             .ramp_percent = 100 };

        facts[i] = f;
        rules[i] = one;
    }
    balance.upstream = &upstream;
    balance.method = &method_least_conn;
    balance.outlier_rules.max_percent = 50;
    balance.facts = facts;
    balance.health_rules = rules;
    balance.changed = changed;
    changes = 0;
    segment = segment_make(NULL, &upstream, 1, CHILDREN, clock_now(), pool);
    assert_non_null(segment);
    assert_int_equal(segment_child_claim(segment, pool), APR_SUCCESS);
    balance_open(&balance, segment, 0, 0, pool);
}

/* tried: bit n for member n */
static balancer_tried_t list_of(unsigned tried)
{
    balancer_tried_t list = { 0 };
    int i;

    for (i = 0; i < MEMBERS; i++) {
        if (tried >> i & 1) {
            balancer_tried_add(&list, i);
        }
    }
    return list;
}

static int choose(int session, unsigned bits, balancer_reason_e *reason)
{
    const balancer_tried_t tried = list_of(bits);
    const balancer_request_t request = { .session_member = session,
                                         .fit_for_trial = 1 };

    return balance_engine.choose(&balance, &request, &tried, clock_now(),
                                 reason);
}

static int is_left(unsigned bits)
{
    const balancer_tried_t tried = list_of(bits);

    return balance_engine.is_left(&balance, &tried, clock_now());
}

static void leave_member(int member, balancer_reason_e reason,
                         balancer_result_e result)
{
    balance_engine.leave(&balance, member, reason, result, clock_now());
}

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

/* The same names: the same segment.  Others: what is known of those that
 * stay. */
static void test_next_segment(void **state)
{
    const balancer_member_t other[] = { members[2],
                                        { .url = "http://d" },
                                        members[0] };
    const balancer_upstream_t next = { "app", other, 3 };
    segment_t *s;

    begin(0);
    balance_event(&balance, 2, HEALTH_PROBE_FAILED, clock_now());
    segment->first_byte_us[0] = 77;
    assert_ptr_equal(segment_make(segment, &upstream, 1, CHILDREN, 1, pool),
                     segment);
    s = segment_make(segment, &next, 1, CHILDREN, 1, pool);
    assert_ptr_not_equal(s, segment);
    assert_int_equal(s->member[0].health.state, HEALTH_DOWN);
    assert_int_equal(s->member[1].health.state, HEALTH_UP);
    assert_int_equal(s->first_byte_us[2], 77);
}

int main(void)
{
    apr_initialize();
    unit_add("limits of all", test_limits, NULL);
    unit_add("a session, and when it is full", test_session, NULL);
    unit_add("out, tried, in", test_ejection_and_trial, NULL);
    unit_add("a tick without slow start", test_tick_without_slow_start, NULL);
    unit_add("a process dies with a lock", test_killed_process, NULL);
    unit_add("the next configuration", test_next_segment, NULL);
    return unit_run("balance");
}
