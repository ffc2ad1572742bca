/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* index.h: from a key to a ref.  Layer L1.
 *
 * A key's hash names its shard, two buckets there, and a tag.  A slot holds ref
 * and tag in one word, so readers need no lock: they see the old word or the
 * new one.  Slots never move.  Writers hold the shard's lock. */
#ifndef RPROXY_STORE_INDEX_H
#define RPROXY_STORE_INDEX_H

#include "store_private.h"

typedef struct {
    uint32_t shard, tag;
    bucket_t *buckets[2];
} index_place_t;

void index_place(const store_t *store, uint64_t hash, index_place_t *place);

static inline uint64_t index_word(uint32_t ref, uint32_t tag)
{
    return (uint64_t)tag << 32 | ref;
}

static inline uint32_t index_ref(uint64_t word)
{
    return (uint32_t)word;
}

/* Slot 0 to 15 of a place. */
static inline atomic_u64_t *index_slot(const index_place_t *place, unsigned i)
{
    return &place->buckets[i / BUCKET_SLOTS]->slots[i % BUCKET_SLOTS];
}

#define INDEX_SLOTS (2 * BUCKET_SLOTS)

/* An object of this key and of tickets or not.  @return its slot, or NULL */
atomic_u64_t *index_find_locked(const store_t *store,
                                const index_place_t *place, slice_t key,
                                int ticket);
/* A free slot in the emptier bucket, or NULL. */
atomic_u64_t *index_free_slot_locked(const index_place_t *place);
/* Takes the object out.  @return whether it was there */
int index_remove_locked(const store_t *store, const store_object_t *o);

void index_set_locked(atomic_u64_t *slot, const index_place_t *place,
                      uint32_t ref);

#endif
