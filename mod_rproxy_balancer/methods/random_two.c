/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* random_two.c: the better of two members drawn by weight.  Layer L0.
 * Nearly as even as asking all (Mitzenmacher 2001), and many proxies with old
 * news do not all run to the same member. */
#include "method.h"

enum {
    DRAWS = 4
};

static uint64_t random_two_cost(const method_in_t *in, uint32_t position)
{
    uint32_t member = in->plan->member[position];

    return (uint64_t)method_load(&in->load->in_flight[member])
           * in->plan->cost[position];
}

static uint32_t better_of(const method_in_t *in, uint32_t a, uint32_t b)
{
    if (!method_takes(in, a)) {
        return method_takes(in, b) ? b : PLAN_NONE;
    }
    return a != b && random_two_cost(in, b) < random_two_cost(in, a)
                   && method_takes(in, b)
               ? b
               : a;
}

/* A pair of the same member twice is drawn again, as is one that takes no
 * more; where the draws do not find any, all are asked. */
static uint32_t random_two_pick(const method_in_t *in,
                                const plan_level_t *level)
{
    uint64_t random = in->random;
    uint32_t last = PLAN_NONE, i;

    for (i = 0; i < DRAWS; i++) {
        uint32_t a = plan_draw(in->plan, level, (uint32_t)(random >> 32));
        uint32_t b = plan_draw(in->plan, level, (uint32_t)random);
        uint32_t better = better_of(in, a, b);

        if (better != PLAN_NONE && a != b) {
            return better;
        }
        last = better != PLAN_NONE ? better : last;
        random = method_scatter(random + 0x9e3779b97f4a7c15u);
    }
    return last != PLAN_NONE ? last : method_least_conn.pick(in, level);
}

const method_t method_random_two = { "random_two", 0, random_two_pick };
