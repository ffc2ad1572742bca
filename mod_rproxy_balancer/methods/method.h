/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* method.h: how one member of an upstream is chosen.  Layer L0.
 *
 * A method is one file with one function behind this table.  It chooses among
 * the members of one level of a plan; method_pick goes from level to level.
 * Methods hold nothing: what must be known across requests and children is in
 * the shared load.  Any thread. */
#ifndef RPROXY_BALANCER_METHOD_H
#define RPROXY_BALANCER_METHOD_H

#include "../members/plan.h"

typedef struct hash_ring_t hash_ring_t;

enum {
    METHOD_NONE = -1, /* no member is left */
    METHOD_FULL = -2  /* all that are left are at their limits: wait */
};

typedef struct {
    const plan_t *plan;
    const member_load_t *load;
    const hash_ring_t *ring;  /* for method_consistent_hash; else NULL */
    const uint16_t *excluded; /* [excluded_count]: members not to pick */
    uint32_t excluded_count;
    uint64_t random;        /* a new one for each pick */
    uint64_t hash;          /* well mixed, of what shall stay together */
    uint32_t bound_percent; /* consistent hash: of the mean load, at most;
                                 over 100, 0: no bound */
    uint32_t group;         /* preferred within a level; 0: none */
} method_in_t;

typedef struct {
    const char *name; /* as configured */
    int wants_hash;   /* and ring */
    /* @return a position of the level, or PLAN_NONE if none takes more */
    uint32_t (*pick)(const method_in_t *in, const plan_level_t *level);
} method_t;

extern const method_t method_round_robin;
extern const method_t method_least_conn;
extern const method_t method_random_two;
extern const method_t method_least_time;
extern const method_t method_consistent_hash;

/* @return NULL: no such method */
const method_t *method_find(const char *name, size_t len);

/* Every method once, then NULL: for messages and tests. */
const method_t *method_at(size_t index);

/* Chooses.  Other zones of the same tier are asked when ours is full; the next
 * tier and the backups only when all of a tier are closed or excluded.
 * @return the member's number, METHOD_NONE or METHOD_FULL */
int method_pick(const method_t *method, const method_in_t *in);

static inline uint32_t method_load(const uint32_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static inline int method_excluded(const method_in_t *in, uint32_t member)
{
    uint32_t i;

    for (i = 0; i < in->excluded_count && in->excluded[i] != member; i++) {
    }
    return i < in->excluded_count;
}

/* Is there room for one more at this position? */
static inline int method_takes(const method_in_t *in, uint32_t position)
{
    uint32_t member = in->plan->member[position];

    return method_load(&in->load->in_flight[member]) < in->plan->limit[position]
           && !method_excluded(in, member);
}

/* Well mixed for inputs that differ in any bit: the finishing steps of
 * splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t method_scatter(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
