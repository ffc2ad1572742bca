/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ticket.c: see ticket.h.  Layer L1. */
#include "ticket.h"
#include "child.h"
#include "eviction.h"
#include "object.h"
#include "pin.h"
#include "shard.h"

static size_t follower_words(const store_t *store)
{
    return (store->children + 63) / 64;
}

void ticket_wake(const store_t *store, uint32_t ref)
{
    ticket_t *ticket = object_ticket(object_at(store, ref));
    size_t i;

    for (i = 0; i < follower_words(store); i++) {
        uint64_t bits = atomic_load(&ticket->followers[i]);

        if (bits) {
            bits = atomic_exchange(&ticket->followers[i], 0);
        }
        for (; bits; bits &= bits - 1) {
            child_wake(store,
                       (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(bits));
        }
    }
}

uint32_t ticket_create_locked(store_t *store, shard_t *shard,
                              const index_place_t *place, slice_t key,
                              uint32_t pin)
{
    object_parts_t parts = { .kind = KIND_TICKET, .key = key };
    size_t size = (object_head_size(&parts) + 7) & ~(size_t)7;
    size_t end = size + sizeof(ticket_t) + 8 * follower_words(store);
    uint32_t ref = eviction_alloc_locked(store, shard, end, 1);
    atomic_u64_t *slot;

    if (!ref) {
        return 0;
    }
    slot = eviction_slot_locked(store, shard, place);
    if (!slot) {
        arena_free(store->base, &shard->arena, ref);
        return 0;
    }
    object_write(store, ref, &parts, 0);
    memset((char *)object_at(store, ref) + size, 0, end - size);
    atomic_store(&object_at(store, ref)->stage, PENDING_WAIT);
    queue_push(store, &shard->under_way, ref, WHERE_UNDER_WAY, 0);
    atomic_store(&object_at(store, ref)->variants, store->child);
    index_set_locked(slot, place, ref);
    pin_publish(store, pin, ref);
    return ref;
}

void ticket_break(store_t *store, store_object_t *o)
{
    if (o->kind == KIND_TICKET) {
        atomic_store(&object_ticket(o)->object, 0);
        atomic_store(&o->stage, PENDING_FAILED);
        ticket_wake(store, object_ref(store, o));
    }
    else if (atomic_load(&o->stage) == PENDING_HEAD) {
        atomic_store(&o->stage, PENDING_FAILED);
    }
}
