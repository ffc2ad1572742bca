/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_private.h: one process's view of the store, for store/ alone.
 * Layer L1. */
#ifndef RPROXY_STORE_PRIVATE_H
#define RPROXY_STORE_PRIVATE_H

#include <sys/types.h>

#include "store_layout.h"

/* No slot of a child. */
#define NO_CHILD UINT32_MAX

struct store_t {
    char *base; /* the segment */
    segment_t *segment;
    runtime_t *runtime;
    atomic_u32_t *pins; /* of all children */
    store_plan_t plan;
    uint64_t object_max;
    uint32_t keep_stale_s; /* store_keep_stale */
    uint32_t children, pins_each;
    size_t runtime_size;
    int *wake_fds; /* of the children */
    int file;      /* descriptor or -1 */
    pid_t creator;

    uint32_t child; /* this process's slot, or NO_CHILD */
    pid_t claimer;
    uint32_t *free_pins;    /* links between free pins, 0: the last */
    atomic_u64_t free_head; /* counter << 32 | pin */
};

static inline store_object_t *object_at(const store_t *store, uint32_t ref)
{
    return (store_object_t *)(store->base + (size_t)ref * ARENA_GRANULE);
}

static inline extent_t *extent_at(const store_t *store, uint32_t ref)
{
    return (extent_t *)(store->base + (size_t)ref * ARENA_GRANULE);
}

static inline uint32_t object_ref(const store_t *store, const store_object_t *o)
{
    return (uint32_t)(((const char *)o - store->base) / ARENA_GRANULE);
}

static inline char *shard_base(const store_t *store, uint32_t shard)
{
    return store->base + store->plan.shards_at + shard * store->plan.shard_size;
}

static inline shard_t *shard_at(const store_t *store, uint32_t shard)
{
    return (shard_t *)shard_base(store, shard);
}

static inline bucket_t *shard_buckets(const store_t *store, uint32_t shard)
{
    return (bucket_t *)(shard_base(store, shard) + LAYOUT_PAGE);
}

static inline uint32_t *shard_ghosts(const store_t *store, uint32_t shard)
{
    return (uint32_t *)(shard_base(store, shard) + store->plan.ghost_at);
}

static inline uint32_t shard_first_granule(const store_t *store, uint32_t shard)
{
    return (uint32_t)((store->plan.shards_at + shard * store->plan.shard_size
                       + store->plan.arena_at)
                      / ARENA_GRANULE);
}

/* The clock of calls that are not told the time. */
static inline void store_note_time(store_t *store, uint32_t now_s)
{
    if (now_s
        > atomic_load_explicit(&store->segment->now_s, memory_order_relaxed)) {
        atomic_store_explicit(&store->segment->now_s, now_s,
                              memory_order_relaxed);
    }
}

/* Of a ref that is within some shard's arena. */
static inline uint32_t shard_of(const store_t *store, uint32_t ref)
{
    return (uint32_t)(((uint64_t)ref * ARENA_GRANULE - store->plan.shards_at)
                      / store->plan.shard_size);
}

static inline int shard_has(const store_t *store, uint32_t shard, uint32_t ref)
{
    uint32_t first = shard_first_granule(store, shard);

    return ref >= first && ref - first < store->plan.granules - 1;
}

#endif
