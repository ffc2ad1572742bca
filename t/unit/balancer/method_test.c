/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* method_test.c: what holds for every method: shares by weight, closed and
 * full and excluded members, levels.  Each case runs once per method. */
#include "pool.h"

enum {
    PICKS = 100000
};

static const method_t *method_of(void **state)
{
    return method_find(*state, strlen(*state));
}

/* As requests that end in the order they came. */
static void run_load(const method_t *method, uint32_t requests,
                     uint32_t in_flight)
{
    static int queue[1024];
    uint32_t i;

    assert_true(in_flight <= UNIT_COUNT(queue));
    memset(pool.picked, 0, sizeof(pool.picked));
    for (i = 0; i < requests; i++) {
        int *slot = &queue[i % in_flight];

        if (i >= in_flight) {
            pool.in_flight[*slot]--;
            pool.total--;
        }
        *slot = pool_send(method);
        assert_true(*slot >= 0);
    }
}

static void assert_about(uint32_t got, double expect, double percent)
{
    double off = (double)got - expect;

    if (off > expect * percent / 100 || off < -expect * percent / 100) {
        fail_msg("%u is not within %.0f %% of %.0f", got, percent, expect);
    }
}

static void check_idle_equal(void **state)
{
    uint32_t i;

    pool_open(10, NULL);
    pool_pick_many(method_of(state), PICKS);
    for (i = 0; i < 10; i++) {
        /* a ring's shares are only as even as its points */
        assert_about(pool.picked[i], PICKS / 10.0,
                     method_of(state)->wants_hash ? 25 : 4);
    }
}

static void check_load_weights(void **state)
{
    static const uint16_t weights[] = { 5, 1, 3, 1 };
    uint32_t i;

    pool_open(4, weights);
    pool.in.bound_percent = 105;
    run_load(method_of(state), PICKS, 500);
    for (i = 0; i < 4; i++) {
        assert_about(pool.picked[i], PICKS * weights[i] / 10.0,
                     method_of(state)->wants_hash ? 15 : 4);
    }
}

static void check_one(void **state)
{
    pool_open(1, NULL);
    pool_pick_many(method_of(state), 100);
    assert_int_equal(pool.picked[0], 100);
}

static void check_none(void **state)
{
    static const uint16_t zeros[3] = { 0 };
    uint32_t i;

    pool_open(0, NULL);
    assert_int_equal(pool_pick(method_of(state)), METHOD_NONE);
    pool_open(3, zeros);
    assert_int_equal(pool_pick(method_of(state)), METHOD_NONE);
    pool_open(3, NULL);
    for (i = 0; i < 3; i++) {
        pool.facts[i].state = MEMBER_DOWN;
    }
    pool_plan();
    assert_int_equal(pool_pick(method_of(state)), METHOD_NONE);
}

static void check_closed(void **state)
{
    uint32_t i;

    pool_open(200, NULL);
    for (i = 0; i < 200; i++) {
        pool.facts[i].state = i % 3 ? MEMBER_DOWN : MEMBER_UP;
    }
    pool_plan();
    pool_pick_many(method_of(state), PICKS);
    for (i = 0; i < 200; i++) {
        assert_true(i % 3 ? pool.picked[i] == 0 : pool.picked[i] > 0);
    }
}

/* The only one that is left is found, wherever it is. */
static void check_last_one(void **state)
{
    static const uint32_t counts[] = { 2, 64, 65, 300, 1000 };
    uint32_t i, left, c;

    for (c = 0; c < UNIT_COUNT(counts); c++) {
        pool_open(counts[c], NULL);
        for (left = 0; left < counts[c]; left += 1 + counts[c] / 7) {
            pool.in.excluded_count = 0;
            for (i = 0; i < counts[c]; i++) {
                if (i != left && i % 2) {
                    pool_exclude(i);
                }
                pool.facts[i].max_connections = 2;
                pool.in_flight[i] = i == left ? 1 : 2;
            }
            pool_plan();
            assert_int_equal(pool_pick(method_of(state)), left);
        }
    }
}

static void check_full(void **state)
{
    uint32_t i;

    pool_open(3, NULL);
    for (i = 0; i < 3; i++) {
        pool.facts[i].max_connections = i + 1;
    }
    pool_plan();
    for (i = 0; i < 6; i++) {
        assert_true(pool_send(method_of(state)) >= 0);
    }
    for (i = 0; i < 3; i++) {
        assert_int_equal(pool.in_flight[i], i + 1);
    }
    assert_int_equal(pool_send(method_of(state)), METHOD_FULL);
    pool_exclude(0);
    assert_int_equal(pool_send(method_of(state)), METHOD_FULL);
    pool_exclude(1);
    pool_exclude(2);
    assert_int_equal(pool_send(method_of(state)), METHOD_NONE);
}

/* Tries of one request: each member once, the backup last. */
static void check_tries(void **state)
{
    uint32_t try;

    pool_open(5, NULL);
    pool.facts[2].backup = 1;
    pool_plan();
    for (try = 0; try < 5; try++) {
        int member = pool_pick(method_of(state));

        assert_true(member >= 0);
        assert_int_equal(pool.picked[member], 1);
        assert_int_equal(member == 2, try == 4);
        pool_exclude((uint32_t)member);
    }
    assert_int_equal(pool_pick(method_of(state)), METHOD_NONE);
}

static void check_tiers(void **state)
{
    pool_open(3, NULL);
    pool.facts[0].tier = 1;
    pool.facts[1].tier = 0;
    pool.facts[2].backup = 1;
    pool.facts[1].max_connections = 1;
    pool_plan();
    assert_int_equal(pool_send(method_of(state)), 1);
    assert_int_equal(pool_send(method_of(state)), METHOD_FULL);
    pool.facts[1].state = MEMBER_DOWN;
    pool_plan();
    assert_int_equal(pool_send(method_of(state)), 0);
    pool.facts[0].state = MEMBER_EJECTED;
    pool_plan();
    assert_int_equal(pool_send(method_of(state)), 2);
}

static void check_zones(void **state)
{
    uint32_t i;

    pool_open(4, NULL);
    for (i = 0; i < 4; i++) {
        pool.facts[i].zone = (uint16_t)(1 + i / 2);
        pool.facts[i].max_connections = 1;
    }
    pool.rules.zone = 2;
    pool_plan();
    for (i = 0; i < 4; i++) {
        int member = pool_send(method_of(state));

        assert_true(member >= 0);
        assert_int_equal(member >= 2, i < 2);
    }
    assert_int_equal(pool_send(method_of(state)), METHOD_FULL);
}

static void check_group(void **state)
{
    pool_open(4, NULL);
    pool.facts[1].group = pool.facts[3].group = 9;
    pool.facts[3].weight = 2;
    pool_plan();
    pool.in.group = 9;
    pool.in_flight[1] = 2;
    pool.in_flight[3] = 3;
    assert_int_equal(pool_pick(method_of(state)), 3);
    pool_exclude(3);
    assert_int_equal(pool_pick(method_of(state)), 1);
    pool_exclude(1);
    assert_true(pool_pick(method_of(state)) % 2 == 0);
}

static void check_many(void **state)
{
    uint32_t i, max = 0;

    pool_open(MEMBERS_MAX, NULL);
    pool.in.bound_percent = 125;
    for (i = 0; i < 3 * MEMBERS_MAX; i++) {
        assert_true(pool_send(method_of(state)) >= 0);
    }
    for (i = 0; i < MEMBERS_MAX; i++) {
        max = pool.in_flight[i] > max ? pool.in_flight[i] : max;
    }
    assert_in_range(max, 3, 6);
}

static void check_names(void **state)
{
    (void)state;
    assert_ptr_equal(method_find("least-conn", 10), &method_least_conn);
    assert_null(method_find("least-conn", 9));
    assert_null(method_find("Least_conn", 10));
    assert_null(method_find("", 0));
    assert_null(method_at(5));
}

int main(void)
{
    static const struct {
        const char *name;
        CMUnitTestFunction check;
    } checks[] = {
        { "equal shares of an idle upstream", check_idle_equal },
        { "shares by weight under load", check_load_weights },
        { "one member", check_one },
        { "no member, no weight, all down", check_none },
        { "members that are down get nothing", check_closed },
        { "the last one with room is found", check_last_one },
        { "no more than max connections", check_full },
        { "each member is tried once, the backup last", check_tries },
        { "tiers and backups", check_tiers },
        { "our zone first, others when it is full", check_zones },
        { "a failover group first", check_group },
        { "10,000 members", check_many },
    };
    static char names[5 * UNIT_COUNT(checks)][96];
    size_t m, i, used = 0;

    for (m = 0; method_at(m); m++) {
        for (i = 0; i < UNIT_COUNT(checks); i++) {
            snprintf(names[used], sizeof(names[used]), "%s: %s",
                     method_at(m)->name, checks[i].name);
            unit_add(names[used++], checks[i].check, method_at(m)->name);
        }
    }
    unit_add("methods by name", check_names, NULL);
    return unit_run("method");
}
