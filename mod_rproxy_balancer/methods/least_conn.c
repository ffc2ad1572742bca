/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least_conn.c: fewest requests in flight for the weight.  Layer L0. */
#include "least.h"

static uint64_t least_conn_cost(const method_in_t *in, uint32_t position,
                                uint32_t in_flight)
{
    return (uint64_t)in_flight * in->plan->cost[position];
}

static uint32_t least_conn_pick(const method_in_t *in,
                                const plan_level_t *level)
{
    return least_pick(in, level, least_conn_cost);
}

const method_t method_least_conn = { "least-conn", 0, least_conn_pick };
