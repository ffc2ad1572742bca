/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consistent_hash.c: the same key, the same member, as long as that has no
 * more than its share of the load and a bit (Mirrokni, Thorup, Zadimoghaddam
 * 2016).  Layer L0.
 *
 * What a member cannot take goes to the owners of the next points on the ring;
 * these are others for each of its points, so that all help. */
#include "hash_ring.h"

enum {
    POINTS_TO_WALK = 256
};

static uint32_t weight_at(const plan_t *plan, const plan_level_t *level,
                          uint32_t position)
{
    uint32_t before = position > level->first ? plan->until[position - 1] : 0;

    return plan->until[position] - before;
}

/* Below bound_percent of what its weight says of total requests? */
static int within_bound(const method_in_t *in, const plan_level_t *level,
                        uint32_t position, uint64_t total)
{
    uint32_t member = in->plan->member[position];
    uint64_t in_flight = method_load(&in->load->in_flight[member]);
    uint64_t weight = weight_at(in->plan, level, position);

    return in->bound_percent == 0
           || in_flight * level->weight_sum * 100
                  < in->bound_percent * total * weight;
}

/* Nobody is found on the ring where nearly all of a level are closed. */
static uint32_t any_open(const method_in_t *in, const plan_level_t *level)
{
    uint32_t start = (uint32_t)(in->hash % level->count), i;

    for (i = 0; i < level->count; i++) {
        uint32_t position = level->first + (start + i) % level->count;

        if (method_takes(in, position)) {
            return position;
        }
    }
    return PLAN_NONE;
}

/* The position of a point's member if that takes more, or PLAN_NONE.  The ring
 * may be older or newer than the plan: its member may be elsewhere by now. */
static uint32_t open_position(const method_in_t *in, const plan_level_t *level,
                              uint32_t point)
{
    uint32_t member = hash_ring_member(in->ring, point), position;

    if (member >= in->plan->members) {
        return PLAN_NONE;
    }
    position = in->plan->position[member];
    return position - level->first < level->count && method_takes(in, position)
               ? position
               : PLAN_NONE;
}

static uint32_t consistent_hash_pick(const method_in_t *in,
                                     const plan_level_t *level)
{
    uint32_t first = in->ring->first[level->key];
    uint32_t points = in->ring->first[level->key + 1] - first;
    uint32_t walk = points < POINTS_TO_WALK ? points : POINTS_TO_WALK;
    uint64_t total = (uint64_t)method_load(in->load->total) + 1;
    uint32_t point, beyond_bound = PLAN_NONE, i;

    point = points ? hash_ring_find(in->ring, level->key, in->hash) : 0;
    for (i = 0; i < walk; i++) {
        uint32_t position = open_position(in, level, point);

        if (position != PLAN_NONE) {
            if (within_bound(in, level, position, total)) {
                return position;
            }
            beyond_bound = beyond_bound == PLAN_NONE ? position : beyond_bound;
        }
        point = point + 1 < first + points ? point + 1 : first;
    }
    return beyond_bound != PLAN_NONE ? beyond_bound : any_open(in, level);
}

const method_t method_consistent_hash = { "hash", 1, consistent_hash_pick };
