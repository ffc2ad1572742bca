/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* least_time.c: shortest time to the first byte, times what is in flight.
 * Layer L0.
 *
 * A member nobody knows the time of gets one request, and no more until that
 * is answered or all others are as bad: were it cheap, all traffic would go to
 * it till its first answer, the longer the slower it is. */
#include "least.h"

#include "../members/response_time.h"

static uint64_t least_time_cost(const method_in_t *in, uint32_t position,
                                uint32_t in_flight)
{
    uint32_t member = in->plan->member[position];
    uint64_t us = method_load(&in->load->first_byte_us[member]);
    uint64_t unknown = in_flight ? RESPONSE_TIME_MAX_US : 0;

    us = us ? us : unknown;
    return us * (in_flight + (uint64_t)1) * in->plan->cost[position];
}

static uint32_t least_time_pick(const method_in_t *in,
                                const plan_level_t *level)
{
    return least_pick(in, level, least_time_cost);
}

const method_t method_least_time = { "least-time", 0, least_time_pick };
