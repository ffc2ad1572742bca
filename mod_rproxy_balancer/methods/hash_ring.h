/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hash_ring.h: where keys belong (Karger and others 1997).  Layer L0.
 *
 * Each member has points on a circle, as many as its weight says, at places
 * that depend on its name alone.  A key belongs to the first point behind it.
 * A member that comes takes keys from all others by its weight, one that goes
 * leaves them to all others; no other key moves.  States do not matter here:
 * whoever looks a key up walks past the points of members that are closed.
 *
 * Each level of a plan has a circle of its own; a member's zone, tier and
 * backup do not change while it lives.  Made once for a set of members; no
 * pointers inside, so one may lie in shared memory for all children. */
#ifndef RPROXY_BALANCER_HASH_RING_H
#define RPROXY_BALANCER_HASH_RING_H

#include "method.h"

enum {
    HASH_RING_POINTS = 128,     /* of a member of the reference weight */
    HASH_RING_POINTS_MEAN = 245 /* of all members, at most */
};

struct hash_ring_t {
    uint32_t first[PLAN_LEVELS + 1]; /* point of each level key; last: count */
    /* sorted: 6 bits of level key, 42 of place, 16 of member */
    uint64_t point[];
};

/* Bytes of memory for a ring of that many members. */
size_t hash_ring_room(uint32_t count);

/* @param memory  hash_ring_room(count) bytes, aligned to 8
 * @param zone    as in plan_rules_t */
const hash_ring_t *hash_ring_make(void *memory, const member_facts_t *facts,
                                  uint32_t count, uint32_t zone);

/* The point the hash belongs to; the level has at least one. */
uint32_t hash_ring_find(const hash_ring_t *ring, uint32_t level_key,
                        uint64_t hash);

static inline uint32_t hash_ring_member(const hash_ring_t *ring, uint32_t point)
{
    return (uint32_t)(ring->point[point] & 0xffff);
}

#endif
