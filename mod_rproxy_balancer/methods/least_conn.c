/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least_conn.c: fewest requests in flight for the weight.  Layer L0. */
#include "least.h"

static uint64_t cost_of(const method_in_t *in, uint32_t position,
                        uint32_t in_flight)
{
    return (uint64_t)in_flight * in->plan->cost[position];
}

static uint32_t pick(const method_in_t *in, const plan_level_t *level)
{
    return least_pick(in, level, cost_of);
}

const method_t method_least_conn = { "least_conn", 0, pick };
