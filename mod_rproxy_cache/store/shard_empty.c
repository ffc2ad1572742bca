/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shard_empty.c: a shard whose lists nobody can trust becomes empty.  Layer L1.
 *
 * What is known for sure: the pins, and that a block that a pin names and whose
 * checksum fits is an object, with its chain (extents know their owner) and its
 * variants.  Those blocks stay as they are and go to the limbo; all else is one
 * free space.  Nothing here depends on how far an earlier try came. */
#include <stdlib.h>

#include "shard.h"
#include "object.h"
#include "pin.h"
#include "ticket.h"

typedef struct {
    store_t *store;
    uint32_t shard;
    uint32_t *refs; /* pinned */
    size_t ref_count, ref_max;
    arena_kept_t *kept;
    size_t kept_count, kept_max;
    int failed; /* no memory */
} emptying_t;

static void gather_ref(void *ctx, uint32_t ref)
{
    emptying_t *e = ctx;

    if (!shard_has(e->store, e->shard, ref)) {
        return;
    }
    if (e->ref_count == e->ref_max) {
        e->failed = 1;
        return;
    }
    e->refs[e->ref_count++] = ref;
}

static int compare_refs(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Blocks are told apart by their ref, which comes first. */
static int compare_kept(const void *a, const void *b)
{
    return compare_refs(&((const arena_kept_t *)a)->ref,
                        &((const arena_kept_t *)b)->ref);
}

/* Granules of the block at ref if it may be one; else 0. */
static uint32_t plausible_granules(const emptying_t *e, uint32_t ref)
{
    uint32_t left, granules;

    if (!shard_has(e->store, e->shard, ref)) {
        return 0;
    }
    left = shard_first_granule(e->store, e->shard) + e->store->plan.granules - 1
           - ref;
    granules = arena_granules(e->store->base, ref);
    return granules <= left ? granules : 0;
}

static void keep(emptying_t *e, uint32_t ref, uint32_t granules)
{
    if (e->kept_count == e->kept_max) {
        size_t max = e->kept_max ? 2 * e->kept_max : 256;
        arena_kept_t *more = realloc(e->kept, max * sizeof(*more));

        if (!more) {
            e->failed = 1;
            return;
        }
        e->kept = more;
        e->kept_max = max;
    }
    e->kept[e->kept_count++] = (arena_kept_t){ ref, granules };
}

static int keep_object(emptying_t *e, uint32_t ref)
{
    store_object_t *o = object_at(e->store, ref);
    uint32_t granules = plausible_granules(e, ref);
    atomic_u32_t *link;
    uint32_t extent;

    if (!granules
        || !object_is_sound(e->store, o, (size_t)granules * ARENA_GRANULE)) {
        return 0;
    }
    keep(e, ref, granules);
    link = o->chained ? &object_chain(o)->first : NULL;
    while (link && (extent = atomic_load(link)) && !e->failed) {
        granules = plausible_granules(e, extent);
        if (!granules || extent_at(e->store, extent)->owner != ref) {
            atomic_store(link, 0);
            break;
        }
        keep(e, extent, granules);
        link = &extent_at(e->store, extent)->next;
    }
    return 1;
}

static void keep_variants(emptying_t *e, store_object_t *o)
{
    uint32_t ref = atomic_load(&o->variants);
    uint32_t *next = NULL;
    int left = STORE_VARIANTS;

    while (ref) {
        if (left-- == 0 || object_at(e->store, ref)->where != WHERE_VARIANT
            || !keep_object(e, ref)) {
            if (next) {
                *next = 0;
            }
            else {
                atomic_store(&o->variants, 0);
            }
            return;
        }
        next = &object_at(e->store, ref)->next;
        ref = *next;
    }
}

/* Leaves in refs the objects that are kept by themselves. */
static void keep_pinned(emptying_t *e)
{
    size_t i, n = 0;

    qsort(e->refs, e->ref_count, sizeof(*e->refs), compare_refs);
    for (i = 0; i < e->ref_count; i++) {
        uint32_t ref = e->refs[i];
        store_object_t *o = object_at(e->store, ref);

        if ((n && e->refs[n - 1] == ref) || o->where == WHERE_VARIANT
            || !keep_object(e, ref)) {
            continue;
        }
        if (o->where == WHERE_UNDER_WAY) {
            atomic_store(&o->variants, 0);
        }
        keep_variants(e, o);
        e->refs[n++] = ref;
    }
    e->ref_count = n;
}

static void break_kept(emptying_t *e, int tickets)
{
    size_t i;

    for (i = 0; i < e->ref_count; i++) {
        store_object_t *o = object_at(e->store, e->refs[i]);

        if (o->where == WHERE_UNDER_WAY
            && (o->kind == KIND_TICKET) == tickets) {
            ticket_break(e->store, o);
        }
    }
}

/* Ranges that are not what they seem cannot both be blocks. */
static void sort_kept(emptying_t *e)
{
    size_t i, n = 0;

    if (e->kept_count == 0) {
        return;
    }
    qsort(e->kept, e->kept_count, sizeof(*e->kept), compare_kept);
    for (i = 0; i < e->kept_count; i++) {
        if (n
            && e->kept[i].ref - e->kept[n - 1].ref < e->kept[n - 1].granules) {
            e->failed = 1;
            continue;
        }
        e->kept[n++] = e->kept[i];
    }
    e->kept_count = n;
}

static void clear_index(const store_t *store, uint32_t shard)
{
    bucket_t *buckets = shard_buckets(store, shard);
    uint32_t i;
    int j;

    for (i = 0; i < store->plan.buckets; i++) {
        for (j = 0; j < BUCKET_SLOTS; j++) {
            if (atomic_load_explicit(&buckets[i].slots[j],
                                     memory_order_relaxed)) {
                atomic_store(&buckets[i].slots[j], 0);
            }
        }
    }
}

static void rebuild(emptying_t *e, shard_t *shard)
{
    size_t i;

    if (e->failed) {
        e->kept_count = e->ref_count = 0;
        shard->arena = (arena_t){ 0 };
    }
    else {
        arena_reset(e->store->base, &shard->arena,
                    shard_first_granule(e->store, e->shard),
                    e->store->plan.granules, e->kept, e->kept_count);
    }
    for (i = 0; i < e->ref_count; i++) {
        queue_push(e->store, &shard->limbo, e->refs[i], WHERE_LIMBO, 0);
    }
    shard->broken = (uint32_t)e->failed;
}

static uint64_t count_variants(const emptying_t *e)
{
    uint64_t n = 0;
    size_t i;

    for (i = 0; i < e->ref_count; i++) {
        uint32_t ref = atomic_load(&object_at(e->store, e->refs[i])->variants);

        for (; ref; ref = object_at(e->store, ref)->next) {
            n++;
        }
    }
    return n;
}

void shard_empty_locked(store_t *store, uint32_t number)
{
    shard_t *shard = shard_at(store, number);
    emptying_t e = { .store = store, .shard = number };

    atomic_fetch_add(&shard->resets, 1);
    clear_index(store, number);
    shard->small = shard->main = shard->under_way = shard->limbo =
        (queue_t){ 0 };
    e.ref_max = 2 * pin_count(store) + 64;
    e.refs = malloc(e.ref_max * sizeof(*e.refs));
    if (!e.refs || !pin_each(store, gather_ref, &e)) {
        e.failed = 1;
    }
    else {
        keep_pinned(&e);
        break_kept(&e, 0);
        break_kept(&e, 1);
        sort_kept(&e);
    }
    rebuild(&e, shard);
    atomic_store(&shard->objects, 0);
    atomic_store(&shard->variants, count_variants(&e));
    free(e.refs);
    free(e.kept);
}
