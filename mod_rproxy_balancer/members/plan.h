/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plan.h: who may be chosen, in which order of preference.  Layer L0.
 *
 * A plan is made of the members' facts whenever these change, so that choosing
 * has no state, tier or zone to look at.  It lists the open members level by
 * level:
 *
 *   members of tier 0 in our zone | other zones of tier 0 | tier 1 ... |
 *   backups, by tier and zone likewise
 *
 * Once made it is constant; make the next one in other memory and let go of
 * this one when nobody reads it any more. */
#ifndef RPROXY_BALANCER_PLAN_H
#define RPROXY_BALANCER_PLAN_H

#include "member_facts.h"

#define PLAN_NONE UINT32_MAX

enum {
    PLAN_LEVELS = 4 * MEMBER_TIERS, /* backup, tier, other zone */
    PLAN_COST_UNIT = 4096,
    PLAN_COST_MAX = 1024 * PLAN_COST_UNIT
};

typedef struct {
    uint32_t key;        /* plan_level_key */
    uint32_t first;      /* position in the plan's arrays */
    uint32_t count;      /* at least 1 */
    uint32_t weight_sum; /* at least 1 */
    /* round robin: turns are weight_sum / unit, stride has no divisor in
     * common with them */
    uint32_t unit, turns, stride;
} plan_level_t;

typedef struct {
    uint32_t members; /* places, free ones included */
    uint32_t level_count;
    uint32_t trial; /* a member that waits for its trial, or PLAN_NONE */
    int panic;      /* the ejected are in, for too few others are left */
    plan_level_t level[PLAN_LEVELS];
    /* by position, level after level */
    uint32_t *member; /* its number */
    uint32_t *until;  /* sum of the level's weights up to and with this one */
    uint32_t *limit;  /* of requests in flight */
    uint32_t *cost;   /* of one request: PLAN_COST_UNIT * heaviest / weight */
    uint32_t *group;
    /* by member */
    uint32_t *position;      /* or PLAN_NONE */
    uint32_t *session_limit; /* for its own sessions; 0: takes none */
} plan_t;

typedef struct {
    uint32_t zone;         /* ours; 0: no preference */
    uint8_t panic_percent; /* fewer of the up and ejected are up: panic; with
                              none up there is panic in any case */
} plan_rules_t;

/* Bytes of memory a plan needs for that many members. */
size_t plan_room(uint32_t count);

/* @param memory  plan_room(count) bytes, aligned to 8
 * @param facts   [count], a copy: nobody changes it meanwhile
 * @return the plan, at the start of memory */
const plan_t *plan_make(void *memory, const member_facts_t *facts,
                        uint32_t count, const plan_rules_t *rules);

/* The level's key: the smaller, the sooner chosen. */
static inline uint32_t plan_level_key(const member_facts_t *facts,
                                      uint32_t zone)
{
    uint32_t other = zone != 0 && facts->zone != zone;

    return (uint32_t)(facts->backup != 0) << 5
           | (uint32_t)(facts->tier % MEMBER_TIERS) << 1 | other;
}

/* The position whose share of the level's weights holds point, which is below
 * weight_sum. */
uint32_t plan_find(const plan_t *plan, const plan_level_t *level,
                   uint32_t point);

/* A position, each with a chance of its weight. */
static inline uint32_t plan_draw(const plan_t *plan, const plan_level_t *level,
                                 uint32_t random)
{
    return plan_find(plan, level,
                     (uint32_t)((uint64_t)random * level->weight_sum >> 32));
}

#endif
