/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consumed_ring.h: what requests have used up of shared limits, on its way from
 * the processes that serve to the one that tells Redis.  Layer L0.
 *
 *   | turn, hash, limit, cost | x CONSUMED_PLACES       tail ->   head ->
 *
 * A ring in shared memory, all atomics.  A place's turn is 2n when it is free
 * for round n of the ring, 2n + 1 when it is full, 2n + 2 when it was taken:
 * zeroed memory is an empty ring.  A process may be killed at any instruction;
 * who is killed between claiming a place and filling it leaves one that
 * consumed_ring_skip passes over.  Several may take at once: each place has
 * one taker. */
#ifndef RPROXY_GUARD_CONSUMED_RING_H
#define RPROXY_GUARD_CONSUMED_RING_H

#include <stdint.h>

enum {
    CONSUMED_PLACES = 16384
};

#define CONSUMED_FORGET UINT32_MAX /* a cost: the key begins anew */

typedef struct {
    uint64_t hash;  /* of the key */
    uint32_t limit; /* which one */
    uint32_t cost;
} consumed_t;

typedef struct {
    uint64_t turn;
    consumed_t consumed;
} consumed_place_t;

typedef struct {
    uint64_t tail __attribute__((aligned(64))); /* the next to be filled */
    uint64_t head __attribute__((aligned(64))); /* the next to be taken */
    consumed_place_t place[CONSUMED_PLACES] __attribute__((aligned(64)));
} consumed_ring_t;

/* Any thread of any process, at once.  @return 0: there is no room */
int consumed_ring_put(consumed_ring_t *ring, const consumed_t *consumed);

/* @return 0: nothing is there, or the next one is still being filled */
int consumed_ring_take(consumed_ring_t *ring, consumed_t *consumed);

/* The number of the place that is being filled and keeps others waiting, and
 * one for all time; UINT64_MAX: none is. */
uint64_t consumed_ring_stuck(const consumed_ring_t *ring);

/* Goes on behind a place that consumed_ring_stuck has told for so long that
 * nobody can still be about to fill it. */
void consumed_ring_skip(consumed_ring_t *ring, uint64_t number);

#endif
