/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedging_test.c: the budget that all children share, what is learnt, and for
 * how long a member was silent. */
#include "unit.h"

#include "traffic/hedge.c"
#include "traffic/hedging.c"

#define BURST (HEDGE_CREDIT_MAX / HEDGE_COST)

static const hedge_rules_t fixed = { .enabled = 1,
                                     .budget_percent = 10,
                                     .delay_us = 50000 };
static const hedge_rules_t learnt = { .enabled = 1,
                                      .budget_percent = 10,
                                      .min_delay_us = 1000,
                                      .max_delay_us = 500000,
                                      .min_samples = 100 };

static balancer_hedge_verdict_e ask(hedging_t *h, const hedge_rules_t *rules,
                                    uint32_t waited_us)
{
    uint32_t after_us = 0;

    return hedging_ask(h, rules, 1, waited_us, &after_us);
}

static void check_budget(void **state)
{
    hedging_t h = { 0 };
    int i, sent = 0;

    for (i = 0; i < 1000; i++) {
        hedging_earn(&h, &fixed);
        sent += ask(&h, &fixed, 60000) == BALANCER_HEDGE_NOW;
    }
    assert_in_range(sent, 100, 100 + BURST);
    assert_int_equal(h.sent, sent);
    assert_int_equal(h.refused, 1000 - sent);
}

/* What was saved up is bounded. */
static void check_burst(void **state)
{
    hedging_t h = { 0 };
    int i, sent = 0;

    for (i = 0; i < 10000; i++) {
        hedging_earn(&h, &fixed);
    }
    while (ask(&h, &fixed, 60000) == BALANCER_HEDGE_NOW) {
        sent++;
    }
    assert_int_equal(sent, BURST);
}

static void check_fixed(void **state)
{
    hedging_t h = { 0 };
    uint32_t after_us = 0;

    assert_int_equal(hedging_ask(&h, &fixed, 1, 0, &after_us),
                     BALANCER_HEDGE_LATER);
    assert_int_equal(after_us, 50000);
    assert_int_equal(hedging_ask(&h, &fixed, 1, 49000, &after_us),
                     BALANCER_HEDGE_LATER);
    assert_int_equal(after_us, 1000);
    assert_int_equal(hedging_ask(&h, &fixed, 0, 50000, &after_us),
                     BALANCER_HEDGE_NO);
    assert_int_equal(hedging_ask(&h, &fixed, 1, 50000, &after_us),
                     BALANCER_HEDGE_NOW);
    hedging_sample(&h, &fixed, 7);
    assert_int_equal(h.samples, 0);
}

static void check_learnt(void **state)
{
    hedging_t h = { 0 };
    int i;

    for (i = 0; i < 99; i++) {
        hedging_sample(&h, &learnt, 20000);
    }
    assert_int_equal(ask(&h, &learnt, 600000), BALANCER_HEDGE_NO);
    hedging_sample(&h, &learnt, 20000);
    assert_int_equal(ask(&h, &learnt, 0), BALANCER_HEDGE_LATER);
    assert_int_equal(ask(&h, &learnt, 600000), BALANCER_HEDGE_NOW);
}

static void check_off(void **state)
{
    const hedge_rules_t off = { .budget_percent = 10 };
    hedging_t h = { 0 };

    hedging_sample(&h, &off, 20000);
    assert_int_equal(ask(&h, &off, 600000), BALANCER_HEDGE_NO);
    assert_int_equal(h.samples + h.delay_us, 0);
}

static void check_counts(void **state)
{
    hedging_t h = { 0 };

    hedging_count(&h, HEDGED_WON);
    hedging_count(&h, HEDGED_LOST);
    hedging_count(&h, HEDGED_LOST);
    hedging_count(&h, HEDGED_FAILED);
    hedging_count(&h, HEDGED_SENT);
    assert_int_equal(h.won, 1);
    assert_int_equal(h.lost, 2);
    assert_int_equal(h.failed, 1);
}

/* Two who wait at the same time have not waited twice. */
static void check_silence(void **state)
{
    silence_t s = { 0, 0 };

    assert_int_equal(silence_add(&s, 100, 1100), 100);
    assert_int_equal(silence_add(&s, 100, 1150), 150); /* from 1050 on */
    assert_int_equal(silence_add(&s, 50, 1150), 150);
    assert_int_equal(silence_add(&s, 100, 2000), 250); /* nobody between */
    silence_end(&s);
    assert_int_equal(silence_add(&s, 10, 2010), 10);
}

int main(void)
{
    unit_add("the budget", check_budget, NULL);
    unit_add("saved up", check_burst, NULL);
    unit_add("a time that is given", check_fixed, NULL);
    unit_add("a time that is learnt", check_learnt, NULL);
    unit_add("off", check_off, NULL);
    unit_add("counts", check_counts, NULL);
    unit_add("silence", check_silence, NULL);
    return unit_run("hedging");
}
