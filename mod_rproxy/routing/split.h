/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* split.h: shares clients out among targets by weight.  Layer L0.
 *
 * Weighted rendezvous hashing: each target draws a number from the client's
 * hash and its own name, and the best draw wins.  A client therefore stays
 * where it is until a weight changes, and then few move:
 * - to a target whose weight alone is raised, clients come from the others, and
 *   no other client moves; lowered or removed, only its own clients move;
 * - only what the weights are to each other counts, not their sum;
 * - the order of the targets does not matter. */
#ifndef RPROXY_SPLIT_H
#define RPROXY_SPLIT_H

#include "../http1/h1_slice.h"

typedef struct {
    uint64_t id;     /* a hash of the target's name: not its position */
    uint32_t weight; /* 0: never chosen; up to SPLIT_WEIGHT_MAX */
} split_target_t;

#define SPLIT_WEIGHT_MAX 1000000u
#define SPLIT_NONE SIZE_MAX

/* @param client  a well mixed hash of what tells clients apart: siphash() of a
 *                cookie's value, an address, a header; a random number where
 *                nothing shall stick
 * @return index of the target, or SPLIT_NONE if all weights are 0 */
size_t split_pick(const split_target_t *targets, size_t count, uint64_t client);

#endif
