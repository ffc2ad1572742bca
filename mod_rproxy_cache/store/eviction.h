/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* eviction.h: what stays when memory is short.  Layer L1.
 *
 * S3-FIFO (Yang et al., FIFO Queues are All You Need for Cache Eviction, SOSP
 * 2023): new objects enter a small queue of a tenth of the memory; who was
 * asked for again while there goes on to the main queue, the others leave and
 * are remembered in the ghost; who comes back while remembered enters the main
 * queue at once.  In the main queue each hit (up to three) buys another round.
 * A hit only counts up in the object.
 *
 * Large bodies are admitted when there is free memory for them, or when they
 * were asked for before (the ghost knows them): one download evicts nothing. */
#ifndef RPROXY_STORE_EVICTION_H
#define RPROXY_STORE_EVICTION_H

#include "index.h"

/* Memory of the shard; with evict, at others' expense.  0: there is none. */
uint32_t eviction_alloc_locked(store_t *store, shard_t *shard, uint64_t bytes,
                               int evict);
/* A slot of the index, if need be that of another object, or NULL. */
atomic_u64_t *eviction_slot_locked(store_t *store, shard_t *shard,
                                   const index_place_t *place);

/* Puts a published object into its queue.  before: what was under its key, or
 * NULL: its standing goes over. */
void eviction_enter_locked(store_t *store, shard_t *shard,
                           const index_place_t *place, uint64_t hash,
                           store_object_t *o, const store_object_t *before);

/* Whether a body of this size may evict others. */
int eviction_admits_locked(store_t *store, shard_t *shard, uint32_t number,
                           uint64_t hash, uint64_t bytes);
/* It could not: the next one of this key may. */
void eviction_remember_locked(store_t *store, shard_t *shard, uint32_t number,
                              uint64_t hash);

/* Takes an object out for good; counted by the caller. */
void eviction_drop_locked(store_t *store, shard_t *shard, store_object_t *o);

#endif
