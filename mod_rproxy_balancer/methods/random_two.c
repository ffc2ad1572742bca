/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* random_two.c: the better of two members drawn by weight.  Layer L0.
 * Nearly as even as asking all (Mitzenmacher 2001), and many proxies with old
 * news do not all run to the same member. */
#include "method.h"

enum {
    DRAWS = 8
};

static uint64_t random_two_cost(const method_in_t *in, uint32_t position)
{
    uint32_t member = in->plan->member[position];

    return (uint64_t)method_load(&in->load->in_flight[member])
           * in->plan->cost[position];
}

/* Drawn again: one that takes no more, and the same one twice.  Where the
 * draws find none, all are asked. */
static uint32_t random_two_pick(const method_in_t *in,
                                const plan_level_t *level)
{
    uint32_t first = PLAN_NONE, i;
    uint64_t random = in->random;

    for (i = 0; i < DRAWS; i++) {
        uint32_t drawn = plan_draw(in->plan, level, (uint32_t)random);

        random = method_scatter(random + 0x9e3779b97f4a7c15u);
        if (drawn == first || !method_takes(in, drawn)) {
            continue;
        }
        if (first != PLAN_NONE) {
            return random_two_cost(in, drawn) < random_two_cost(in, first)
                       ? drawn
                       : first;
        }
        first = drawn;
    }
    return first != PLAN_NONE ? first : method_least_conn.pick(in, level);
}

const method_t method_random_two = { "random-two", 0, random_two_pick };
