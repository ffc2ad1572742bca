/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check.c: see check.h.  Layer L1.
 *
 * First the arena from its begin to its end: blocks without a gap; then the
 * free lists, then each list of objects with all that belongs to an object,
 * each block once; then the index.  What nobody has reached at the end is a
 * leak. */
#include <stdlib.h>

#include "check.h"
#include "check_private.h"
#include "index.h"
#include "object.h"
#include "shard.h"

/* ---- objects ---- */

static int reach(check_t *c, uint32_t ref)
{
    if (!is_block(c, c->used, ref) || bit_get(c->seen, ref - c->first)) {
        return check_says(c, "a block that is none, or is used twice");
    }
    bit_set(c->seen, ref - c->first);
    c->reached++;
    return 1;
}

/* Every byte of the body is in the pieces.  An owner goes on writing while this
 * looks, without the lock: it tells what is in the block before the sum, so the
 * sum is read first. */
static int check_body(check_t *c, uint32_t ref)
{
    store_object_t *o = object_at(c->store, ref);
    uint64_t length = o->chained ? atomic_load(&object_chain(o)->length) : 0;
    uint64_t in_block = atomic_load(&o->body), room = in_block;
    uint32_t extent, last = 0;

    if (in_block > object_room(o)) {
        return check_says(c, "a body's length");
    }
    if (!o->chained) {
        return 1;
    }
    extent = atomic_load(&object_chain(o)->first);
    while (extent) {
        if (!reach(c, extent)) {
            return 0;
        }
        if (extent_at(c->store, extent)->owner != ref) {
            return check_says(c, "an extent's owner");
        }
        room += extent_room(c->store, extent);
        last = extent;
        extent = atomic_load(&extent_at(c->store, extent)->next);
    }
    if (object_chain(o)->last != last || length > room
        || (!last && o->where != WHERE_UNDER_WAY && length != in_block)) {
        return check_says(c, "a body's chain");
    }
    return 1;
}

static int check_record(check_t *c, uint32_t ref, uint8_t where)
{
    store_object_t *o = object_at(c->store, ref);
    size_t bytes;

    if (!reach(c, ref)) {
        return 0;
    }
    bytes = (size_t)arena_granules(c->store->base, ref) * ARENA_GRANULE;
    if (bytes < sizeof(*o)) {
        return check_says(c, "an object's size");
    }
    if (o->where != where) {
        return check_says(c, "an object's place");
    }
    if (!object_is_sound(c->store, o, bytes) || o->meta.etag_at > o->raw_len
        || o->meta.etag_len > o->raw_len - o->meta.etag_at
        || o->kind > KIND_TICKET) {
        return check_says(c, "an object's record");
    }
    if (o->kind == KIND_TICKET) {
        return (!o->chained
                && (where == WHERE_UNDER_WAY || where == WHERE_LIMBO))
               || check_says(c, "a ticket");
    }
    if (o->frequency > FREQUENCY_MAX
        || (where != WHERE_UNDER_WAY && where != WHERE_LIMBO
            && atomic_load(&o->stage) != PENDING_DONE)) {
        return check_says(c, "an object's state");
    }
    return check_body(c, ref);
}

static int check_variants(check_t *c, const store_object_t *o)
{
    uint32_t ref = atomic_load(&o->variants);

    while (ref) {
        if (!check_record(c, ref, WHERE_VARIANT)) {
            return 0;
        }
        c->variants++;
        ref = object_at(c->store, ref)->next;
    }
    return 1;
}

static int check_queue(check_t *c, const queue_t *queue, uint8_t where)
{
    uint32_t ref = queue->head, before = 0;
    uint64_t count = 0, granules = 0;

    while (ref) {
        store_object_t *o = object_at(c->store, ref);

        if (!check_record(c, ref, where)
            || (where != WHERE_UNDER_WAY && !check_variants(c, o))) {
            return 0;
        }
        if (o->previous != before) {
            return check_says(c, "a queue's links");
        }
        count++;
        granules += shard_object_granules(c->store, o);
        before = ref;
        ref = o->next;
    }
    if (queue->tail != before || queue->count != count
        || queue->granules != granules) {
        return check_says(c, "a queue's sums");
    }
    return 1;
}

/* ---- the index ---- */

static int check_slot(check_t *c, bucket_t *bucket, uint64_t word)
{
    uint32_t ref = index_ref(word);
    index_place_t place;
    store_object_t *o;
    atomic_u64_t *slot;
    int ticket;

    if (!is_block(c, c->used, ref)) {
        return check_says(c, "a slot of the index");
    }
    o = object_at(c->store, ref);
    ticket = o->kind == KIND_TICKET;
    if (ticket ? o->where != WHERE_UNDER_WAY
               : o->where != WHERE_SMALL && o->where != WHERE_MAIN) {
        return check_says(c, "an indexed object's place");
    }
    index_place(c->store,
                siphash(c->store->segment->secret, store_object_key(o)),
                &place);
    slot = index_find_locked(c->store, &place, store_object_key(o), ticket);
    if (place.shard != c->number || place.tag != word >> 32
        || (place.buckets[0] != bucket && place.buckets[1] != bucket) || !slot
        || atomic_load(slot) != word) {
        return check_says(c, "an indexed object's key");
    }
    c->indexed += !ticket;
    return 1;
}

/* Before keys are compared, all that is named must be an object. */
static int check_slots_name_objects(check_t *c)
{
    bucket_t *buckets = shard_buckets(c->store, c->number);
    uint32_t i;

    for (i = 0; i < c->store->plan.buckets * BUCKET_SLOTS; i++) {
        uint32_t ref = index_ref(
            atomic_load(&buckets[i / BUCKET_SLOTS].slots[i % BUCKET_SLOTS]));

        if (ref
            && (!is_block(c, c->used, ref)
                || !object_is_sound(c->store, object_at(c->store, ref),
                                    (size_t)arena_granules(c->store->base, ref)
                                        * ARENA_GRANULE))) {
            return check_says(c, "the index names what is no object");
        }
    }
    return 1;
}

static int check_index(check_t *c)
{
    bucket_t *buckets = shard_buckets(c->store, c->number);
    uint32_t i;

    if (!check_slots_name_objects(c)) {
        return 0;
    }
    for (i = 0; i < c->store->plan.buckets * BUCKET_SLOTS; i++) {
        bucket_t *bucket = &buckets[i / BUCKET_SLOTS];
        uint64_t word = atomic_load(&bucket->slots[i % BUCKET_SLOTS]);

        if (index_ref(word) && !check_slot(c, bucket, word)) {
            return 0;
        }
    }
    return c->indexed == c->shard->small.count + c->shard->main.count
           || check_says(c, "an object in no slot of the index");
}

/* ---- all of it ---- */

static void check_all(check_t *c)
{
    shard_t *shard = c->shard;

    if (!check_arena(c) || !check_queue(c, &shard->small, WHERE_SMALL)
        || !check_queue(c, &shard->main, WHERE_MAIN)
        || !check_queue(c, &shard->under_way, WHERE_UNDER_WAY)
        || !check_queue(c, &shard->limbo, WHERE_LIMBO) || !check_index(c)) {
        return;
    }
    if (c->reached != c->used_blocks + c->free_blocks) {
        check_says(c, "a block that belongs to nothing");
    }
    if (atomic_load(&shard->objects) != c->indexed
        || atomic_load(&shard->variants) != c->variants) {
        check_says(c, "the number of objects");
    }
}

const char *check_shard_locked(store_t *store, uint32_t number)
{
    size_t bytes = store->plan.granules / 8 + 1;
    check_t c = { .store = store,
                  .shard = shard_at(store, number),
                  .number = number,
                  .first = shard_first_granule(store, number) };

    c.end = c.first + store->plan.granules - 1;
    c.used = calloc(3, bytes);
    if (!c.used) {
        return "no memory to look";
    }
    c.unused = c.used + bytes;
    c.seen = c.unused + bytes;
    check_all(&c);
    free(c.used);
    return c.wrong;
}

const char *check_store(store_t *store)
{
    const char *wrong = NULL;
    uint32_t i;

    for (i = 0; i < store->plan.shards && !wrong; i++) {
        shard_lock(store, i);
        wrong = check_shard_locked(store, i);
        shard_unlock(store, i);
    }
    return wrong;
}
