/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* lookup.h: members by hash, in one process: the ring of keys and the table of
 * sessions' marks.  Layer L1.
 *
 * They are made anew when members have come, changed or gone, by a thread that
 * no request waits for, in memory that nobody reads; till then what was made
 * before names members that may have gone, which plans know. */
#ifndef RPROXY_BALANCER_LOOKUP_H
#define RPROXY_BALANCER_LOOKUP_H

#include <apr_pools.h>

#include "../methods/hash_ring.h"
#include "../sticky/sticky_table.h"
#include "place.h"

enum {
    LOOKUP_VIEWS = 2
};

typedef struct {
    const hash_ring_t *ring; /* NULL where no method wants one */
    const sticky_table_t *marks;
    uint32_t changes; /* of the pool, when it was made */
    uint32_t readers; /* atomic */
    void *ring_memory, *marks_memory;
} lookup_view_t;

typedef struct {
    lookup_view_t view[LOOKUP_VIEWS];
    uint32_t current; /* atomic */
    uint32_t zone;    /* ours, as in plan_rules_t */
    siphash_key_t secret;
    member_facts_t *facts; /* [place]: its maker's */
} lookup_t;

/* Makes the first one.
 * @param secret  of the marks
 * @return 0: no memory */
int lookup_open(lookup_t *lookup, const places_t *places, int wants_ring,
                uint32_t zone, siphash_key_t secret, apr_pool_t *pool);

/* What there is; lookup_let_go when done. */
lookup_view_t *lookup_hold(lookup_t *lookup);

static inline void lookup_let_go(lookup_view_t *view)
{
    __atomic_fetch_sub(&view->readers, 1, __ATOMIC_RELEASE);
}

/* One thread at a time: makes the next one where members have changed.  Takes
 * the pool's lock while it copies. */
void lookup_follow(lookup_t *lookup, const places_t *places);

#endif
