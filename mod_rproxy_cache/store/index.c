/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* index.c: see index.h, and store_find.  Layer L1. */
#include "index.h"
#include "object.h"
#include "pin.h"

static uint32_t scale(uint32_t hash, uint32_t count)
{
    return (uint32_t)((uint64_t)hash * count >> 32);
}

void index_place(const store_t *store, uint64_t hash, index_place_t *place)
{
    uint64_t mixed = hash * 0x9e3779b97f4a7c15u;
    bucket_t *buckets;

    place->shard = (uint32_t)(mixed >> 32) & (store->plan.shards - 1);
    place->tag = (uint32_t)(mixed >> 24);
    buckets = shard_buckets(store, place->shard);
    place->buckets[0] = buckets + scale((uint32_t)hash, store->plan.buckets);
    place->buckets[1] =
        buckets + scale((uint32_t)(hash >> 32), store->plan.buckets);
}

void store_key_hash(const store_t *store, store_key_t *key)
{
    key->hash = siphash(store->segment->secret, key->text);
}

static int is_of_key(const store_object_t *o, slice_t key, int ticket)
{
    return (o->kind == KIND_TICKET) == ticket
           && slice_eq(store_object_key(o), key);
}

atomic_u64_t *index_find_locked(const store_t *store,
                                const index_place_t *place, slice_t key,
                                int ticket)
{
    unsigned i;

    for (i = 0; i < INDEX_SLOTS; i++) {
        atomic_u64_t *slot = index_slot(place, i);
        uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);

        if (word >> 32 == place->tag && index_ref(word)
            && is_of_key(object_at(store, index_ref(word)), key, ticket)) {
            return slot;
        }
    }
    return NULL;
}

static unsigned free_slots(bucket_t *bucket, atomic_u64_t **slot)
{
    unsigned i, n = 0;

    for (i = 0; i < BUCKET_SLOTS; i++) {
        if (!atomic_load_explicit(&bucket->slots[i], memory_order_relaxed)) {
            *slot = &bucket->slots[i];
            n++;
        }
    }
    return n;
}

atomic_u64_t *index_free_slot_locked(const index_place_t *place)
{
    atomic_u64_t *slots[2] = { NULL, NULL };
    unsigned first = free_slots(place->buckets[0], &slots[0]);
    unsigned second = free_slots(place->buckets[1], &slots[1]);

    return slots[second > first];
}

int index_remove_locked(const store_t *store, const store_object_t *o)
{
    index_place_t place;
    uint32_t ref = object_ref(store, o);
    unsigned i;

    index_place(store, siphash(store->segment->secret, store_object_key(o)),
                &place);
    for (i = 0; i < INDEX_SLOTS; i++) {
        atomic_u64_t *slot = index_slot(&place, i);

        if (index_ref(atomic_load_explicit(slot, memory_order_relaxed))
            == ref) {
            atomic_store(slot, 0);
            return 1;
        }
    }
    return 0;
}

void index_set_locked(atomic_u64_t *slot, const index_place_t *place,
                      uint32_t ref)
{
    atomic_store(slot, index_word(ref, place->tag));
}

/* ---- lookups, without the lock ---- */

static void count_hit(const store_object_t *found)
{
    store_object_t *o = (store_object_t *)found;
    uint8_t n = atomic_load_explicit(&o->frequency, memory_order_relaxed);

    if (n < FREQUENCY_MAX) {
        atomic_store_explicit(&o->frequency, (uint8_t)(n + 1),
                              memory_order_relaxed);
    }
}

/* Pins what the slot names and compares the key.  A slot that changes is looked
 * at again: it may have got the successor. */
static const store_object_t *look_at_slot(store_t *store, atomic_u64_t *slot,
                                          uint32_t tag, slice_t key,
                                          uint32_t pin)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_acquire);

    while (word >> 32 == tag && index_ref(word)) {
        const store_object_t *o = object_at(store, index_ref(word));
        uint64_t again;

        __builtin_prefetch(o);
        __builtin_prefetch((const char *)o + RECORD_SIZE);
        pin_publish(store, pin, index_ref(word));
        again = atomic_load(slot);
        if (again == word) {
            return is_of_key(o, key, 0) ? o : NULL;
        }
        word = again;
    }
    return NULL;
}

apr_status_t store_find(store_t *store, const store_key_t *key,
                        store_pin_t *pin)
{
    index_place_t place;
    uint32_t taken;
    unsigned i;

    index_place(store, key->hash, &place);
    __builtin_prefetch(place.buckets[0]);
    __builtin_prefetch(place.buckets[1]);
    taken = pin_take(store);
    if (!taken) {
        return APR_ENOSPC;
    }
    for (i = 0; i < INDEX_SLOTS; i++) {
        const store_object_t *o = look_at_slot(store, index_slot(&place, i),
                                               place.tag, key->text, taken);

        if (o) {
            count_hit(o);
            *pin = (store_pin_t){ o, taken, 0 };
            return APR_SUCCESS;
        }
    }
    pin_give(store, taken);
    return APR_NOTFOUND;
}

apr_status_t store_pin_again(store_t *store, const store_pin_t *pin,
                             store_pin_t *copy)
{
    int two = pin->ticket_slot && pin->ticket_slot != pin->slot;
    uint32_t slot = pin_take(store);
    uint32_t ticket_slot = slot && two ? pin_take(store) : 0;

    if (!slot) {
        return APR_ENOSPC;
    }
    if (two && !ticket_slot) {
        pin_give(store, slot);
        return APR_ENOSPC;
    }
    pin_copy(store, slot, object_ref(store, pin->object));
    if (ticket_slot) {
        pin_copy(store, ticket_slot,
                 atomic_load(pin_word(store, pin->ticket_slot)));
    }
    *copy = (store_pin_t){ pin->object, slot,
                           pin->ticket_slot == pin->slot ? slot : ticket_slot };
    return APR_SUCCESS;
}

void store_unpin(store_t *store, store_pin_t *pin)
{
    if (pin->ticket_slot && pin->ticket_slot != pin->slot) {
        pin_give(store, pin->ticket_slot);
    }
    if (pin->slot) {
        pin_give(store, pin->slot);
    }
    *pin = (store_pin_t){ 0 };
}
