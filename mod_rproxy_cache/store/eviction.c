/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* eviction.c: see eviction.h.  Layer L1.
 *
 * The ghost is a table of words: 16 bits of the hash that chooses the word, and
 * 16 bits of when it was put in, in steps of a part of the ghost's size.  A
 * word that is older than as many evictions as there are objects in the main
 * queue counts no more. */
#include "eviction.h"
#include "object.h"
#include "shard.h"

enum {
    SMALL_SHARE = 10,  /* the small queue's part: one tenth */
    LARGE_SHARE = 40,  /* larger than this part of the arena: large */
    MOVE_AT = 1,       /* hits in the small queue that lead to the main one */
    EVICT_AT_ONCE = 8, /* objects, between two looks at the limbo */
    ROUNDS_MAX = 4096, /* moves within one eviction */
    WASTE_MAX = 16,    /* memory freed in vain, in times of what is needed */
    WASTE_MORE = 65536,
    GHOST_STEPS = 64
};

/* ---- the ghost ---- */

static uint32_t *ghost_word(store_t *store, uint32_t shard, uint64_t hash)
{
    uint32_t i = (uint32_t)((hash >> 32) * store->plan.ghosts >> 32);

    return shard_ghosts(store, shard) + i;
}

static uint16_t ghost_time(const store_t *store, uint64_t inserted)
{
    return (uint16_t)(inserted / (store->plan.ghosts / GHOST_STEPS + 1) + 1);
}

static void ghost_insert(store_t *store, shard_t *shard, uint32_t number,
                         uint64_t hash)
{
    *ghost_word(store, number, hash) =
        (uint32_t)(hash & 0xffff) << 16
        | ghost_time(store, shard->ghost_inserted);
    shard->ghost_inserted++;
}

static int ghost_has(store_t *store, shard_t *shard, uint32_t number,
                     uint64_t hash)
{
    uint32_t word = *ghost_word(store, number, hash);
    uint16_t age =
        (uint16_t)(ghost_time(store, shard->ghost_inserted) - (uint16_t)word);
    uint64_t step = store->plan.ghosts / GHOST_STEPS + 1;

    return word && word >> 16 == (hash & 0xffff)
           && age * step <= shard->main.count + shard->small.count;
}

/* ---- leaving ---- */

static uint64_t hash_of(const store_t *store, const store_object_t *o)
{
    return siphash(store->segment->secret, store_object_key(o));
}

void eviction_drop_locked(store_t *store, shard_t *shard, store_object_t *o)
{
    shard_retire_locked(store, shard, o, 1);
}

static void evict(store_t *store, shard_t *shard, store_object_t *o,
                  int remember)
{
    if (remember) {
        ghost_insert(store, shard, shard_of(store, object_ref(store, o)),
                     hash_of(store, o));
    }
    eviction_drop_locked(store, shard, o);
    atomic_fetch_add_explicit(&shard->evictions, 1, memory_order_relaxed);
}

static void move_to_main(store_t *store, shard_t *shard, store_object_t *o,
                         queue_t *from, uint8_t frequency)
{
    uint32_t ref = object_ref(store, o);
    uint32_t granules = shard_object_granules(store, o);

    atomic_store_explicit(&o->frequency, frequency, memory_order_relaxed);
    queue_remove(store, from, ref, granules);
    queue_push(store, &shard->main, ref, WHERE_MAIN, granules);
}

/* One object leaves, of the small queue if that has more than its share. */
static int evict_one(store_t *store, shard_t *shard)
{
    uint64_t small_max = store->plan.granules / SMALL_SHARE;
    int rounds;

    for (rounds = 0; rounds < ROUNDS_MAX; rounds++) {
        int small = shard->small.granules > small_max || !shard->main.tail;
        queue_t *queue = small ? &shard->small : &shard->main;
        store_object_t *o;
        uint8_t hits;

        if (!queue->tail) {
            return 0;
        }
        o = object_at(store, queue->tail);
        hits = atomic_load_explicit(&o->frequency, memory_order_relaxed);
        if (hits < (small ? MOVE_AT : 1)) {
            evict(store, shard, o, small);
            return 1;
        }
        move_to_main(store, shard, o, queue, small ? 0 : (uint8_t)(hits - 1));
    }
    evict(store, shard,
          object_at(store,
                    shard->main.tail ? shard->main.tail : shard->small.tail),
          0);
    return 1;
}

uint32_t eviction_alloc_locked(store_t *store, shard_t *shard, uint64_t bytes,
                               int make_room)
{
    uint32_t granules = arena_granules_for(bytes);
    uint64_t freed = 0, freed_max = (uint64_t)granules * WASTE_MAX + WASTE_MORE;
    uint32_t ref;
    int i;

    while (!(ref = arena_alloc(store->base, &shard->arena, granules))) {
        uint32_t n = shard_free_limbo_locked(store, shard);

        freed += n;
        if (n) {
            continue;
        }
        for (i = 0; i < EVICT_AT_ONCE && make_room; i++) {
            make_room = freed < freed_max && evict_one(store, shard);
        }
        if (i == 0) {
            return 0;
        }
        freed++;
    }
    return ref;
}

/* ---- entering ---- */

static store_object_t *least_used(store_t *store, const index_place_t *place)
{
    store_object_t *least = NULL;
    unsigned i;

    for (i = 0; i < INDEX_SLOTS; i++) {
        uint64_t word =
            atomic_load_explicit(index_slot(place, i), memory_order_relaxed);
        store_object_t *o = object_at(store, index_ref(word));

        if (o->kind != KIND_TICKET
            && (!least
                || atomic_load_explicit(&o->frequency, memory_order_relaxed)
                       < atomic_load_explicit(&least->frequency,
                                              memory_order_relaxed))) {
            least = o;
        }
    }
    return least;
}

atomic_u64_t *eviction_slot_locked(store_t *store, shard_t *shard,
                                   const index_place_t *place)
{
    atomic_u64_t *slot = index_free_slot_locked(place);
    store_object_t *o;

    if (slot) {
        return slot;
    }
    o = least_used(store, place);
    if (!o) {
        return NULL;
    }
    evict(store, shard, o, 1);
    return index_free_slot_locked(place);
}

void eviction_enter_locked(store_t *store, shard_t *shard,
                           const index_place_t *place, uint64_t hash,
                           store_object_t *o, const store_object_t *before)
{
    int known = before ? before->where == WHERE_MAIN
                       : ghost_has(store, shard, place->shard, hash);
    queue_t *queue = known ? &shard->main : &shard->small;

    if (before) {
        atomic_store_explicit(&o->frequency, atomic_load(&before->frequency),
                              memory_order_relaxed);
    }
    o->where = known ? WHERE_MAIN : WHERE_SMALL;
    queue_push(store, queue, object_ref(store, o), o->where,
               shard_object_granules(store, o));
    atomic_fetch_add_explicit(&shard->objects, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&shard->stored, 1, memory_order_relaxed);
}

int eviction_admits_locked(store_t *store, shard_t *shard, uint32_t number,
                           uint64_t hash, uint64_t bytes)
{
    uint64_t large =
        (uint64_t)store->plan.granules / LARGE_SHARE * ARENA_GRANULE;

    return bytes <= large || ghost_has(store, shard, number, hash);
}

void eviction_remember_locked(store_t *store, shard_t *shard, uint32_t number,
                              uint64_t hash)
{
    ghost_insert(store, shard, number, hash);
}
