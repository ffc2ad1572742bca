/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rate.c: the arithmetic of rates.  Layer L0. */
#include "rate.h"

enum {
    LATE_US = 2 * 1000000,
    LATE_MAX = 1 << 30 /* units: a small part of all times there are */
};

/* a * b / c without overflow, for c > 0 and a result of 64 bits. */
static uint64_t scaled(uint64_t a, uint64_t b, uint64_t c)
{
    return (uint64_t)((unsigned __int128)a * b / c);
}

uint64_t rate_now(const rate_rule_t *rule, int64_t now_us)
{
    return scaled(now_us > 0 ? (uint64_t)now_us : 0, RATE_UNITS * rule->count,
                  rule->period_us)
           & RATE_TIME_MASK;
}

static uint64_t in_us(const rate_rule_t *rule, uint64_t units)
{
    uint64_t parts = RATE_UNITS * rule->count;

    return (uint64_t)(((unsigned __int128)units * rule->period_us + parts - 1)
                      / parts);
}

/* The furthest a request can put it without a wait. */
static uint64_t at_once(const rate_rule_t *rule)
{
    return ((uint64_t)rule->burst + 1) * RATE_UNITS;
}

static uint64_t furthest(const rate_rule_t *rule)
{
    return at_once(rule) + rule->queue;
}

uint32_t rate_queue(const rate_rule_t *rule, int64_t longest_us)
{
    uint64_t units = longest_us > 0
                         ? scaled((uint64_t)longest_us,
                                  RATE_UNITS * rule->count, rule->period_us)
                         : 0;

    return units < RATE_QUEUE_MAX ? (uint32_t)units : RATE_QUEUE_MAX;
}

uint64_t rate_ahead_most(const rate_rule_t *rule)
{
    return furthest(rule) + rule->debt;
}

uint64_t rate_left(const rate_rule_t *rule, uint64_t ahead, int64_t age_us)
{
    unsigned __int128 past = (unsigned __int128)(age_us > 0 ? age_us : 0)
                             * (RATE_UNITS * rule->count) / rule->period_us;

    return past < ahead ? ahead - (uint64_t)past : 0;
}

/* Beyond the furthest: it may be others who looked at the clock later, and were
 * faster. */
static uint64_t late(const rate_rule_t *rule)
{
    uint64_t units =
        1 + (uint64_t)LATE_US * RATE_UNITS * rule->count / rule->period_us;

    return units < LATE_MAX ? units : LATE_MAX;
}

uint64_t rate_ahead(const rate_rule_t *rule, uint64_t until, uint64_t now)
{
    uint64_t ahead = (until - now) & RATE_TIME_MASK;
    uint64_t most = rate_ahead_most(rule);

    if (ahead <= most) {
        return ahead;
    }
    return ahead - most <= LATE_MAX && ahead - most <= late(rule) ? ahead : 0;
}

int rate_is_forgotten(const rate_rule_t *rule, uint64_t until, uint64_t now)
{
    return rate_ahead(rule, until, now) == 0;
}

rate_t rate_decide(const rate_rule_t *rule, uint64_t until, uint64_t now,
                   uint32_t cost)
{
    uint64_t ahead = rate_ahead(rule, until, now);
    uint64_t after = ahead + (uint64_t)cost * RATE_UNITS;
    uint64_t most = furthest(rule), free = at_once(rule);
    rate_t out = { .until = until };

    out.allowed = after <= most;
    if (out.allowed) {
        ahead = after;
        out.until = (now + after) & RATE_TIME_MASK;
        out.wait_us = after > free ? in_us(rule, after - free) : 0;
    }
    else {
        out.retry_us = in_us(rule, after - most);
    }
    out.remaining = ahead < free ? (uint32_t)((free - ahead) / RATE_UNITS) : 0;
    return out;
}
