/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least.h: the member of a level that costs least.  Layer L0.
 * The methods give the cost as a function, which the compiler takes in: a
 * thousand members are looked at in less than a microsecond. */
#ifndef RPROXY_BALANCER_LEAST_H
#define RPROXY_BALANCER_LEAST_H

#include "method.h"

/* What one more request at that position would cost; 0: nothing is cheaper. */
typedef uint64_t least_cost_fn(const method_in_t *in, uint32_t position,
                               uint32_t in_flight);

typedef struct {
    uint64_t cost;
    uint32_t position;
} least_t;

/* The cheapest between from and to, if it is cheaper than what least has.
 * Limits are looked at last: few members get that far. */
static inline __attribute__((always_inline)) void least_scan(
    least_t *least, const method_in_t *in, uint32_t from, uint32_t to,
    least_cost_fn *cost_of)
{
    const uint32_t *in_flight = in->load->in_flight;
    const plan_t *plan = in->plan;
    const uint32_t *member = plan->member;
    uint64_t lowest = least->cost;
    uint32_t i;

    for (i = from; i < to && lowest > 0; i++) {
        uint32_t load = method_load(&in_flight[member[i]]);
        uint64_t cost = cost_of(in, i, load);

        if (cost < lowest && load < plan->limit[i]
            && !method_excluded(in, member[i])) {
            lowest = cost;
            least->position = i;
        }
    }
    least->cost = lowest;
}

/* Among equals the one that comes first from a drawn position on: each gets
 * its share of an upstream where nobody has anything to do.
 * @return PLAN_NONE if none takes more */
static inline __attribute__((always_inline)) uint32_t least_pick(
    const method_in_t *in, const plan_level_t *level, least_cost_fn *cost_of)
{
    uint32_t start = plan_draw(in->plan, level, (uint32_t)in->random);
    least_t least = { UINT64_MAX, PLAN_NONE };

    least_scan(&least, in, start, level->first + level->count, cost_of);
    least_scan(&least, in, level->first, start, cost_of);
    return least.position;
}

#endif
