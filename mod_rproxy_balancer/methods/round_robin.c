/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* round_robin.c: smooth weighted round robin without a lock.  Layer L0.
 *
 * The level's weights lie side by side on a circle of `turns` points.  Turn k
 * belongs to the member at point k * stride.  The stride has no divisor in
 * common with turns, so any `turns` consecutive turns meet each point once:
 * each member gets exactly its weight, whichever children take the turns.  And
 * as it is near the golden section, a member's turns are spread evenly. */
#include "method.h"

enum {
    TURNS_TO_TRY = 8
};

static uint32_t position_of_turn(const plan_t *plan, const plan_level_t *level,
                                 uint64_t turn)
{
    uint64_t point = turn % level->turns * level->stride % level->turns;

    return plan_find(plan, level, (uint32_t)point * level->unit);
}

/* Turns of members that take no more fall to the others, by weight; where
 * nearly all are like that, the first one behind the last turn is taken. */
static uint32_t round_robin_pick(const method_in_t *in,
                                 const plan_level_t *level)
{
    uint32_t position = level->first, i;

    for (i = 0; i < TURNS_TO_TRY; i++) {
        uint64_t turn = __atomic_fetch_add(in->load->turn, 1, __ATOMIC_RELAXED);

        position = position_of_turn(in->plan, level, turn);
        if (method_takes(in, position)) {
            return position;
        }
    }
    for (i = 1; i < level->count; i++) {
        uint32_t next =
            level->first + (position - level->first + i) % level->count;

        if (method_takes(in, next)) {
            return next;
        }
    }
    return PLAN_NONE;
}

const method_t method_round_robin = { "round-robin", 0, round_robin_pick };
