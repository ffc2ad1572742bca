/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* build.c: see build.h.  Layer L1. */
#include "build.h"
#include "eviction.h"
#include "pin.h"
#include "shard.h"

enum {
    IN_BLOCK_MAX = 128 * 1024, /* a longer body goes on in extents */
    EXTENT_MAX = 128 * 1024,
    EXTENT_MIN = 4096,
    EXTENT_SHARE = 64,    /* at most this part of the arena */
    ROOM_NOT_TOLD = 8192, /* first piece of a body of unknown length */
    EXTENT_NOT_TOLD = 16384
};

shard_t *build_lock(build_t *b)
{
    shard_t *shard = shard_lock(b->store, b->shard);

    if (atomic_load(&shard->resets) == b->resets) {
        return shard;
    }
    shard_unlock(b->store, b->shard);
    if (!b->failed) {
        b->failed = APR_EGENERAL;
    }
    return NULL;
}

static apr_status_t build_fail(build_t *b, apr_status_t status)
{
    if (!b->failed) {
        b->failed = status;
    }
    return b->failed;
}

static apr_status_t build_refuse(build_t *b, atomic_u64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    return build_fail(b, APR_ENOSPC);
}

static uint64_t extent_limit(const store_t *store)
{
    uint64_t limit =
        (uint64_t)store->plan.granules * ARENA_GRANULE / EXTENT_SHARE;

    if (limit > EXTENT_MAX) {
        return EXTENT_MAX;
    }
    return limit < EXTENT_MIN ? EXTENT_MIN : limit;
}

/* Whether others may be evicted for a body that has come to so many bytes.
 * What somebody reads already is not cut short for being large. */
static int may_evict_locked(build_t *b, shard_t *shard, uint64_t bytes)
{
    return b->admitted || (b->followed && atomic_load(b->followed))
           || eviction_admits_locked(b->store, shard, b->shard, b->hash, bytes);
}

/* A length that is told is decided upon at once: as large as it is, there is
 * memory for all of it, or it may evict. */
static int admit_told_locked(build_t *b, shard_t *shard, uint64_t bytes)
{
    b->admitted =
        eviction_admits_locked(b->store, shard, b->shard, b->hash, bytes)
        || (uint64_t)shard->arena.free_granules * ARENA_GRANULE
               > bytes + bytes / 8;
    return b->admitted;
}

static apr_status_t build_no_room_locked(build_t *b, shard_t *shard)
{
    eviction_remember_locked(b->store, shard, b->shard, b->hash);
    return build_refuse(b, &shard->refused_full);
}

/* Of the size wanted or, if that is not to be had, of half and so on. */
static uint32_t alloc_some(store_t *store, shard_t *shard, uint64_t least,
                           uint64_t wanted, int evict)
{
    uint32_t ref;

    while (!(ref = eviction_alloc_locked(store, shard, least + wanted, evict))
           && wanted > EXTENT_MIN) {
        wanted /= 2;
    }
    return ref;
}

static uint32_t alloc_block(build_t *b, shard_t *shard, object_parts_t *parts)
{
    uint64_t limit = extent_limit(b->store);
    size_t size;
    uint32_t ref;

    parts->chained = b->told > limit || b->told > IN_BLOCK_MAX;
    size = object_head_size(parts);
    if (!parts->chained) {
        uint64_t bytes = size + b->told;

        ref = eviction_alloc_locked(b->store, shard,
                                    bytes > sizeof(store_object_t)
                                        ? bytes
                                        : sizeof(store_object_t),
                                    1);
        if (ref || b->told <= EXTENT_MIN) {
            return ref;
        }
        parts->chained = 1;
        size = object_head_size(parts);
    }
    if (b->told == BUILD_NOT_TOLD && limit > ROOM_NOT_TOLD) {
        limit = ROOM_NOT_TOLD;
    }
    return alloc_some(b->store, shard, size, limit, 1);
}

apr_status_t build_head_locked(build_t *b, shard_t *shard,
                               object_parts_t *parts, uint32_t clock,
                               uint64_t told)
{
    store_object_t *o;
    size_t size = object_head_size(parts);

    b->told = told;
    if (!size || (told != BUILD_NOT_TOLD && told > b->store->object_max)) {
        return build_refuse(b, &shard->refused_large);
    }
    if (!b->pin && !(b->pin = pin_take(b->store))) {
        return build_refuse(b, &shard->refused_full);
    }
    if (told == BUILD_NOT_TOLD || admit_told_locked(b, shard, size + told)) {
        b->object = alloc_block(b, shard, parts);
    }
    if (!b->object) {
        return build_no_room_locked(b, shard);
    }
    object_write(b->store, b->object, parts, clock);
    o = object_at(b->store, b->object);
    atomic_store(&o->stage, PENDING_HEAD);
    queue_push(b->store, &shard->under_way, b->object, WHERE_UNDER_WAY, 0);
    atomic_store(&o->variants, b->store->child);
    pin_publish(b->store, b->pin, b->object);
    b->room = (char *)o + object_body_at(o);
    b->room_len = object_room(o);
    return APR_SUCCESS;
}

static uint64_t next_extent(const build_t *b)
{
    uint64_t limit = extent_limit(b->store);
    uint64_t wanted = b->told != BUILD_NOT_TOLD     ? b->told - b->length
                      : b->length > EXTENT_NOT_TOLD ? b->length
                                                    : EXTENT_NOT_TOLD;

    return wanted < limit ? wanted : limit;
}

static apr_status_t grow(build_t *b)
{
    store_object_t *o = object_at(b->store, b->object);
    chain_t *chain = object_chain(o);
    uint64_t wanted = next_extent(b);
    shard_t *shard = build_lock(b);
    extent_t *extent;
    uint32_t ref;

    if (!shard) {
        return b->failed;
    }
    ref = alloc_some(b->store, shard, sizeof(extent_t), wanted,
                     may_evict_locked(b, shard, b->length + wanted));
    if (!ref) {
        build_no_room_locked(b, shard);
        shard_unlock(b->store, b->shard);
        return b->failed;
    }
    extent = extent_at(b->store, ref);
    extent->owner = b->object;
    atomic_store(&extent->next, 0);
    if (chain->last) {
        atomic_store(&extent_at(b->store, chain->last)->next, ref);
    }
    else {
        atomic_store(&chain->first, ref);
    }
    chain->last = ref;
    shard_unlock(b->store, b->shard);
    b->room = extent->data;
    b->room_len = extent_room(b->store, ref);
    return APR_SUCCESS;
}

static void publish_length(build_t *b)
{
    store_object_t *o = object_at(b->store, b->object);

    if (!o->chained) {
        atomic_store(&o->body, (uint32_t)b->length);
        return;
    }
    if (!object_chain(o)->last) {
        atomic_store(&o->body, (uint32_t)b->length);
    }
    atomic_store(&object_chain(o)->length, b->length);
}

apr_status_t build_body(build_t *b, const char *data, size_t len)
{
    uint64_t limit = b->told != BUILD_NOT_TOLD ? b->told : b->store->object_max;

    if (b->failed || !b->object) {
        return build_fail(b, APR_EINVAL);
    }
    if (len > limit - b->length) {
        return b->told != BUILD_NOT_TOLD
                   ? build_fail(b, APR_EGENERAL)
                   : build_refuse(b,
                                  &shard_at(b->store, b->shard)->refused_large);
    }
    while (len > 0) {
        size_t n = len < b->room_len ? len : b->room_len;

        if (n == 0) {
            if (grow(b) != APR_SUCCESS) {
                return b->failed;
            }
            continue;
        }
        memcpy(b->room, data, n);
        b->room += n;
        b->room_len -= n;
        b->length += n;
        data += n;
        len -= n;
        publish_length(b);
    }
    return APR_SUCCESS;
}

void build_trim_locked(build_t *b, shard_t *shard)
{
    store_object_t *o = object_at(b->store, b->object);
    uint32_t last = o->chained ? object_chain(o)->last : 0;
    uint64_t used =
        last ? sizeof(extent_t) + extent_room(b->store, last) - b->room_len
             : object_body_at(o) + b->length;

    if (!last && used < sizeof(store_object_t)) {
        used = sizeof(store_object_t);
    }
    arena_trim(b->store->base, &shard->arena, last ? last : b->object,
               arena_granules_for(used));
    b->room_len = 0;
}

void build_take_locked(build_t *b, shard_t *shard)
{
    store_object_t *o = object_at(b->store, b->object);

    atomic_store(&o->variants, 0);
    queue_remove(b->store, &shard->under_way, b->object, 0);
}

void build_drop_locked(build_t *b, shard_t *shard, pending_e stage)
{
    store_object_t *o = object_at(b->store, b->object);

    atomic_store(&o->variants, 0); /* before stage says that they are */
    atomic_store(&o->stage, (uint8_t)stage);
    shard_retire_locked(b->store, shard, o, 0);
}
