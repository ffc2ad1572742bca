/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* consumed_batch.h: what was used up since the last exchange, added up by key.
 * Layer L0. */
#ifndef RPROXY_GUARD_CONSUMED_BATCH_H
#define RPROXY_GUARD_CONSUMED_BATCH_H

#include "consumed_ring.h"

enum {
    BATCH_KEYS = 512,
    BATCH_SLOTS = 2048
};

typedef struct {
    uint64_t hash;
    uint32_t limit;
    uint64_t cost;
    int anew; /* the key is to be forgotten, and then has cost so much */
} batch_key_t;

typedef struct {
    batch_key_t key[BATCH_KEYS]; /* in the order in which they came */
    int count;
    uint16_t slot[BATCH_SLOTS]; /* by hash: number of a key + 1; 0: free */
} consumed_batch_t;

void consumed_batch_clear(consumed_batch_t *batch);

int consumed_batch_is_full(const consumed_batch_t *batch);

/* To one that is not full.  CONSUMED_FORGET: the key begins anew. */
void consumed_batch_add(consumed_batch_t *batch, const consumed_t *consumed);

#endif
