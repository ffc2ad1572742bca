/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shard.h: a shard's lock, its lists, and what becomes of objects that were
 * taken out.  Layer L1. */
#ifndef RPROXY_STORE_SHARD_H
#define RPROXY_STORE_SHARD_H

#include "store_private.h"

/* Comes back with a shard that is whole: one whose owner died was emptied. */
shard_t *shard_lock(store_t *store, uint32_t shard);
void shard_unlock(store_t *store, uint32_t shard);

/* A robust mutex that guards only what each step leaves whole. */
void shard_lock_plain(store_t *store, pthread_mutex_t *mutex);

/* Empty, but for blocks that pins name: those go to the limbo. */
void shard_empty_locked(store_t *store, uint32_t shard);

/* ---- lists: objects are put in at the head, where tells which one ---- */

void queue_push(store_t *store, queue_t *queue, uint32_t ref, uint8_t where,
                uint32_t granules);
void queue_remove(store_t *store, queue_t *queue, uint32_t ref,
                  uint32_t granules);

/* Of the object with its extents and variants. */
uint32_t shard_object_granules(const store_t *store, const store_object_t *o);

/* Takes the object out of its list and, if indexed, out of the index; its
 * memory is free when nobody reads it any more. */
void shard_retire_locked(store_t *store, shard_t *shard, store_object_t *o,
                         int indexed);
/* Frees what no pin names, up to a batch.  @return granules that became free */
uint32_t shard_free_limbo_locked(store_t *store, shard_t *shard);

#endif
