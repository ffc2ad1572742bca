/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pool.h: an upstream in plain memory for the tests of what chooses among its
 * members.  Random numbers are the same in each run. */
#ifndef T_UNIT_BALANCER_POOL_H
#define T_UNIT_BALANCER_POOL_H

#include "unit.h"

#include "members/plan.c"
#include "members/response_time.c"
#include "methods/consistent_hash.c"
#include "methods/hash_ring.c"
#include "methods/least_conn.c"
#include "methods/least_time.c"
#include "methods/method.c"
#include "methods/random_two.c"
#include "methods/round_robin.c"

typedef struct {
    uint32_t count;
    member_facts_t facts[MEMBERS_MAX];
    uint32_t in_flight[MEMBERS_MAX], first_byte_us[MEMBERS_MAX], total;
    uint32_t picked[MEMBERS_MAX];
    uint16_t excluded[MEMBERS_MAX];
    uint64_t turn, random_state;
    plan_rules_t rules;
    member_load_t load;
    method_in_t in;
    void *plan_memory, *ring_memory;
} pool_t;

static pool_t pool;

static inline uint64_t pool_random(void)
{
    return method_scatter(pool.random_state += 0x9e3779b97f4a7c15u);
}

static inline void *pool_allocate(size_t size)
{
    void *memory = malloc(size); /* exactly: the sanitizer sees the end */

    assert_non_null(memory);
    return memory;
}

/* Plan and ring of the facts as they are now. */
static inline void pool_plan(void)
{
    free(pool.plan_memory);
    free(pool.ring_memory);
    pool.plan_memory = pool_allocate(plan_room(pool.count));
    pool.ring_memory = pool_allocate(hash_ring_room(pool.count));
    pool.in.plan =
        plan_make(pool.plan_memory, pool.facts, pool.count, &pool.rules);
    pool.in.ring = hash_ring_make(pool.ring_memory, pool.facts, pool.count,
                                  pool.rules.zone);
}

static inline void pool_member(uint32_t member, uint16_t weight)
{
    member_facts_t facts = { .id = method_scatter(member + (uint64_t)1000),
                             .weight = weight,
                             .state = MEMBER_UP,
                             .ramp_percent = 100 };

    pool.facts[member] = facts;
}

/* Members of these weights, up and idle; weights NULL: 1 each. */
static inline void pool_open(uint32_t count, const uint16_t *weights)
{
    uint32_t i;

    free(pool.plan_memory);
    free(pool.ring_memory);
    memset(&pool, 0, sizeof(pool));
    pool.count = count;
    pool.load.in_flight = pool.in_flight;
    pool.load.first_byte_us = pool.first_byte_us;
    pool.load.total = &pool.total;
    pool.load.turn = &pool.turn;
    pool.in.load = &pool.load;
    pool.in.excluded = pool.excluded;
    for (i = 0; i < count; i++) {
        pool_member(i, weights ? weights[i] : 1);
    }
    pool_plan();
}

static inline void pool_exclude(uint32_t member)
{
    pool.excluded[pool.in.excluded_count++] = (uint16_t)member;
}

/* One choice; counted in pool.picked. */
static inline int pool_pick(const method_t *method)
{
    int member;

    pool.in.random = pool_random();
    pool.in.hash = pool_random();
    member = method_pick(method, &pool.in);
    assert_true(member >= METHOD_FULL && member < (int)pool.count);
    if (member >= 0) {
        pool.picked[member]++;
    }
    return member;
}

static inline void pool_pick_many(const method_t *method, uint32_t times)
{
    memset(pool.picked, 0, sizeof(pool.picked));
    while (times-- > 0) {
        assert_true(pool_pick(method) >= 0);
    }
}

/* A request that stays in flight. */
static inline int pool_send(const method_t *method)
{
    int member = pool_pick(method);

    if (member >= 0) {
        pool.in_flight[member]++;
        pool.total++;
    }
    return member;
}

#endif
