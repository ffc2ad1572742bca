/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_adaptive.c: limits of members that follow the time of their answers.
 * Layer L1.
 *
 * What was found out of a member lies in shared memory under the pool's lock.
 * Its limit goes into the next plan; a plan is made when a limit has changed,
 * as seen by the elected process, some ten times a second. */
#include "balance.h"

/* Of whoever has the place now; a process that was killed may have left it half
 * written.  Under the lock. */
static adaptive_limit_t *adaptive_of(const balance_t *b, int member,
                                     int64_t now)
{
    const concurrency_rules_t *rules = b->adaptive_rules;
    adaptive_limit_t *l = &b->adaptive[member];
    uint32_t generation = b->member[member].generation;

    if (l->generation != generation || l->limit.thousandths < rules->min * 1000
        || l->limit.thousandths > rules->max * 1000) {
        l->limit = concurrency_limit_start(rules, now);
        l->generation = generation;
    }
    return l;
}

uint32_t balance_adaptive_limit(const balance_t *b, int member, int64_t now)
{
    uint32_t configured = b->member[member].max_connections, found;

    if (!b->adaptive_rules) {
        return configured;
    }
    found = concurrency_limit_now(&adaptive_of(b, member, now)->limit,
                                  b->adaptive_rules);
    return configured && configured < found ? configured : found;
}

void balance_adaptive_sample(const balance_t *b, int member, int64_t took_us,
                             int failed, int64_t now)
{
    uint32_t in_flight = method_load(&b->load.in_flight[member]);
    adaptive_limit_t *l;

    if (!b->adaptive_rules) {
        return;
    }
    segment_lock(b->segment, b->number);
    l = adaptive_of(b, member, now);
    l->limit = concurrency_limit_sample(l->limit, b->adaptive_rules,
                                        took_us < UINT32_MAX ? (uint32_t)took_us
                                                             : UINT32_MAX,
                                        failed, in_flight, now);
    segment_unlock(b->segment, b->number);
}

void balance_adaptive_tick(const balance_t *b, int64_t now)
{
    int i, changed = 0;

    if (!b->adaptive_rules) {
        return;
    }
    segment_lock(b->segment, b->number);
    for (i = 0; i < b->places.count; i++) {
        adaptive_limit_t *l = adaptive_of(b, i, now);
        uint32_t found = concurrency_limit_now(&l->limit, b->adaptive_rules);

        changed |= found != l->planned;
        l->planned = found;
    }
    if (changed) {
        __atomic_fetch_add(&b->shared->version, 1, __ATOMIC_RELEASE);
    }
    segment_unlock(b->segment, b->number);
}
