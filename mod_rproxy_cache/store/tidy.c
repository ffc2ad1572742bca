/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tidy.c: what is done now and then, in small steps, by one child at a time.
 * Layer L1.
 *
 * A walk over the index, some buckets of each shard in a call, drops what can
 * be of no use any more, and keeps the others' look at the purges young, so
 * that little is purged by mistake (purge.h). */
#include "child.h"
#include "eviction.h"
#include "object.h"
#include "purge.h"
#include "shard.h"

enum {
    WALK_SECONDS = 60,   /* once around, of an index that is not large */
    WALK_MAX = 4096,     /* buckets in one call */
    WALK_LOCKED = 64,    /* and under one lock */
    THOROUGH_EVERY = 16, /* seconds */
    LIMBO_ROUNDS = 8
};

/* Nothing says how long it may stand in for a failed origin, or that it may
 * not. */
static int may_be_kept_stale(const store_object_t *o)
{
    return o->kind == STORE_RESPONSE && !o->meta.if_error
           && !(
               o->meta.flags
               & (STORE_NOT_ON_ERROR | STORE_MUST_REVALIDATE | STORE_NO_CACHE));
}

/* Past its lifetime and the times in which it may be used stale; without a
 * validator it cannot be freshened either. */
static int is_beyond_use(const store_t *store, const store_object_t *o,
                         uint32_t now_s)
{
    const store_meta_t *m = &o->meta;
    uint64_t stale =
        m->while_revalidate > m->if_error ? m->while_revalidate : m->if_error;

    if (may_be_kept_stale(o) && stale < store->keep_stale_s) {
        stale = store->keep_stale_s;
    }
    if (o->kind == STORE_VARY
        || (o->kind == STORE_RESPONSE && (m->etag_len || m->last_modified))) {
        return 0;
    }
    return (uint64_t)now_s + m->initial_age
           > (uint64_t)m->stored_at + m->lifetime + stale;
}

static void tidy_object(store_t *store, shard_t *shard, store_object_t *o,
                        uint32_t now_s)
{
    if (o->kind == KIND_TICKET) {
        return;
    }
    if (purge_check(store, o) == STORE_PURGED) {
        atomic_fetch_add_explicit(&shard->purged, 1, memory_order_relaxed);
        eviction_drop_locked(store, shard, o);
    }
    else if (is_beyond_use(store, o, now_s)) {
        atomic_fetch_add_explicit(&shard->expired, 1, memory_order_relaxed);
        eviction_drop_locked(store, shard, o);
    }
}

static void walk_some(store_t *store, shard_t *shard, uint32_t number,
                      uint32_t now_s)
{
    uint32_t left = WALK_LOCKED;

    while (left-- > 0) {
        bucket_t *bucket;
        int i;

        shard->tidy_bucket = (shard->tidy_bucket + 1) % store->plan.buckets;
        bucket = shard_buckets(store, number) + shard->tidy_bucket;
        for (i = 0; i < BUCKET_SLOTS; i++) {
            uint32_t ref = index_ref(atomic_load(&bucket->slots[i]));

            if (ref) {
                tidy_object(store, shard, object_at(store, ref), now_s);
            }
        }
    }
}

static void tidy_shard(store_t *store, uint32_t number)
{
    shard_t *shard = shard_lock(store, number);
    int rounds = LIMBO_ROUNDS;

    if (shard->broken) {
        shard_empty_locked(store, number);
    }
    while (rounds-- > 0 && shard_free_limbo_locked(store, shard)) {
    }
    shard_unlock(store, number);
}

static void walk_shard(store_t *store, uint32_t number, uint32_t now_s)
{
    uint32_t most = WALK_MAX / store->plan.shards;
    uint32_t left = store->plan.buckets / WALK_SECONDS + WALK_LOCKED;

    for (left = left < most ? left : most; left >= WALK_LOCKED;
         left -= WALK_LOCKED) {
        shard_t *shard = shard_lock(store, number);

        walk_some(store, shard, number, now_s);
        shard_unlock(store, number);
    }
}

void store_keep_stale(store_t *store, uint32_t seconds)
{
    store->keep_stale_s = seconds;
}

void store_tidy(store_t *store, uint32_t now_s)
{
    uint32_t last = atomic_load(&store->runtime->tidied_s);
    uint32_t i;

    store_note_time(store, now_s);
    if (last == now_s
        || !atomic_compare_exchange_strong(&store->runtime->tidied_s, &last,
                                           now_s)) {
        return;
    }
    child_reclaim_dead(store, now_s % THOROUGH_EVERY == 0);
    for (i = 0; i < store->plan.shards; i++) {
        walk_shard(store, i, now_s);
        tidy_shard(store, i);
    }
    if (purge_clock_renew(store)) {
        for (i = 0; i < store->plan.shards; i++) {
            shard_lock(store, i);
            shard_empty_locked(store, i);
            shard_unlock(store, i);
        }
    }
}
