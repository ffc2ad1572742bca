/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* concurrency_limit.c: a gradient on latency, window by window.  Layer L0. */
#include "concurrency_limit.h"

enum {
    UNIT = 1000,           /* of the limit, and of the gradient */
    STEP_PERCENT = 20,     /* of the way to the new limit, each window */
    MEASURING_PART = 4,    /* of the limit */
    FAILED_PERCENT = 10,   /* from here on failures shrink the limit */
    MEASURING_WINDOWS = 2, /* the first one still has what waited before */
    GRADIENT_MIN = 500
};

concurrency_limit_t concurrency_limit_start(const concurrency_rules_t *rules,
                                            int64_t now_us)
{
    concurrency_limit_t limit = { .window_start_us = now_us,
                                  .thousandths = rules->start * UNIT,
                                  .measuring = MEASURING_WINDOWS };

    return limit;
}

static uint64_t square_root(uint64_t x)
{
    uint64_t root = x, next = (x + 1) / 2;

    while (next < root) {
        root = next;
        next = (root + x / root) / 2;
    }
    return root;
}

/* Thousandths: UNIT within tolerance, less beyond it. */
static uint64_t gradient_of(const concurrency_limit_t *limit,
                            const concurrency_rules_t *rules, uint64_t mean_us)
{
    uint64_t good_us = (uint64_t)limit->base_us * rules->tolerance_percent;
    uint64_t gradient = good_us * (UNIT / 100) / (mean_us ? mean_us : 1);

    gradient = gradient < UNIT ? gradient : UNIT;
    return gradient > GRADIENT_MIN ? gradient : GRADIENT_MIN;
}

/* Room for a short queue, which shows whether there could be more: the square
 * root of the limit.  Where half the limit is not used nothing is known of
 * more. */
static uint64_t target_of(const concurrency_limit_t *limit,
                          const concurrency_rules_t *rules, uint64_t mean_us)
{
    uint64_t now = limit->thousandths;
    uint64_t gradient = gradient_of(limit, rules, mean_us);

    if ((uint64_t)limit->failed * 100
        >= (uint64_t)limit->samples * FAILED_PERCENT) {
        return now * GRADIENT_MIN / UNIT;
    }
    if (gradient == UNIT && (uint64_t)limit->peak * 2 * UNIT < now) {
        return now;
    }
    return now * gradient / UNIT + square_root(now * UNIT);
}

static void move(concurrency_limit_t *limit, const concurrency_rules_t *rules,
                 uint64_t mean_us)
{
    int64_t now = limit->thousandths;
    int64_t target = (int64_t)target_of(limit, rules, mean_us);
    int64_t least = (int64_t)rules->min * UNIT;
    int64_t most = (int64_t)rules->max * UNIT;

    now += (target - now) * STEP_PERCENT / 100;
    now = now < most ? now : most;
    limit->thousandths = (uint32_t)(now > least ? now : least);
}

static void end_window(concurrency_limit_t *limit,
                       const concurrency_rules_t *rules)
{
    uint32_t good = limit->samples - limit->failed;
    uint64_t mean_us = good ? limit->sum_us / good : limit->base_us;

    if (limit->measuring > 0) {
        limit->measuring--;
        if (good) {
            limit->base_us = (uint32_t)mean_us;
        }
        return;
    }
    move(limit, rules, mean_us);
    if (++limit->windows >= rules->measure_every) {
        limit->windows = 0;
        limit->measuring = MEASURING_WINDOWS;
    }
}

concurrency_limit_t concurrency_limit_sample(concurrency_limit_t limit,
                                             const concurrency_rules_t *rules,
                                             uint32_t latency_us, int failed,
                                             uint32_t in_flight, int64_t now_us)
{
    limit.samples++;
    limit.failed += failed != 0;
    limit.sum_us += failed ? 0 : latency_us;
    limit.peak = in_flight > limit.peak ? in_flight : limit.peak;
    if (limit.samples >= rules->window_samples
        && now_us - limit.window_start_us >= (int64_t)rules->window_us) {
        end_window(&limit, rules);
        limit.window_start_us = now_us;
        limit.sum_us = 0;
        limit.samples = limit.failed = limit.peak = 0;
    }
    return limit;
}

uint32_t concurrency_limit_now(const concurrency_limit_t *limit,
                               const concurrency_rules_t *rules)
{
    uint32_t whole = limit->thousandths / UNIT;

    whole = limit->measuring ? whole / MEASURING_PART : whole;
    return whole > rules->min ? whole : rules->min;
}
