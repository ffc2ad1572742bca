/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* round_robin_test.c: turns are exact over any period, spread evenly within
 * it, and the same whoever takes them. */
#include "pool.h"

#include <pthread.h>

typedef struct {
    const char *name;
    uint32_t count;
    uint16_t weights[8];
    uint32_t period; /* sum of the weights in lowest terms */
} period_case_t;

static const period_case_t period_cases[] = {
    { "period: one", 1, { 7 }, 1 },
    { "period: two equal", 2, { 1, 1 }, 2 },
    { "period: 2 and 1", 2, { 2, 1 }, 3 },
    { "period: 5, 1, 1", 3, { 5, 1, 1 }, 7 },
    { "period: common divisors do not matter", 3, { 50, 10, 10 }, 7 },
    { "period: one off", 3, { 3, 0, 2 }, 5 },
    { "period: 100 and 1", 2, { 100, 1 }, 101 },
    { "period: six", 6, { 1, 2, 3, 4, 5, 6 }, 21 },
    { "period: 1000 and 999", 2, { 1000, 999 }, 1999 },
};

/* Weights as counts in each window of a period's length, wherever it begins. */
static void check_period(void **state)
{
    const period_case_t *row = *state;
    uint32_t sum = 0, window, i;

    pool_open(row->count, row->weights);
    for (i = 0; i < row->count; i++) {
        sum += row->weights[i];
    }
    assert_int_equal(pool.in.plan->level[0].turns, row->period);
    for (window = 0; window < 50; window++) {
        pool.turn = window * (uint64_t)1000003;
        pool_pick_many(&method_round_robin, row->period);
        for (i = 0; i < row->count; i++) {
            assert_int_equal(pool.picked[i] * (sum / row->period),
                             row->weights[i]);
        }
    }
}

/* The longest time without a turn, in units of the mean time between two. */
static double longest_gap(uint32_t member, uint32_t share, uint32_t period)
{
    uint32_t since = 0, longest = 0, i;

    for (i = 0; i < 3 * period; i++) {
        since++;
        if (pool_pick(&method_round_robin) == (int)member) {
            longest = since > longest ? since : longest;
            since = 0;
        }
    }
    return longest * (double)share / period;
}

static void check_smooth(void **state)
{
    static const uint16_t weights[][4] = { { 5, 1, 1, 1 },
                                           { 100, 50, 25, 25 },
                                           { 7, 5, 3, 2 } };
    uint32_t row, i, sum;

    (void)state;
    for (row = 0; row < UNIT_COUNT(weights); row++) {
        pool_open(4, weights[row]);
        for (sum = 0, i = 0; i < 4; i++) {
            sum += weights[row][i];
        }
        for (i = 0; i < 4; i++) {
            pool.turn = 0;
            assert_true(longest_gap(i, weights[row][i], sum) < 2.7);
        }
    }
}

/* A full member's turns fall to the others by their weights. */
static void check_full(void **state)
{
    static const uint16_t weights[] = { 3, 2, 1 };

    (void)state;
    pool_open(3, weights);
    pool.facts[0].max_connections = 1;
    pool_plan();
    pool.in_flight[0] = 1;
    pool_pick_many(&method_round_robin, 3000);
    assert_int_equal(pool.picked[0], 0);
    assert_int_equal(pool.picked[1], 2000);
    assert_int_equal(pool.picked[2], 1000);
}

enum {
    THREADS = 4,
    PICKS_EACH = 60000
};

static uint32_t counts[THREADS][6];

static void *take_turns(void *arg)
{
    uint32_t *count = arg, i;
    method_in_t in = pool.in;

    for (i = 0; i < PICKS_EACH; i++) {
        count[method_pick(&method_round_robin, &in)]++;
    }
    return NULL;
}

static void check_threads(void **state)
{
    static const uint16_t weights[] = { 1, 2, 3, 4, 5, 5 };
    pthread_t threads[THREADS];
    uint32_t i, t;

    (void)state;
    pool_open(6, weights);
    for (t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_create(&threads[t], NULL, take_turns,
                                        counts[t]),
                         0);
    }
    for (t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
    }
    for (i = 0; i < 6; i++) {
        uint32_t sum = 0;

        for (t = 0; t < THREADS; t++) {
            sum += counts[t][i];
        }
        assert_int_equal(sum, THREADS * PICKS_EACH / 20 * weights[i]);
    }
}

static void check_counter_end(void **state)
{
    (void)state;
    pool_open(3, NULL);
    pool.turn = UINT64_MAX - 2; /* 2^64 - 1 is a multiple of 3 */
    pool_pick_many(&method_round_robin, 6);
    assert_int_equal(pool.turn, 3);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(period_cases); i++) {
        unit_add(period_cases[i].name, check_period, &period_cases[i]);
    }
    unit_add("turns are spread evenly", check_smooth, NULL);
    unit_add("turns of a full member", check_full, NULL);
    unit_add("exact over all threads", check_threads, NULL);
    unit_add("the counter's end", check_counter_end, NULL);
    return unit_run("round_robin");
}
