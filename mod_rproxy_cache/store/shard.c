/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shard.c: see shard.h.  Layer L1.  Emptying is in shard_empty.c. */
#include <errno.h>

#include "shard.h"
#include "index.h"
#include "object.h"
#include "pin.h"

enum {
    LIMBO_BATCH = 64
};

/* ---- locks ---- */

void shard_lock_plain(store_t *store, pthread_mutex_t *mutex)
{
    if (pthread_mutex_lock(mutex) == EOWNERDEAD) {
        atomic_fetch_add(&store->runtime->crashes, 1);
        pthread_mutex_consistent(mutex);
    }
}

shard_t *shard_lock(store_t *store, uint32_t shard)
{
    pthread_mutex_t *mutex = &store->runtime->shard_locks[shard];

    if (pthread_mutex_lock(mutex) == EOWNERDEAD) {
        atomic_fetch_add(&store->runtime->crashes, 1);
        shard_empty_locked(store, shard);
        pthread_mutex_consistent(mutex);
    }
    return shard_at(store, shard);
}

void shard_unlock(store_t *store, uint32_t shard)
{
    pthread_mutex_unlock(&store->runtime->shard_locks[shard]);
}

/* ---- lists ---- */

void queue_push(store_t *store, queue_t *queue, uint32_t ref, uint8_t where,
                uint32_t granules)
{
    store_object_t *o = object_at(store, ref);

    o->where = where;
    o->previous = 0;
    o->next = queue->head;
    if (queue->head) {
        object_at(store, queue->head)->previous = ref;
    }
    else {
        queue->tail = ref;
    }
    queue->head = ref;
    queue->count++;
    queue->granules += granules;
}

/* At the end that is looked at first. */
static void limbo_append(store_t *store, queue_t *limbo, uint32_t ref)
{
    store_object_t *o = object_at(store, ref);

    o->where = WHERE_LIMBO;
    o->next = 0;
    o->previous = limbo->tail;
    if (limbo->tail) {
        object_at(store, limbo->tail)->next = ref;
    }
    else {
        limbo->head = ref;
    }
    limbo->tail = ref;
    limbo->count++;
}

void queue_remove(store_t *store, queue_t *queue, uint32_t ref,
                  uint32_t granules)
{
    store_object_t *o = object_at(store, ref);

    if (o->previous) {
        object_at(store, o->previous)->next = o->next;
    }
    else {
        queue->head = o->next;
    }
    if (o->next) {
        object_at(store, o->next)->previous = o->previous;
    }
    else {
        queue->tail = o->previous;
    }
    queue->count--;
    queue->granules -= granules;
}

static queue_t *queue_of(shard_t *shard, const store_object_t *o)
{
    switch (o->where) {
    case WHERE_SMALL:
        return &shard->small;
    case WHERE_MAIN:
        return &shard->main;
    case WHERE_UNDER_WAY:
        return &shard->under_way;
    default:
        return &shard->limbo;
    }
}

static uint32_t block_and_chain(const store_t *store, const store_object_t *o)
{
    uint32_t n = o->block >> ARENA_SIZE_SHIFT;
    uint32_t ref = o->chained ? atomic_load(&object_chain(o)->first) : 0;

    while (ref) {
        n += arena_granules(store->base, ref);
        ref = atomic_load(&extent_at(store, ref)->next);
    }
    return n;
}

/* Of what is in the queues; elsewhere sizes are not counted. */
uint32_t shard_object_granules(const store_t *store, const store_object_t *o)
{
    uint32_t n = block_and_chain(store, o);
    uint32_t ref;

    if (o->where != WHERE_SMALL && o->where != WHERE_MAIN) {
        return 0;
    }
    for (ref = atomic_load(&o->variants); ref;
         ref = object_at(store, ref)->next) {
        n += block_and_chain(store, object_at(store, ref));
    }
    return n;
}

/* ---- the way out ---- */

void shard_retire_locked(store_t *store, shard_t *shard, store_object_t *o,
                         int indexed)
{
    if (indexed) {
        index_remove_locked(store, o);
    }
    if (o->where == WHERE_SMALL || o->where == WHERE_MAIN) {
        atomic_fetch_sub_explicit(&shard->objects, 1, memory_order_relaxed);
    }
    else {
        atomic_store(&o->variants, 0);
    }
    queue_remove(store, queue_of(shard, o), object_ref(store, o),
                 shard_object_granules(store, o));
    limbo_append(store, &shard->limbo, object_ref(store, o));
}

static uint32_t free_block_and_chain(store_t *store, shard_t *shard,
                                     store_object_t *o)
{
    uint32_t n = block_and_chain(store, o);
    uint32_t ref = o->chained ? atomic_load(&object_chain(o)->first) : 0;

    object_spoil(o);
    arena_free(store->base, &shard->arena, object_ref(store, o));
    while (ref) {
        uint32_t next = atomic_load(&extent_at(store, ref)->next);

        arena_free(store->base, &shard->arena, ref);
        ref = next;
    }
    return n;
}

static uint32_t free_object(store_t *store, shard_t *shard, store_object_t *o)
{
    uint32_t ref = atomic_load(&o->variants);
    uint32_t n = free_block_and_chain(store, shard, o);

    while (ref) {
        store_object_t *variant = object_at(store, ref);

        ref = variant->next;
        n += free_block_and_chain(store, shard, variant);
        atomic_fetch_sub_explicit(&shard->variants, 1, memory_order_relaxed);
    }
    return n;
}

typedef struct {
    uint32_t refs[LIMBO_BATCH]; /* ascending */
    uint64_t pinned;            /* bits */
    unsigned count;
} limbo_batch_t;

static void batch_insert(limbo_batch_t *batch, uint32_t ref)
{
    unsigned i = batch->count++;

    while (i > 0 && batch->refs[i - 1] > ref) {
        batch->refs[i] = batch->refs[i - 1];
        i--;
    }
    batch->refs[i] = ref;
}

static void batch_mark(void *ctx, uint32_t ref)
{
    limbo_batch_t *batch = ctx;
    unsigned low = 0, high = batch->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (batch->refs[middle] < ref) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    if (low < batch->count && batch->refs[low] == ref) {
        batch->pinned |= (uint64_t)1 << low;
    }
}

/* Those that came last, and some that were still read the last time. */
uint32_t shard_free_limbo_locked(store_t *store, shard_t *shard)
{
    limbo_batch_t batch = { .count = 0 };
    uint32_t freed = 0;
    unsigned i;

    while (batch.count < LIMBO_BATCH && shard->limbo.tail) {
        uint32_t ref = shard->limbo.tail;

        batch_insert(&batch, ref);
        queue_remove(store, &shard->limbo, ref, 0);
    }
    if (batch.count && !pin_each(store, batch_mark, &batch)) {
        batch.pinned = ~(uint64_t)0;
    }
    for (i = 0; i < batch.count; i++) {
        if (batch.pinned >> i & 1) {
            queue_push(store, &shard->limbo, batch.refs[i], WHERE_LIMBO, 0);
        }
        else {
            freed += free_object(store, shard, object_at(store, batch.refs[i]));
        }
    }
    return freed;
}
