/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* roster_test.c: members at run time: what is wanted of them, their weights,
 * those who come and go. */
#include "unit.h"

#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>

#include "balanced.h"

static void test_drain(void **state)
{
    balancer_reason_e reason;
    int64_t now = clock_now();
    int i;

    begin(0);
    assert_null(roster_set_wanted(&balance, 1, MEMBER_DRAIN, now + 5000, now));
    for (i = 0; i < 20; i++) {
        assert_int_not_equal(choose(-1, 0, &reason), 1);
    }
    assert_int_equal(choose(1, 0, &reason), 1);
    assert_int_equal(reason, BALANCER_BY_SESSION);
    balance_tick(&balance, now + 4999);
    assert_int_equal(choose(1, 0, &reason), 1);
    balance_tick(&balance, now + 5000);
    assert_int_not_equal(choose(1, 0, &reason), 1);
    assert_null(roster_set_wanted(&balance, 1, MEMBER_UP, 0, now));
    assert_int_equal(choose(-1, 5, &reason), 1);
}

static void test_maintenance(void **state)
{
    balancer_reason_e reason;
    int64_t now = clock_now();

    begin(0);
    assert_null(roster_set_wanted(&balance, 0, MEMBER_MAINTENANCE, 0, now));
    assert_int_not_equal(choose(0, 0, &reason), 0);
    assert_int_equal(choose(-1, 6, &reason), BALANCER_NONE);
    assert_non_null(roster_set_wanted(&balance, 0, MEMBER_DOWN, 0, now));
    assert_non_null(roster_set_wanted(&balance, MEMBERS, MEMBER_UP, 0, now));
}

static void test_weight(void **state)
{
    balancer_reason_e reason;
    roster_entry_t entry;
    roster_standing_t standing;
    int i, seen[MEMBERS] = { 0 };

    begin(0);
    balance.method = &method_round_robin;
    assert_null(roster_set_weight(&balance, 0, 0, 0));
    assert_null(roster_set_weight(&balance, 1, 3, 0));
    for (i = 0; i < 40; i++) {
        seen[choose(-1, 0, &reason)]++;
    }
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], 30);
    assert_int_equal(roster_read(&balance, 1, &entry, &standing), 1);
    assert_int_equal(entry.weight, 3);
    assert_int_equal(standing.weight_configured, 1);
    assert_null(roster_set_weight(&balance, 1, -1, 0));
    assert_int_equal(segment->member[1].weight, 1);
    assert_non_null(roster_set_weight(&balance, 1, 1001, 0));
}

/* A weight somebody has set outlives a restart; another follows the file. */
static void test_weight_is_kept(void **state)
{
    begin(0);
    members[0].weight = 7;
    members[1].weight = 7;
    roster_set_weight(&balance, 1, 3, 0);
    assert_ptr_equal(segment_make(segment, &upstream, 1, CHILDREN, 0, pool),
                     segment);
    assert_int_equal(segment->member[0].weight, 7);
    assert_int_equal(segment->member[1].weight, 3);
    assert_int_equal(segment->member[1].weight_configured, 7);
}

static roster_entry_t entry_named(const char *url)
{
    roster_entry_t entry = { .weight = 1, .source = ROSTER_ADDED };

    apr_cpystrn(entry.url, url, sizeof(entry.url));
    return entry;
}

static void test_add(void **state)
{
    roster_entry_t d = entry_named("http://d"), e = entry_named("http://e"),
                   read;
    roster_standing_t standing;
    balancer_reason_e reason;
    int number;

    begin(0);
    segment->member[0].all_requests = 9;
    assert_null(roster_add(&balance, &d, &number, 0));
    assert_int_equal(number, 3);
    assert_int_equal(choose(-1, 7, &reason), BALANCER_NONE); /* not known yet */
    know_all();
    assert_int_equal(choose(-1, 7, &reason), 3);
    assert_int_equal(segment->member[0].all_requests, 9);
    assert_non_null(roster_add(&balance, &d, &number, 0)); /* it is there */
    assert_null(roster_add(&balance, &e, &number, 0));
    e = entry_named("http://f");
    assert_non_null(roster_add(&balance, &e, &number, 0)); /* no place */
    assert_int_equal(roster_find(&balance, "http://d"), 3);
    assert_int_equal(roster_find(&balance, "http://f"), -1);
    assert_int_equal(roster_read(&balance, 3, &read, &standing), 1);
    assert_string_equal(read.url, "http://d");
    assert_int_equal(read.source, ROSTER_ADDED);
    d.weight = 1001;
    assert_non_null(roster_add(&balance, &d, &number, 0));
}

/* Its place is free when the last request there has ended, in any child. */
static void test_remove(void **state)
{
    roster_entry_t d = entry_named("http://d"), read;
    roster_standing_t standing;
    balancer_reason_e reason;
    balancer_place_t place;
    int64_t now = clock_now(), later = now + 2000000;
    int number, i;

    begin(0);
    balance_engine.place(&balance, 1, &place);
    assert_int_equal(place.generation, 1);
    assert_int_equal(choose(-1, 5, &reason), 1);
    assert_null(roster_remove(&balance, 1, now));
    for (i = 0; i < 20; i++) {
        assert_int_not_equal(choose(1, 0, &reason), 1);
    }
    assert_int_equal(roster_read(&balance, 1, &read, &standing), 1);
    assert_int_equal(standing.leaving, 1);
    assert_non_null(roster_remove(&balance, 1, now));
    balance_tick(&balance, later);
    assert_int_equal(balance_has(&balance, 1), 1);
    leave_member(1, BALANCER_BY_METHOD, BALANCER_PASSED);
    balance_tick(&balance, now);
    assert_int_equal(balance_has(&balance, 1), 1); /* plans are read still */
    balance_tick(&balance, later);
    assert_int_equal(balance_has(&balance, 1), 0);
    assert_null(roster_add(&balance, &d, &number, later));
    assert_int_equal(number, 1);
    assert_int_equal(segment->member[1].all_requests, 0);
    balance_engine.place(&balance, 1, &place);
    assert_int_equal(place.generation, 2);
    assert_int_not_equal(choose(1, 0, &reason), 1); /* another than known */
    know_all();
    assert_int_equal(choose(1, 0, &reason), 1);
}

/* One that is about to leave and comes again is the same one. */
static void test_come_again(void **state)
{
    roster_entry_t b = entry_named("http://b");
    balancer_reason_e reason;
    int number;

    begin(0);
    assert_int_equal(choose(-1, 5, &reason), 1);
    segment->member[1].all_requests = 9;
    assert_null(roster_set_wanted(&balance, 1, MEMBER_DRAIN, 0, 0));
    assert_null(roster_remove(&balance, 1, 0));
    assert_null(roster_add(&balance, &b, &number, 0));
    assert_int_equal(number, 1);
    assert_int_equal(segment->member[1].all_requests, 9);
    assert_int_equal(choose(-1, 5, &reason), 1); /* it drains no more */
}

static void test_replace(void **state)
{
    roster_entry_t found[3];
    uint32_t changed;

    begin(0);
    found[0] = entry_named("http://b"); /* configured: left alone */
    found[1] = entry_named("http://d");
    found[2] = entry_named("http://d"); /* twice */
    found[0].weight = 5;
    assert_null(roster_replace(&balance, ROSTER_FOUND, "dns:x", found, 3, 0));
    assert_int_equal(segment->member[1].weight, 1);
    assert_int_equal(roster_find(&balance, "http://d"), 3);
    assert_int_equal(balance_has(&balance, 4), 0);
    changed = balance_engine.changes(&balance);
    assert_null(roster_replace(&balance, ROSTER_FOUND, "dns:x", found, 3, 0));
    assert_int_equal(balance_engine.changes(&balance), changed);
    found[1].weight = 4;
    assert_null(roster_replace(&balance, ROSTER_FOUND, "dns:x", found, 2, 0));
    assert_int_equal(segment->member[3].weight, 4);
    assert_null(roster_replace(&balance, ROSTER_FOUND, "dns:y", NULL, 0, 0));
    assert_int_equal(segment->member[3].use, PLACE_USED);
    assert_null(roster_replace(&balance, ROSTER_FOUND, "dns:x", NULL, 0, 0));
    assert_int_equal(segment->member[3].use, PLACE_LEAVING);
    assert_int_equal(segment->member[1].use, PLACE_USED);
}

/* The same segment, then one with less room: the file's members come first. */
static void test_restart_keeps_added(void **state)
{
    roster_entry_t d = entry_named("http://d"), e = entry_named("http://e");
    balancer_upstream_t next = { "app", members, MEMBERS, MEMBERS + 1 };
    segment_t *s;
    int number;

    begin(0);
    roster_add(&balance, &d, &number, 0);
    roster_add(&balance, &e, &number, 0);
    roster_set_wanted(&balance, 3, MEMBER_MAINTENANCE, 0, 0);
    assert_ptr_equal(segment_make(segment, &upstream, 1, CHILDREN, 0, pool),
                     segment);
    assert_int_equal(segment->member[3].use, PLACE_USED);
    s = segment_make(segment, &next, 1, CHILDREN, 0, pool);
    assert_ptr_not_equal(s, segment);
    assert_string_equal(s->text[3].url, "http://d");
    assert_int_equal(s->member[3].wanted, MEMBER_MAINTENANCE);
    next.room = MEMBERS;
    s = segment_make(s, &next, 1, CHILDREN, 0, pool);
    assert_string_equal(s->text[2].url, "http://c");
    assert_int_equal(s->member[2].use, PLACE_USED);
}

static void come_and_go(void)
{
    roster_entry_t d = entry_named("http://d"), e = entry_named("http://e");
    int number;

    for (;;) {
        roster_replace(&balance, ROSTER_FOUND, "dns:x", &d, 1, clock_now());
        roster_add(&balance, &e, &number, clock_now());
        roster_replace(&balance, ROSTER_FOUND, "dns:x", NULL, 0, clock_now());
        roster_remove(&balance, number, clock_now());
        balance_tick(&balance, clock_now() + 2000000);
    }
}

/* Whenever it happens, each place is free, or somebody has it. */
static void test_killed_at_any_time(void **state)
{
    int times, status, i;

    begin(0);
    for (times = 0; times < 200; times++) {
        pid_t pid = fork();

        if (pid == 0) {
            come_and_go();
        }
        usleep((useconds_t)(times * 37 % 1000));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        for (i = 0; i < ROOM; i++) {
            roster_entry_t entry;
            roster_standing_t standing;

            if (roster_read(&balance, i, &entry, &standing)) {
                assert_int_equal(strlen(entry.url), strlen("http://a"));
                assert_int_equal(roster_find(&balance, entry.url), i);
                assert_int_not_equal(segment->member[i].generation, 0);
                assert_int_equal(standing.wanted, MEMBER_UP);
            }
        }
    }
    balance_tick(&balance, clock_now() + 2000000);
    roster_replace(&balance, ROSTER_FOUND, "dns:x", NULL, 0, 0);
}

/* Keys of those who stay stay; sessions find who came. */
static void test_lookup_follows(void **state)
{
    enum {
        KEYS = 2000
    };
    roster_entry_t d = entry_named("http://d");
    int owner[KEYS], number, i, moved = 0;
    balancer_reason_e reason;
    lookup_view_t *view;

    begin(0);
    balance.method = &method_consistent_hash;
    assert_int_equal(balance_open(&balance, segment, 0, pool), 1);
    know_all();
    for (i = 0; i < KEYS; i++) {
        const balancer_tried_t none = { 0 };
        const balancer_request_t request = { .hash = method_scatter(i + 1u),
                                             .session_member = -1 };

        owner[i] = balance_engine.choose(&balance, &request, &none, 0, &reason);
        leave_member(owner[i], reason, BALANCER_PASSED);
    }
    assert_null(roster_add(&balance, &d, &number, 0));
    know_all();
    balance_follow(&balance);
    for (i = 0; i < KEYS; i++) {
        const balancer_tried_t none = { 0 };
        const balancer_request_t request = { .hash = method_scatter(i + 1u),
                                             .session_member = -1 };
        int n = balance_engine.choose(&balance, &request, &none, 0, &reason);

        assert_true(n == owner[i] || n == number);
        moved += n != owner[i];
        leave_member(n, reason, BALANCER_PASSED);
    }
    assert_in_range(moved, KEYS / 4 / 2, KEYS / 4 * 3 / 2);
    view = lookup_hold(&balance.lookup);
    assert_int_equal(sticky_table_find(view->marks,
                                       sticky_mark(balance.secret,
                                                   slice_str("http://d"))),
                     number);
    lookup_let_go(view);
}

int main(void)
{
    apr_initialize();
    unit_add("its sessions alone, and till then", test_drain, NULL);
    unit_add("nobody in maintenance", test_maintenance, NULL);
    unit_add("weights", test_weight, NULL);
    unit_add("weights after a restart", test_weight_is_kept, NULL);
    unit_add("one comes", test_add, NULL);
    unit_add("one goes", test_remove, NULL);
    unit_add("one comes again", test_come_again, NULL);
    unit_add("what is found", test_replace, NULL);
    unit_add("restarts", test_restart_keeps_added, NULL);
    unit_add("killed at any time", test_killed_at_any_time, NULL);
    unit_add("keys and sessions", test_lookup_follows, NULL);
    return unit_run("roster");
}
