/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least.h: the member of a level that costs least.  Layer L0.
 * The methods give the cost as a function, which the compiler takes in.
 *
 * Up to LEAST_LOOK members all are looked at.  Of more, that many in a row from
 * a drawn position on: the best of so many is as good as the best of all but
 * for chance, and choosing costs no more among ten thousand. */
#ifndef RPROXY_BALANCER_LEAST_H
#define RPROXY_BALANCER_LEAST_H

#include "method.h"

enum {
    LEAST_LOOK = 256
};

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
 * its share of an upstream where nobody has anything to do.  Where none of a
 * stretch takes more, the next one is looked at.
 * @return PLAN_NONE if none takes more */
static inline __attribute__((always_inline)) uint32_t least_pick(
    const method_in_t *in, const plan_level_t *level, least_cost_fn *cost_of)
{
    uint32_t from = plan_draw(in->plan, level, (uint32_t)in->random);
    uint32_t end = level->first + level->count, looked = 0;
    least_t least = { UINT64_MAX, PLAN_NONE };

    while (looked < level->count
           && (looked < LEAST_LOOK || least.position == PLAN_NONE)) {
        uint32_t left = level->count - looked, stretch = end - from;

        stretch = stretch < left ? stretch : left;
        left = LEAST_LOOK - looked % LEAST_LOOK;
        stretch = stretch < left ? stretch : left;
        least_scan(&least, in, from, from + stretch, cost_of);
        looked += stretch;
        from = from + stretch < end ? from + stretch : level->first;
    }
    return least.position;
}

#endif
