/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedge_test.c: who gets a second request, when, and how many there are. */
#include "unit.h"

#include "traffic/hedge.c"

static const hedge_rules_t rules = {
    .enabled = 1,
    .budget_percent = 5,
    .min_delay_us = 1000,
    .max_delay_us = 500000,
    .min_samples = 100,
};

typedef struct {
    const char *name;
    hedge_in_t in; /* safe, body, started, hedged, others, samples, ... */
    hedge_reason_e reason;
    uint32_t ask_after_us;
} decide_case_t;

static const decide_case_t decide_cases[] = {
    { "it is slow", { 1, 0, 0, 0, 1, 100, 20000, 20000, 100 }, HEDGE_SLOW, 0 },
    { "not a safe method",
      { 0, 0, 0, 0, 1, 100, 20000, 20000, 100 },
      HEDGE_UNSAFE,
      0 },
    { "with a body", { 1, 1, 0, 0, 1, 100, 20000, 20000, 100 }, HEDGE_BODY, 0 },
    { "the response has begun",
      { 1, 0, 1, 0, 1, 100, 20000, 20000, 100 },
      HEDGE_STARTED,
      0 },
    { "hedged already",
      { 1, 0, 0, 1, 1, 100, 20000, 20000, 100 },
      HEDGE_ALREADY,
      0 },
    { "no other member",
      { 1, 0, 0, 0, 0, 100, 20000, 20000, 100 },
      HEDGE_NO_MEMBER,
      0 },
    { "few samples",
      { 1, 0, 0, 0, 1, 99, 20000, 20000, 100 },
      HEDGE_UNKNOWN,
      0 },
    { "no delay known",
      { 1, 0, 0, 0, 1, 100, 0, 20000, 100 },
      HEDGE_UNKNOWN,
      0 },
    { "too early", { 1, 0, 0, 0, 1, 100, 20000, 19999, 100 }, HEDGE_EARLY, 1 },
    { "at once", { 1, 0, 0, 0, 1, 100, 20000, 0, 100 }, HEDGE_EARLY, 20000 },
    { "the shortest delay",
      { 1, 0, 0, 0, 1, 100, 10, 10, 100 },
      HEDGE_EARLY,
      990 },
    { "the longest delay",
      { 1, 0, 0, 0, 1, 100, 900000, 0, 100 },
      HEDGE_EARLY,
      500000 },
    { "nothing left to spend",
      { 1, 0, 0, 0, 1, 100, 20000, 20000, 99 },
      HEDGE_NO_BUDGET,
      0 },
    { "credit below nothing",
      { 1, 0, 0, 0, 1, 100, 20000, 20000, -1 },
      HEDGE_NO_BUDGET,
      0 },
};

static void check_decide(void **state)
{
    const decide_case_t *row = *state;
    hedge_t got = hedge_decide(&row->in, &rules);

    assert_string_equal(hedge_reason_text(got.reason),
                        hedge_reason_text(row->reason));
    assert_int_equal(got.ask_after_us, row->ask_after_us);
}

static void check_off(void **state)
{
    hedge_rules_t off = rules;

    (void)state;
    off.enabled = 0;
    assert_int_equal(hedge_decide(&decide_cases[0].in, &off).reason, HEDGE_OFF);
}

static uint32_t random_state = 3;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

/* Of samples spread evenly over 0 to range the 95th percentile is 0.95 of it;
 * the share that is slower than the number tells how near it is. */
static double slower_share(uint32_t *delay_us, uint32_t range, uint32_t count)
{
    uint32_t i, slower = 0;

    for (i = 0; i < 5000; i++) {
        *delay_us = hedge_delay_next(*delay_us, random_below(range));
    }
    for (i = 0; i < count; i++) {
        uint32_t sample = random_below(range);

        slower += sample > *delay_us;
        *delay_us = hedge_delay_next(*delay_us, sample);
    }
    return slower / (double)count;
}

static void check_percentile(void **state)
{
    static const uint32_t ranges[] = { 2000, 20000, 200000, 3000000 };
    uint32_t delay_us = 0;
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(ranges); i++) { /* each follows the last one */
        double share = slower_share(&delay_us, ranges[i], 100000);

        assert_true(share > 0.045 && share < 0.055);
    }
    for (; i > 0; i--) {
        double share = slower_share(&delay_us, ranges[i - 1], 100000);

        assert_true(share > 0.045 && share < 0.055);
    }
}

static void check_delay_ends(void **state)
{
    (void)state;
    assert_int_equal(hedge_delay_next(0, 0), 1);
    assert_int_equal(hedge_delay_next(0, 777), 777);
    assert_int_equal(hedge_delay_next(1, 0), 1);
    assert_int_equal(hedge_delay_next(1000, 1001), 1038);
    assert_int_equal(hedge_delay_next(400000, UINT32_MAX), 419000);
    assert_int_equal(hedge_delay_next(1 << 30, UINT32_MAX), 1 << 30);
}

/* All members slow at once: second requests stay within their share. */
static void check_budget(void **state)
{
    hedge_in_t in = decide_cases[0].in;
    uint32_t i, hedged = 0;

    (void)state;
    in.credit = 0;
    for (i = 0; i < 10000; i++) {
        in.credit = hedge_earn(in.credit, &rules);
        if (hedge_decide(&in, &rules).reason == HEDGE_SLOW) {
            in.credit -= HEDGE_COST;
            hedged++;
        }
    }
    assert_int_equal(hedged, 500);
    for (i = 0; i < 10000; i++) {
        in.credit = hedge_earn(in.credit, &rules);
    }
    assert_int_equal(in.credit, HEDGE_CREDIT_MAX);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(decide_cases); i++) {
        unit_add(decide_cases[i].name, check_decide, &decide_cases[i]);
    }
    unit_add("switched off", check_off, NULL);
    unit_add("the delay is the 95th percentile", check_percentile, NULL);
    unit_add("the delay's ends", check_delay_ends, NULL);
    unit_add("the budget", check_budget, NULL);
    return unit_run("hedge");
}
