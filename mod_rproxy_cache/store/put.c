/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* put.c: objects and variants that are there as a whole.  Layer L1. */
#include "fill.h"
#include "eviction.h"
#include "pin.h"
#include "shard.h"

static void put_finish(build_t *b)
{
    if (b->pin) {
        pin_give(b->store, b->pin);
    }
}

/* Head and body; on failure nothing is left. */
static apr_status_t put_build(build_t *b, object_parts_t *parts, uint32_t clock,
                              slice_t body)
{
    shard_t *shard = shard_lock(b->store, b->shard);
    apr_status_t status;

    b->resets = atomic_load(&shard->resets);
    status = build_head_locked(b, shard, parts, clock, body.len);
    shard_unlock(b->store, b->shard);
    if (status == APR_SUCCESS) {
        status = build_body(b, body.p, body.len);
    }
    if (status != APR_SUCCESS && b->object && (shard = build_lock(b))) {
        build_drop_locked(b, shard, PENDING_FAILED);
        shard_unlock(b->store, b->shard);
    }
    return status;
}

static apr_status_t put_publish(build_t *b, const store_key_t *key)
{
    shard_t *shard = build_lock(b);
    store_object_t *o = object_at(b->store, b->object);
    apr_status_t status;

    if (!shard) {
        return b->failed;
    }
    build_take_locked(b, shard);
    status = fill_publish_locked(b->store, shard, key, b->object);
    if (status != APR_SUCCESS) {
        queue_push(b->store, &shard->limbo, object_ref(b->store, o),
                   WHERE_LIMBO, 0);
    }
    shard_unlock(b->store, b->shard);
    return status;
}

apr_status_t store_put(store_t *store, const store_key_t *key, uint32_t clock,
                       store_kind_e kind, const store_meta_t *meta,
                       slice_t raw_head, slice_t quick_head,
                       const uint64_t *tags, int tag_count, slice_t body,
                       uint32_t now_s)
{
    object_parts_t parts = { .kind = kind,
                             .meta = meta,
                             .key = key->text,
                             .raw_head = raw_head,
                             .quick_head = quick_head,
                             .tags = tags,
                             .tag_count = tag_count };
    build_t b = { .store = store, .hash = key->hash };
    index_place_t place;
    apr_status_t status;

    if (key->text.len == 0 || key->text.len > STORE_KEY_MAX) {
        return APR_EINVAL;
    }
    store_note_time(store, now_s);
    index_place(store, key->hash, &place);
    b.shard = place.shard;
    status = put_build(&b, &parts, clock, body);
    if (status == APR_SUCCESS) {
        status = put_publish(&b, key);
    }
    put_finish(&b);
    return status;
}

/* ---- variants ---- */

const store_object_t *store_object_variant(const store_t *store,
                                           const store_object_t *o, int which)
{
    uint32_t ref;

    if (atomic_load_explicit(&o->stage, memory_order_acquire) != PENDING_DONE) {
        return NULL;
    }
    ref = atomic_load_explicit(&o->variants, memory_order_acquire);
    while (ref && object_at(store, ref)->which != (uint32_t)which) {
        ref = object_at(store, ref)->next;
    }
    return ref ? object_at(store, ref) : NULL;
}

static apr_status_t variant_attach(build_t *b, store_object_t *o, int which)
{
    shard_t *shard = build_lock(b);
    store_object_t *variant = object_at(b->store, b->object);
    uint32_t before;

    if (!shard) {
        return b->failed;
    }
    if ((o->where != WHERE_SMALL && o->where != WHERE_MAIN)
        || store_object_variant(b->store, o, which)) {
        build_drop_locked(b, shard, PENDING_DONE);
        shard_unlock(b->store, b->shard);
        return APR_EEXIST;
    }
    before = shard_object_granules(b->store, o);
    build_take_locked(b, shard);
    variant->where = WHERE_VARIANT;
    atomic_store(&variant->stage, PENDING_DONE);
    variant->next = atomic_load(&o->variants);
    atomic_store(&o->variants, b->object);
    (o->where == WHERE_SMALL ? &shard->small : &shard->main)->granules +=
        shard_object_granules(b->store, o) - before;
    atomic_fetch_add_explicit(&shard->variants, 1, memory_order_relaxed);
    shard_unlock(b->store, b->shard);
    return APR_SUCCESS;
}

apr_status_t store_variant_add(store_t *store, const store_object_t *found,
                               int which, const store_meta_t *meta,
                               slice_t raw_head, slice_t quick_head,
                               slice_t body)
{
    store_object_t *o = (store_object_t *)found;
    object_parts_t parts = { .kind = o->kind,
                             .which = (unsigned)which,
                             .meta = meta,
                             .raw_head = raw_head,
                             .quick_head = quick_head };
    build_t b = { .store = store,
                  .shard = shard_of(store, object_ref(store, o)) };
    apr_status_t status;

    if (which < 0 || which >= STORE_VARIANTS) {
        return APR_EINVAL;
    }
    if (store_object_variant(store, o, which)) {
        return APR_EEXIST;
    }
    status = put_build(&b, &parts, 0, body);
    if (status == APR_SUCCESS) {
        status = variant_attach(&b, o, which);
    }
    put_finish(&b);
    return status;
}
