/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plan.c: a counting sort of the open members by level, and what the methods
 * want to know of each level.  Layer L0. */
#include "plan.h"

enum {
    ARRAYS = 7
};

size_t plan_room(uint32_t count)
{
    return sizeof(plan_t) + ARRAYS * sizeof(uint32_t) * (size_t)count;
}

static plan_t *lay_out(void *memory, uint32_t count)
{
    plan_t *plan = memory;
    uint32_t *array = (uint32_t *)(plan + 1);
    uint32_t **const arrays[ARRAYS] = {
        &plan->member, &plan->until,    &plan->limit,         &plan->cost,
        &plan->group,  &plan->position, &plan->session_limit,
    };
    size_t i;

    plan->members = count;
    plan->level_count = 0;
    plan->trial = PLAN_NONE;
    for (i = 0; i < ARRAYS; i++) {
        *arrays[i] = array + i * count;
    }
    return plan;
}

/* Too few are up beside those that were ejected? */
static int panic(const member_facts_t *facts, uint32_t count,
                 uint8_t panic_percent)
{
    uint32_t up = 0, ejected = 0, i;

    for (i = 0; i < count; i++) {
        up += facts[i].state == MEMBER_UP && facts[i].weight > 0;
        ejected += facts[i].state == MEMBER_EJECTED && facts[i].weight > 0;
    }
    return ejected > 0
           && (up == 0 || up * 100 < panic_percent * (up + ejected));
}

static int open_to_all(const plan_t *plan, const member_facts_t *facts)
{
    return facts->weight > 0
           && (facts->state == MEMBER_UP
               || (plan->panic && facts->state == MEMBER_EJECTED));
}

static int open_to_sessions(const plan_t *plan, const member_facts_t *facts)
{
    return facts->state == MEMBER_UP || facts->state == MEMBER_DRAIN
           || (plan->panic && facts->state == MEMBER_EJECTED);
}

static uint32_t limit_of(const member_facts_t *facts)
{
    return facts->max_connections ? facts->max_connections : UINT32_MAX;
}

/* The weight as counted: slow start needs a hundredth of it. */
static uint32_t weight_of(const member_facts_t *facts)
{
    uint32_t weight = facts->weight, percent = facts->ramp_percent;

    weight = weight < MEMBER_WEIGHT_MAX ? weight : MEMBER_WEIGHT_MAX;
    percent = percent < 100 ? percent : 100;
    return weight * (percent ? percent : 1);
}

/* Levels with their first positions; *next[key] is where to put its next. */
static void make_levels(plan_t *plan, const member_facts_t *facts,
                        uint32_t zone, uint32_t next[PLAN_LEVELS])
{
    uint32_t counts[PLAN_LEVELS] = { 0 }, first = 0, i;

    for (i = 0; i < plan->members; i++) {
        if (open_to_all(plan, &facts[i])) {
            counts[plan_level_key(&facts[i], zone)]++;
        }
    }
    for (i = 0; i < PLAN_LEVELS; i++) {
        next[i] = first;
        if (counts[i]) {
            plan_level_t level = { .key = i,
                                   .first = first,
                                   .count = counts[i] };

            plan->level[plan->level_count++] = level;
            first += counts[i];
        }
    }
}

static void place(plan_t *plan, uint32_t member, const member_facts_t *facts,
                  uint32_t position)
{
    plan->position[member] = position;
    plan->member[position] = member;
    plan->until[position] = weight_of(facts); /* summed up later */
    plan->limit[position] = limit_of(facts);
    plan->group[position] = facts->group;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Of the numbers without a divisor in common with turns, one near the golden
 * section: multiples of it fall evenly into the circle of turns. */
static uint32_t stride_of(uint32_t turns)
{
    uint32_t stride = (uint32_t)((uint64_t)turns * 2654435769u >> 32);

    while (stride > 1 && common_divisor(turns, stride) != 1) {
        stride--;
    }
    return stride ? stride : 1;
}

static void finish_level(plan_t *plan, plan_level_t *level)
{
    uint32_t last = level->first + level->count, heaviest = 0, sum = 0, i;

    for (i = level->first; i < last; i++) {
        uint32_t weight = plan->until[i];

        heaviest = weight > heaviest ? weight : heaviest;
        level->unit = common_divisor(weight, level->unit);
    }
    for (i = level->first; i < last; i++) {
        uint32_t weight = plan->until[i];
        uint64_t cost = (uint64_t)PLAN_COST_UNIT * heaviest / weight;

        plan->cost[i] = cost < PLAN_COST_MAX ? (uint32_t)cost : PLAN_COST_MAX;
        sum += weight;
        plan->until[i] = sum;
    }
    level->weight_sum = sum;
    level->turns = sum / level->unit;
    level->stride = stride_of(level->turns);
}

const plan_t *plan_make(void *memory, const member_facts_t *facts,
                        uint32_t count, const plan_rules_t *rules)
{
    plan_t *plan = lay_out(memory, count);
    uint32_t next[PLAN_LEVELS], i;

    plan->panic = panic(facts, count, rules->panic_percent);
    make_levels(plan, facts, rules->zone, next);
    for (i = 0; i < count; i++) {
        const member_facts_t *f = &facts[i];

        plan->position[i] = PLAN_NONE;
        plan->session_limit[i] = open_to_sessions(plan, f) ? limit_of(f) : 0;
        if (open_to_all(plan, f)) {
            place(plan, i, f, next[plan_level_key(f, rules->zone)]++);
        }
        else if (f->state == MEMBER_TRIAL && plan->trial == PLAN_NONE) {
            plan->trial = i;
        }
    }
    for (i = 0; i < plan->level_count; i++) {
        finish_level(plan, &plan->level[i]);
    }
    return plan;
}

/* Halves the range without a branch: which half it is cannot be foreseen. */
uint32_t plan_find(const plan_t *plan, const plan_level_t *level,
                   uint32_t point)
{
    const uint32_t *base = plan->until + level->first;
    uint32_t left = level->count;

    while (left > 1) {
        uint32_t half = left / 2;

        base = base[half - 1] <= point ? base + half : base;
        left -= half;
    }
    return (uint32_t)(base - plan->until);
}
