/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_board_test.c: shares, steps and orders in shared memory, and what a
 * killed process leaves there. */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "routing/siphash.c"
#include "traffic/canary.c"
#include "traffic/canary_board.c"
#include "traffic/latency_counts.c"

#define SECOND_US 1000000

static const canary_rules_t rules = { .percent = { 10, 50 },
                                      .steps = 2,
                                      .step_ms = 1000,
                                      .min_requests = 20,
                                      .min_failed = 5,
                                      .tolerance_permille = 5,
                                      .latency_percent = 150 };

static canary_board_t *board;

static canary_place_t *take(uint64_t id, int start)
{
    return canary_board_take(board, id, &id, 1, &rules, start, SECOND_US);
}

static int set_up(void **state)
{
    board = canary_board_map();
    *state = take(7, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    munmap(board, sizeof(*board));
    return 0;
}

/* Requests of that many clients; @return of how many the new version's. */
static int serve(canary_place_t *place, int clients, int failed, int64_t us)
{
    int i, test = 0;

    for (i = 0; i < clients; i++) {
        canary_mark_t mark = canary_board_choose(place, (uint64_t)i);
        int on = canary_mark_side(mark) == CANARY_TEST;

        canary_board_count(place, mark, on && failed, on ? us : 1000);
        test += on;
    }
    return test;
}

static void check_share(void **state)
{
    canary_place_t *place = *state;
    canary_change_t change;
    int i, moved = 0;
    canary_mark_t before[1000];

    assert_in_range(serve(place, 10000, 0, 1000), 900, 1100);
    for (i = 0; i < 1000; i++) {
        before[i] = canary_board_choose(place, (uint64_t)i);
    }
    assert_int_equal(canary_board_tick(place, &rules, 3 * SECOND_US, &change),
                     1);
    assert_int_equal(change.from, 10);
    assert_int_equal(change.to, 50);
    for (i = 0; i < 1000; i++) {
        canary_side_e now =
            canary_mark_side(canary_board_choose(place, (uint64_t)i));

        moved +=
            canary_mark_side(before[i]) == CANARY_TEST && now == CANARY_CONTROL;
    }
    assert_int_equal(moved, 0);
    assert_in_range(serve(place, 10000, 0, 1000), 4800, 5200);
    assert_true(canary_board_is_split(place));
}

static void check_rollout(void **state)
{
    canary_place_t *place = *state;
    canary_change_t change;
    canary_view_t view;

    serve(place, 1000, 0, 1000);
    assert_false(canary_board_tick(place, &rules, SECOND_US + 1, &change));
    assert_true(canary_board_tick(place, &rules, 2 * SECOND_US, &change));
    assert_false(canary_board_tick(place, &rules, 9 * SECOND_US, &change));
    canary_board_look(place, &view);
    assert_int_equal(view.reason, CANARY_REQUESTS);
    assert_int_equal(view.test.requests, 0);
    serve(place, 1000, 0, 1000);
    assert_true(canary_board_tick(place, &rules, 9 * SECOND_US, &change));
    assert_int_equal(change.to, 100);
    assert_true(change.ended);
    assert_int_equal(serve(place, 100, 0, 1000), 100);
    assert_false(canary_board_is_split(place));
    assert_false(canary_board_tick(place, &rules, 99 * SECOND_US, &change));
}

static void check_bad(void **state)
{
    canary_place_t *place = *state;
    canary_change_t change;
    canary_view_t view;

    serve(place, 1000, 1, 1000);
    assert_true(canary_board_tick(place, &rules, SECOND_US + 1, &change));
    assert_int_equal(change.reason, CANARY_ERRORS);
    assert_int_equal(change.test.failed, change.test.requests);
    assert_int_equal(change.control.failed, 0);
    assert_int_equal(serve(place, 100, 0, 1000), 0);
    canary_board_look(place, &view);
    assert_int_equal(view.last.reason, CANARY_ERRORS);
    assert_int_equal(view.failed[CANARY_TEST], change.test.failed);
}

static void check_slow(void **state)
{
    canary_place_t *place = *state;
    canary_change_t change;

    serve(place, 1000, 0, 1400);
    assert_false(canary_board_tick(place, &rules, SECOND_US + 1, &change));
    serve(place, 5000, 0, 3000);
    assert_true(canary_board_tick(place, &rules, SECOND_US + 2, &change));
    assert_int_equal(change.reason, CANARY_LATENCY);
}

/* Sent under one step, home under the next: no figure of that one. */
static void check_late(void **state)
{
    canary_place_t *place = *state;
    canary_mark_t early = canary_board_choose(place, 1);
    canary_change_t change;
    canary_view_t view;

    serve(place, 1000, 0, 1000);
    assert_true(canary_board_tick(place, &rules, 3 * SECOND_US, &change));
    canary_board_count(place, early, 1, 1000);
    canary_board_look(place, &view);
    assert_int_equal(view.test.requests + view.control.requests, 0);
    assert_int_equal(view.requests[0] + view.requests[1], 1001);
    assert_int_equal(view.failed[0] + view.failed[1], 1);
}

static void check_orders(void **state)
{
    canary_place_t *place = take(8, 0);
    canary_change_t change;
    canary_view_t view;

    (void)state;
    assert_int_equal(serve(place, 100, 0, 1000), 0);
    assert_non_null(
        canary_board_order(place, &rules, CANARY_ORDER_PAUSE, 1, &change));
    assert_null(
        canary_board_order(place, &rules, CANARY_ORDER_START, 1, &change));
    assert_int_equal(change.to, 10);
    assert_non_null(
        canary_board_order(place, &rules, CANARY_ORDER_START, 1, &change));
    assert_null(
        canary_board_order(place, &rules, CANARY_ORDER_PAUSE, 1, &change));
    assert_int_equal(change.at_us, 0);
    serve(place, 1000, 0, 1000);
    assert_false(canary_board_tick(place, &rules, 9 * SECOND_US, &change));
    serve(place, 1000, 1, 1000);
    assert_true(canary_board_tick(place, &rules, 9 * SECOND_US, &change));
    assert_int_equal(change.to, 0);
    assert_null(
        canary_board_order(place, &rules, CANARY_ORDER_PROMOTE, 2, &change));
    canary_board_look(place, &view);
    assert_int_equal(view.state.percent, 100);
    assert_false(view.paused);
}

static void check_kept(void **state)
{
    canary_place_t *place = *state;
    canary_rules_t fewer = rules;
    canary_change_t change;
    uint64_t id = 7;

    serve(place, 1000, 0, 1000);
    canary_board_tick(place, &rules, 3 * SECOND_US, &change);
    assert_ptr_equal(take(7, 1), place);
    assert_int_equal(bank_of(place)->state.percent, 50);
    /* what does not fit the rules is not believed */
    fewer.steps = 1;
    canary_board_take(board, id, &id, 1, &fewer, 1, 5 * SECOND_US);
    assert_int_equal(bank_of(place)->state.percent, 10);
}

static void check_places(void **state)
{
    uint64_t keep[CANARY_PLACES];
    int i;

    (void)state;
    for (i = 0; i < CANARY_PLACES; i++) {
        keep[i] = 100 + (uint64_t)i;
    }
    for (i = 0; i < CANARY_PLACES; i++) {
        assert_non_null(canary_board_take(board, keep[i], keep, CANARY_PLACES,
                                          &rules, 1, 1));
    }
    assert_null(
        canary_board_take(board, 99, keep, CANARY_PLACES, &rules, 1, 1));
    assert_non_null(canary_board_take(board, 99, keep + 1, CANARY_PLACES - 1,
                                      &rules, 1, 1));
}

/* It holds the lock and has half written the next step. */
static void die_within_a_change(canary_place_t *place)
{
    lock_place(place);
    memset(&place->bank[(place->now + 1) & 1], 0xff, sizeof(canary_bank_t));
    raise(SIGKILL);
}

static void check_killed(void **state)
{
    canary_place_t *place = *state;
    canary_change_t change;
    canary_view_t view;
    pid_t pid;

    serve(place, 1000, 0, 1000);
    pid = fork();
    if (!pid) {
        die_within_a_change(place);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    canary_board_look(place, &view);
    assert_int_equal(view.state.percent, 10);
    assert_int_equal(view.test.requests + view.control.requests, 1000);
    assert_true(canary_board_tick(place, &rules, 3 * SECOND_US, &change));
    canary_board_look(place, &view);
    assert_int_equal(view.state.percent, 50);
    assert_int_equal(view.test.requests + view.control.requests, 0);
    assert_int_equal(view.test.p95_us, 0);
}

int main(void)
{
#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(check_share), TEST(check_rollout), TEST(check_bad),
        TEST(check_slow),  TEST(check_late),    TEST(check_orders),
        TEST(check_kept),  TEST(check_places),  TEST(check_killed),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
