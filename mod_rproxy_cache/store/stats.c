/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stats.c: looking at the store, and single objects that change or go.
 * Layer L1. */
#include "eviction.h"
#include "object.h"
#include "pin.h"
#include "shard.h"

static uint64_t relaxed(const atomic_u64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* Without the lock: each number is right, their sum may be of no moment. */
void store_stats(const store_t *store, store_stats_t *stats)
{
    store_stats_t s = { .size = store->plan.size };
    uint32_t i;

    for (i = 0; i < store->plan.shards; i++) {
        const shard_t *shard = shard_at(store, i);
        uint64_t capacity =
            (uint64_t)(store->plan.granules - 1) * ARENA_GRANULE;

        s.capacity += capacity;
        s.used +=
            capacity - (uint64_t)shard->arena.free_granules * ARENA_GRANULE;
        s.objects += relaxed(&shard->objects);
        s.variants += relaxed(&shard->variants);
        s.fills += shard->under_way.count;
        s.limbo += shard->limbo.count;
        s.evictions += relaxed(&shard->evictions);
        s.expired += relaxed(&shard->expired);
        s.purged += relaxed(&shard->purged);
        s.stored += relaxed(&shard->stored);
        s.refused_full += relaxed(&shard->refused_full);
        s.refused_large += relaxed(&shard->refused_large);
    }
    s.pins = pin_count(store);
    s.crashes_recovered = relaxed(&store->runtime->crashes);
    *stats = s;
}

/* ---- a walk ---- */

typedef struct {
    store_t *store;
    slice_t prefix;
    int (*fn)(void *ctx, const store_object_t *o);
    void *ctx;
    uint32_t pin;
} each_t;

static int has_prefix(slice_t key, slice_t prefix)
{
    return key.len >= prefix.len
           && (prefix.len == 0 || memcmp(key.p, prefix.p, prefix.len) == 0);
}

/* @return 0: no more */
static int each_slot(each_t *e, atomic_u64_t *slot)
{
    uint64_t word = atomic_load(slot);
    const store_object_t *o;

    if (!index_ref(word)) {
        return 1;
    }
    pin_publish(e->store, e->pin, index_ref(word));
    if (atomic_load(slot) != word) {
        return 1;
    }
    o = object_at(e->store, index_ref(word));
    if (o->kind == KIND_TICKET || !has_prefix(store_object_key(o), e->prefix)) {
        return 1;
    }
    return e->fn(e->ctx, o);
}

void store_each(store_t *store, slice_t prefix,
                int (*fn)(void *ctx, const store_object_t *o), void *ctx)
{
    each_t e = { store, prefix, fn, ctx, pin_take(store) };
    uint32_t shard, i;
    int more = e.pin != 0;

    for (shard = 0; shard < store->plan.shards && more; shard++) {
        bucket_t *buckets = shard_buckets(store, shard);

        for (i = 0; i < store->plan.buckets * BUCKET_SLOTS && more; i++) {
            more =
                each_slot(&e,
                          &buckets[i / BUCKET_SLOTS].slots[i % BUCKET_SLOTS]);
        }
    }
    if (e.pin) {
        pin_give(store, e.pin);
    }
}

/* ---- single objects ---- */

void store_object_remove(store_t *store, const store_object_t *found)
{
    store_object_t *o = (store_object_t *)found;
    uint32_t number = shard_of(store, object_ref(store, o));
    shard_t *shard = shard_lock(store, number);

    if (o->where == WHERE_SMALL || o->where == WHERE_MAIN) {
        eviction_drop_locked(store, shard, o);
    }
    shard_unlock(store, number);
}

/* Readers may see some of the new times with some of the old ones: while they
 * change, the lifetime is none. */
void store_object_refresh(store_t *store, const store_object_t *found,
                          uint32_t stored_at, uint32_t initial_age,
                          uint32_t lifetime, uint32_t date)
{
    store_object_t *o = (store_object_t *)found;

    (void)store;
    __atomic_store_n(&o->meta.lifetime, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&o->meta.initial_age, initial_age, __ATOMIC_SEQ_CST);
    __atomic_store_n(&o->meta.stored_at, stored_at, __ATOMIC_SEQ_CST);
    __atomic_store_n(&o->meta.date, date, __ATOMIC_SEQ_CST);
    __atomic_store_n(&o->meta.lifetime, lifetime, __ATOMIC_SEQ_CST);
}
