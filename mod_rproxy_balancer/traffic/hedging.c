/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedging.c: carries hedge.h's decisions out on shared memory.  Layer L1. */
#include "hedging.h"

#define READ(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define WRITE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
#define ADD(field, n) __atomic_add_fetch(&(field), n, __ATOMIC_RELAXED)

void hedging_earn(hedging_t *h, const hedge_rules_t *rules)
{
    int32_t spent, earned = rules->budget_percent;

    if (!rules->enabled) {
        return;
    }
    spent = READ(h->spent);
    if (spent > 0) {
        ADD(h->spent, -(spent < earned ? spent : earned));
    }
}

void hedging_sample(hedging_t *h, const hedge_rules_t *rules,
                    uint32_t first_byte_us)
{
    if (!rules->enabled || rules->delay_us) {
        return;
    }
    WRITE(h->delay_us, hedge_delay_next(READ(h->delay_us), first_byte_us));
    if (READ(h->samples) < rules->min_samples) {
        ADD(h->samples, 1);
    }
}

/* Of two at the last coin one gets it. */
static int pay(hedging_t *h)
{
    if (ADD(h->spent, HEDGE_COST) > HEDGE_CREDIT_MAX) {
        ADD(h->spent, -HEDGE_COST);
        return 0;
    }
    return 1;
}

balancer_hedge_verdict_e hedging_ask(hedging_t *h, const hedge_rules_t *rules,
                                     int others, uint32_t waited_us,
                                     uint32_t *after_us)
{
    const hedge_in_t in = { .safe = 1,
                            .others = others,
                            .samples = READ(h->samples),
                            .delay_us = READ(h->delay_us),
                            .waited_us = waited_us,
                            .credit = HEDGE_CREDIT_MAX - READ(h->spent) };
    const hedge_t hedge = hedge_decide(&in, rules);

    if (hedge.reason == HEDGE_EARLY) {
        *after_us = hedge.ask_after_us;
        return BALANCER_HEDGE_LATER;
    }
    if (hedge.reason == HEDGE_NO_BUDGET
        || (hedge.reason == HEDGE_SLOW && !pay(h))) {
        ADD(h->refused, 1);
        return BALANCER_HEDGE_REFUSED;
    }
    if (hedge.reason == HEDGE_SLOW) {
        ADD(h->sent, 1);
        return BALANCER_HEDGE_NOW;
    }
    return BALANCER_HEDGE_NO;
}

void hedging_count(hedging_t *h, balancer_hedge_e result)
{
    if (result == HEDGED_WON) {
        ADD(h->won, 1);
    }
    else if (result == HEDGED_LOST) {
        ADD(h->lost, 1);
    }
    else if (result == HEDGED_FAILED) {
        ADD(h->failed, 1);
    }
}

/* What others have waited at the same time counts once. */
int64_t silence_add(silence_t *s, int64_t waited_us, int64_t now_us)
{
    int64_t since = now_us - waited_us;
    int64_t until = __atomic_exchange_n(&s->until_us, now_us, __ATOMIC_RELAXED);

    since = since > until ? since : until;
    return ADD(s->waited_us, since < now_us ? now_us - since : 0);
}

void silence_end(silence_t *s)
{
    if (READ(s->waited_us)) {
        WRITE(s->waited_us, 0);
    }
}
