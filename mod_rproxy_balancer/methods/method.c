/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* method.c: the methods by name, and the way through the levels.  Layer L0. */
#include "method.h"

#include <string.h>

static const method_t *const methods[] = {
    &method_round_robin, &method_least_conn,      &method_random_two,
    &method_least_time,  &method_consistent_hash,
};

const method_t *method_at(size_t index)
{
    return index < sizeof(methods) / sizeof(methods[0]) ? methods[index] : NULL;
}

const method_t *method_find(const char *name, size_t len)
{
    const method_t *method;
    size_t i;

    for (i = 0; (method = method_at(i)) != NULL; i++) {
        if (strlen(method->name) == len
            && memcmp(method->name, name, len) == 0) {
            return method;
        }
    }
    return NULL;
}

/* The least loaded of the group: it shares the sessions of the member that the
 * client was on, which no method knows of. */
static uint32_t pick_of_group(const method_in_t *in, const plan_level_t *level)
{
    uint32_t best = PLAN_NONE, i;
    uint64_t best_cost = 0;

    for (i = level->first; i < level->first + level->count; i++) {
        const uint32_t *load = &in->load->in_flight[in->plan->member[i]];
        uint64_t cost = (uint64_t)method_load(load) * in->plan->cost[i];

        if (in->plan->group[i] == in->group && method_takes(in, i)
            && (best == PLAN_NONE || cost < best_cost)) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

static int some_left(const method_in_t *in, const plan_level_t *level)
{
    uint32_t i;

    for (i = level->first; i < level->first + level->count; i++) {
        if (!method_excluded(in, in->plan->member[i])) {
            return 1;
        }
    }
    return 0;
}

int method_pick(const method_t *method, const method_in_t *in)
{
    const plan_t *plan = in->plan;
    uint32_t full_tier = PLAN_NONE, i;

    for (i = 0; i < plan->level_count; i++) {
        const plan_level_t *level = &plan->level[i];
        uint32_t tier = level->key >> 1, position = PLAN_NONE;

        if (full_tier != PLAN_NONE && tier != full_tier) {
            break;
        }
        if (in->group) {
            position = pick_of_group(in, level);
        }
        if (position == PLAN_NONE) {
            position = method->pick(in, level);
        }
        if (position != PLAN_NONE) {
            return (int)plan->member[position];
        }
        if (some_left(in, level)) {
            full_tier = tier;
        }
    }
    return full_tier == PLAN_NONE ? METHOD_NONE : METHOD_FULL;
}
