/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fill.c: see fill.h; the owner's side.  Layer L1. */
#include <stdlib.h>

#include "fill.h"
#include "eviction.h"
#include "pin.h"
#include "purge.h"
#include "shard.h"
#include "ticket.h"

/* Out of the index; followers find stage once they wake. */
static void fill_end_ticket_locked(store_fill_t *fill, shard_t *shard,
                                   pending_e stage)
{
    store_object_t *o = object_at(fill->build.store, fill->ticket);

    atomic_store(&object_ticket(o)->object, 0);
    atomic_store(&o->stage, (uint8_t)stage);
    shard_retire_locked(fill->build.store, shard, o, 1);
}

/* ---- the claim ---- */

static store_fill_t *fill_make(store_t *store, const store_key_t *key,
                               uint32_t clock)
{
    store_fill_t *fill = calloc(1, sizeof(*fill));
    char *text = malloc(key->text.len + 1);

    if (!fill || !text) {
        free(fill);
        free(text);
        return NULL;
    }
    memcpy(text, key->text.p, key->text.len);
    fill->key = (store_key_t){ { text, key->text.len }, key->hash };
    fill->clock = clock;
    fill->build.store = store;
    fill->build.hash = key->hash;
    fill->build.told = BUILD_NOT_TOLD;
    /* cppcheck-suppress memleak ; text is fill's key */
    return fill;
}

static void fill_free(store_fill_t *fill)
{
    if (fill->ticket_pin) {
        pin_give(fill->build.store, fill->ticket_pin);
    }
    if (fill->build.pin) {
        pin_give(fill->build.store, fill->build.pin);
    }
    free((char *)fill->key.text.p);
    free(fill);
}

/* A marker that is in force stands for the key. */
static int is_marked_locked(store_t *store, const index_place_t *place,
                            slice_t key)
{
    atomic_u64_t *slot = index_find_locked(store, place, key, 0);
    store_object_t *o;

    if (!slot) {
        return 0;
    }
    o = object_at(store, index_ref(atomic_load(slot)));
    return o->kind == STORE_MARKER
           && (uint64_t)o->meta.stored_at + o->meta.lifetime
                  > atomic_load(&store->segment->now_s)
           && purge_check(store, o) == STORE_VALID;
}

static fill_e claim_locked(store_t *store, shard_t *shard,
                           const index_place_t *place, store_fill_t *fill,
                           int wait, store_pin_t *pin)
{
    slice_t key = fill->key.text;
    atomic_u64_t *slot = index_find_locked(store, place, key, 1);

    if (slot) {
        uint32_t ref = index_ref(atomic_load(slot));

        if (!wait) {
            return FILL_NO_ROOM;
        }
        pin_publish(store, fill->ticket_pin, ref);
        *pin = (store_pin_t){ object_at(store, ref), fill->ticket_pin,
                              fill->ticket_pin };
        return FILL_FOLLOW;
    }
    if (is_marked_locked(store, place, key)) {
        return FILL_MARKED;
    }
    fill->ticket =
        ticket_create_locked(store, shard, place, key, fill->ticket_pin);
    if (!fill->ticket) {
        atomic_fetch_add_explicit(&shard->refused_full, 1,
                                  memory_order_relaxed);
        return FILL_NO_ROOM;
    }
    fill->build.shard = place->shard;
    fill->build.resets = atomic_load(&shard->resets);
    return FILL_OWNER;
}

fill_e store_fill_begin(store_t *store, const store_key_t *key, uint32_t clock,
                        int wait, store_fill_t **result, store_pin_t *pin)
{
    index_place_t place;
    store_fill_t *fill;
    shard_t *shard;
    fill_e verdict;

    if (key->text.len == 0 || key->text.len > STORE_KEY_MAX
        || !(fill = fill_make(store, key, clock))) {
        return FILL_NO_ROOM;
    }
    fill->ticket_pin = pin_take(store);
    if (!fill->ticket_pin) {
        fill_free(fill);
        return FILL_NO_ROOM;
    }
    index_place(store, key->hash, &place);
    shard = shard_lock(store, place.shard);
    verdict = claim_locked(store, shard, &place, fill, wait, pin);
    shard_unlock(store, place.shard);
    if (verdict == FILL_OWNER) {
        *result = fill;
        return verdict;
    }
    if (verdict == FILL_FOLLOW) {
        fill->ticket_pin = 0; /* is the follower's */
    }
    fill_free(fill);
    return verdict;
}

/* ---- moving ---- */

/* Without a ticket, if there is one of somebody else, or no room. */
static void claim_anew(store_fill_t *fill)
{
    store_t *store = fill->build.store;
    index_place_t place;
    shard_t *shard;

    index_place(store, fill->key.hash, &place);
    shard = shard_lock(store, place.shard);
    fill->build.shard = place.shard;
    fill->build.resets = atomic_load(&shard->resets);
    if (!index_find_locked(store, &place, fill->key.text, 1)) {
        fill->ticket = ticket_create_locked(store, shard, &place,
                                            fill->key.text, fill->ticket_pin);
    }
    shard_unlock(store, place.shard);
}

apr_status_t store_fill_move(store_fill_t *fill, const store_key_t *key)
{
    shard_t *shard;
    char *text;

    if (fill->build.object || fill->build.failed || key->text.len == 0
        || key->text.len > STORE_KEY_MAX) {
        return APR_EINVAL;
    }
    text = malloc(key->text.len);
    if (!text) {
        return APR_ENOMEM;
    }
    shard = fill->ticket ? build_lock(&fill->build) : NULL;
    if (shard) {
        fill_end_ticket_locked(fill, shard, PENDING_MOVED);
        shard_unlock(fill->build.store, fill->build.shard);
        ticket_wake(fill->build.store, fill->ticket);
    }
    fill->build.failed = APR_SUCCESS; /* the old shard's */
    fill->ticket = 0;
    memcpy(text, key->text.p, key->text.len);
    free((char *)fill->key.text.p);
    fill->key = (store_key_t){ { text, key->text.len }, key->hash };
    fill->build.hash = key->hash;
    claim_anew(fill);
    return APR_SUCCESS;
}

/* ---- head and body ---- */

/* Nothing will come of it: followers need not wait for its owner to say so. */
static apr_status_t fill_give_up(store_fill_t *fill, pending_e stage)
{
    build_t *b = &fill->build;
    shard_t *shard = build_lock(b);

    if (shard) {
        if (b->object) {
            build_drop_locked(b, shard, PENDING_FAILED);
        }
        if (fill->ticket) {
            fill_end_ticket_locked(fill, shard, stage);
        }
        shard_unlock(b->store, b->shard);
    }
    if (fill->ticket) {
        ticket_wake(b->store, fill->ticket);
    }
    fill->ticket = 0;
    b->object = 0;
    return b->failed;
}

apr_status_t store_fill_head(store_fill_t *fill, store_kind_e kind,
                             const store_meta_t *meta, slice_t raw_head,
                             slice_t quick_head, const uint64_t *tags,
                             int tag_count, int64_t length)
{
    build_t *b = &fill->build;
    object_parts_t parts = { .kind = kind,
                             .meta = meta,
                             .key = fill->key.text,
                             .raw_head = raw_head,
                             .quick_head = quick_head,
                             .tags = tags,
                             .tag_count = tag_count };
    apr_status_t status;
    shard_t *shard;

    if (b->failed || b->object) {
        return b->failed ? b->failed : APR_EINVAL;
    }
    shard = build_lock(b);
    if (!shard) {
        return fill_give_up(fill, PENDING_REFUSED);
    }
    status = build_head_locked(b, shard, &parts, fill->clock,
                               length < 0 ? BUILD_NOT_TOLD : (uint64_t)length);
    if (status == APR_SUCCESS && fill->ticket) {
        store_object_t *ticket = object_at(b->store, fill->ticket);

        b->followed = &object_ticket(ticket)->followed;
        atomic_store(&object_ticket(ticket)->told,
                     length < 0 ? 0 : (uint64_t)length + 1);
        atomic_store(&object_ticket(ticket)->object, b->object);
        atomic_store(&ticket->stage, PENDING_HEAD);
    }
    shard_unlock(b->store, b->shard);
    if (status != APR_SUCCESS) {
        return fill_give_up(fill, PENDING_REFUSED);
    }
    if (fill->ticket) {
        ticket_wake(b->store, fill->ticket);
    }
    return APR_SUCCESS;
}

apr_status_t store_fill_body(store_fill_t *fill, const char *data, size_t len)
{
    build_t *b = &fill->build;

    if (build_body(b, data, len) != APR_SUCCESS) {
        return fill_give_up(fill, PENDING_FAILED);
    }
    if (fill->ticket) {
        ticket_wake(b->store, fill->ticket);
    }
    return APR_SUCCESS;
}

/* ---- the end ---- */

apr_status_t fill_publish_locked(store_t *store, shard_t *shard,
                                 const store_key_t *key, uint32_t object)
{
    store_object_t *o = object_at(store, object), *before = NULL;
    index_place_t place;
    atomic_u64_t *slot;

    index_place(store, key->hash, &place);
    slot = index_find_locked(store, &place, key->text, 0);
    if (slot) {
        before = object_at(store, index_ref(atomic_load(slot)));
    }
    else {
        slot = eviction_slot_locked(store, shard, &place);
    }
    if (!slot) {
        atomic_fetch_add_explicit(&shard->refused_full, 1,
                                  memory_order_relaxed);
        return APR_ENOSPC;
    }
    eviction_enter_locked(store, shard, &place, key->hash, o, before);
    atomic_store(&o->stage, PENDING_DONE);
    index_set_locked(slot, &place, object);
    if (before) {
        shard_retire_locked(store, shard, before, 0);
    }
    return APR_SUCCESS;
}

/* Complete; what a hard purge in the meantime or a full index does to it. */
static apr_status_t fill_end_locked(store_fill_t *fill, shard_t *shard)
{
    build_t *b = &fill->build;
    store_object_t *o = object_at(b->store, b->object);
    apr_status_t status;

    build_trim_locked(b, shard);
    if (purge_check(b->store, o) == STORE_PURGED) {
        atomic_fetch_add_explicit(&shard->purged, 1, memory_order_relaxed);
        status = APR_NOTFOUND;
    }
    else {
        build_take_locked(b, shard);
        status = fill_publish_locked(b->store, shard, &fill->key, b->object);
        if (status == APR_SUCCESS) {
            return status;
        }
        queue_push(b->store, &shard->under_way, b->object, WHERE_UNDER_WAY, 0);
    }
    build_drop_locked(b, shard, PENDING_DONE);
    return status;
}

apr_status_t store_fill_commit(store_fill_t **result, uint32_t now_s)
{
    store_fill_t *fill = *result;
    build_t *b = &fill->build;
    apr_status_t status;
    shard_t *shard;

    store_note_time(b->store, now_s);
    if (!b->failed && !b->object) {
        b->failed = APR_EINVAL;
    }
    if (!b->failed && b->told != BUILD_NOT_TOLD && b->length != b->told) {
        b->failed = APR_EGENERAL;
    }
    shard = b->failed ? NULL : build_lock(b);
    if (!shard) {
        status = b->failed;
        store_fill_abort(result, now_s, 0);
        return status;
    }
    status = fill_end_locked(fill, shard);
    if (fill->ticket) {
        fill_end_ticket_locked(fill, shard,
                               status ? PENDING_REFUSED : PENDING_DONE);
    }
    shard_unlock(b->store, b->shard);
    if (fill->ticket) {
        ticket_wake(b->store, fill->ticket);
    }
    fill_free(fill);
    *result = NULL;
    return status;
}

void store_fill_abort(store_fill_t **result, uint32_t now_s, uint32_t marker_s)
{
    store_fill_t *fill = *result;
    pending_e stage = fill->build.object ? PENDING_FAILED : PENDING_REFUSED;

    if (marker_s > 0) {
        store_meta_t meta = { .stored_at = now_s, .lifetime = marker_s };
        slice_t none = { NULL, 0 };

        store_put(fill->build.store, &fill->key, fill->clock, STORE_MARKER,
                  &meta, none, none, NULL, 0, none, now_s);
    }
    if (fill->ticket || fill->build.object) {
        fill_give_up(fill, stage);
    }
    fill_free(fill);
    *result = NULL;
}
