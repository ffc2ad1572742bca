/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_hedge.c: between the engine, the members and hedging.h.  Layer L1.
 *
 * One who was outrun was not refused: that says nothing bad of a member, but
 * that it takes at least so long.  One that answers nobody, though, would never
 * be found out, since none of its requests gets to its timeout: when all that
 * was waited for it adds up to that, it has failed. */
#include "balance_hedge.h"

#include "response_time.h"

static uint32_t in_us(apr_interval_time_t time)
{
    return time < RESPONSE_TIME_MAX_US ? (uint32_t)time : RESPONSE_TIME_MAX_US;
}

balancer_hedge_verdict_e balance_hedge(void *pool,
                                       const balancer_tried_t *tried,
                                       apr_interval_time_t waited,
                                       apr_interval_time_t *after,
                                       apr_time_t now)
{
    const balance_t *b = pool;
    balancer_hedge_verdict_e verdict;
    uint32_t after_us = 0;
    int others;

    if (!b->hedge_rules.enabled) {
        return BALANCER_HEDGE_NO;
    }
    others = waited == 0
             || (!(b->queue && queue_is_used(b->queue)) /* they come first */
                 && balance_engine.is_left(pool, tried, now));
    verdict = hedging_ask(&b->shared->hedging, &b->hedge_rules, others,
                          in_us(waited), &after_us);
    *after = after_us;
    return verdict;
}

void balance_hedged(void *pool, balancer_hedge_e result)
{
    const balance_t *b = pool;

    hedging_count(&b->shared->hedging, result);
}

/* At least so slow is it. */
static void remember(const balance_t *b, int member, uint32_t waited_us)
{
    uint32_t *average = &b->segment->first_byte_us[b->places.first + member];

    if (__atomic_load_n(average, __ATOMIC_RELAXED) < waited_us) {
        __atomic_store_n(average, waited_us, __ATOMIC_RELAXED);
    }
}

balancer_result_e balance_outrun(void *pool, int member,
                                 apr_interval_time_t waited,
                                 apr_interval_time_t patience, apr_time_t now)
{
    const balance_t *b = pool;
    hedging_t *hedging = &b->shared->hedging;
    uint32_t waited_us = in_us(waited);
    int64_t silent = silence_add(&b->member[member].silence, waited, now);

    remember(b, member, waited_us);
    if (waited_us > __atomic_load_n(&hedging->delay_us, __ATOMIC_RELAXED)) {
        hedging_sample(hedging, &b->hedge_rules, waited_us);
    }
    return patience && silent >= patience ? BALANCER_FAILED : BALANCER_UNKNOWN;
}

void balance_hedge_answered(const balance_t *b, int member,
                            apr_interval_time_t first_byte)
{
    silence_end(&b->member[member].silence);
    hedging_sample(&b->shared->hedging, &b->hedge_rules, in_us(first_byte));
}
