/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* object.h: the record of an object, what lies behind it, and its body.
 * Layer L1. */
#ifndef RPROXY_STORE_OBJECT_H
#define RPROXY_STORE_OBJECT_H

#include "store_private.h"

typedef struct {
    unsigned kind, which;
    int chained;              /* a chain may hang behind the block */
    const store_meta_t *meta; /* NULL: of a ticket */
    slice_t key, raw_head, quick_head;
    const uint64_t *tags;
    int tag_count;
} object_parts_t;

/* Bytes of the block up to its body; 0: something is too long. */
size_t object_head_size(const object_parts_t *parts);

/* Fills in a block of at least object_head_size. */
void object_write(store_t *store, uint32_t ref, const object_parts_t *parts,
                  uint32_t clock);

/* The same for what is there. */
size_t object_body_at(const store_object_t *o);
/* Bytes for the body in its block. */
size_t object_room(const store_object_t *o);
chain_t *object_chain(const store_object_t *o); /* only if o->chained */
const uint32_t *object_tags(const store_object_t *o);
ticket_t *object_ticket(const store_object_t *o); /* only of a ticket */

/* Whether its checksum fits; touches nothing beyond limit bytes. */
int object_is_sound(const store_t *store, const store_object_t *o,
                    size_t limit);
/* Its memory is no object any more. */
void object_spoil(store_object_t *o);

static inline size_t extent_room(const store_t *store, uint32_t ref)
{
    return (size_t)(arena_granules(store->base, ref) - 1) * ARENA_GRANULE;
}

#endif
