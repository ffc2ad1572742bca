/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* purge.c: see purge.h.  Layer L1.
 *
 * Order: a purge writes its note, then the clock.  Who reads a clock sees all
 * notes up to it, and perhaps later ones.  An entry of the tags is read as tag,
 * clock, others and written as others, clock, tag: a reader may see too much,
 * never too little. */
#include "purge.h"
#include "index.h"
#include "object.h"
#include "shard.h"

enum {
    CLOCK_END = 0xf0000000u,
    CLOCK_BEGIN = 1
};

static tag_purge_t *tag_entry(const store_t *store, int kind, uint32_t tag)
{
    tag_purge_t *table = (tag_purge_t *)(store->base + store->plan.tags_at)
                         + (size_t)kind * store->plan.tags;
    uint32_t mixed = tag * 0x9e3779b1u;

    return table + ((uint64_t)mixed * store->plan.tags >> 32);
}

static ban_t *ban_at(const store_t *store, uint32_t number)
{
    ban_t *bans = (ban_t *)(store->base + store->plan.bans_at);

    return bans + number % store->plan.bans;
}

uint32_t store_clock(const store_t *store)
{
    return atomic_load_explicit(&store->segment->clock, memory_order_acquire);
}

uint64_t store_tag_hash(const store_t *store, slice_t tag)
{
    siphash_key_t key = store->segment->secret;

    key.low = ~key.low;
    return siphash(key, tag);
}

/* ---- looking ---- */

static int tag_purged(const tag_purge_t *entry, uint32_t tag, uint32_t since)
{
    uint32_t last = atomic_load_explicit(&entry->tag, memory_order_acquire);
    uint32_t clock = atomic_load_explicit(&entry->clock, memory_order_acquire);

    return (last == tag && clock > since)
           || atomic_load_explicit(&entry->others, memory_order_acquire)
                  > since;
}

/* A ban that is overwritten meanwhile has left the ring: see the end. */
static int ban_matches(const store_t *store, slice_t key, int soft,
                       uint32_t since)
{
    uint32_t i;

    for (i = 0; i < store->plan.bans; i++) {
        ban_t *ban = ban_at(store, i);
        uint16_t len = ban->len;

        if (atomic_load_explicit(&ban->clock, memory_order_acquire) > since
            && ban->soft == soft && len <= key.len && len <= STORE_PREFIX_MAX
            && memcmp(ban->prefix, key.p, len) == 0) {
            return 1;
        }
    }
    /* A write, so that none of the reads above comes behind it. */
    return atomic_fetch_or(&store->segment->lost[soft], 0) > since;
}

static int concerns(const store_t *store, const store_object_t *o, int kind,
                    uint32_t since)
{
    const segment_t *segment = store->segment;
    const uint32_t *tags = object_tags(o);
    uint32_t i;

    if (atomic_load_explicit(&segment->all[kind], memory_order_acquire)
        > since) {
        return 1;
    }
    for (i = 0; i < o->tag_count; i++) {
        if (tag_purged(tag_entry(store, kind, tags[i]), tags[i], since)) {
            return 1;
        }
    }
    return atomic_load_explicit(&segment->last_ban, memory_order_acquire)
               > since
           && ban_matches(store, store_object_key(o), kind, since);
}

/* A soft purge is noted before and behind the new time, so that it outlives a
 * refresh that happens between the two. */
store_purged_e purge_check(store_t *store, store_object_t *o)
{
    uint32_t now = store_clock(store);
    uint32_t since = atomic_load_explicit(&o->checked, memory_order_acquire);

    while (since != now) {
        int soft;

        if (since > now || concerns(store, o, PURGE_HARD, since)) {
            return STORE_PURGED;
        }
        soft = concerns(store, o, PURGE_SOFT, since);
        if (soft) {
            atomic_store(&o->soft, 1);
        }
        if (atomic_compare_exchange_strong(&o->checked, &since, now)) {
            if (soft) {
                atomic_store(&o->soft, 1);
            }
            break;
        }
    }
    return atomic_load_explicit(&o->soft, memory_order_acquire)
               ? STORE_PURGED_SOFT
               : STORE_VALID;
}

store_purged_e store_object_purged(store_t *store, const store_object_t *o)
{
    return purge_check(store, (store_object_t *)o);
}

void store_object_revalidated(store_t *store, const store_object_t *found,
                              uint32_t clock)
{
    store_object_t *o = (store_object_t *)found;

    if (clock <= store_clock(store)) {
        atomic_store(&o->soft, 0);
        atomic_store(&o->checked, clock);
    }
}

/* ---- purging ---- */

static uint32_t purge_begin(store_t *store)
{
    shard_lock_plain(store, &store->runtime->purges_lock);
    return atomic_load(&store->segment->clock) + 1;
}

static void purge_end(store_t *store, uint32_t clock)
{
    atomic_store(&store->segment->clock, clock);
    pthread_mutex_unlock(&store->runtime->purges_lock);
}

void store_purge_tag(store_t *store, uint64_t tag_hash, int soft)
{
    uint32_t tag = (uint32_t)tag_hash;
    tag_purge_t *entry = tag_entry(store, soft != 0, tag);
    uint32_t clock = purge_begin(store);

    if (atomic_load(&entry->tag) != tag) {
        atomic_store(&entry->others, atomic_load(&entry->clock));
    }
    atomic_store(&entry->clock, clock);
    atomic_store(&entry->tag, tag);
    purge_end(store, clock);
}

void store_purge_all(store_t *store, int soft)
{
    uint32_t clock = purge_begin(store);

    atomic_store(&store->segment->all[soft != 0], clock);
    purge_end(store, clock);
}

/* What is overwritten counts as lost before it is. */
apr_status_t store_purge_prefix(store_t *store, slice_t prefix, int soft)
{
    segment_t *segment = store->segment;
    uint32_t clock;
    ban_t *ban;

    if (prefix.len > STORE_PREFIX_MAX) {
        return APR_EINVAL;
    }
    clock = purge_begin(store);
    ban = ban_at(store, segment->bans);
    if (atomic_load(&ban->clock)) {
        atomic_store(&segment->lost[ban->soft != 0], atomic_load(&ban->clock));
        atomic_store(&ban->clock, 0);
    }
    ban->len = (uint16_t)prefix.len;
    ban->soft = soft != 0;
    if (prefix.len) {
        memcpy(ban->prefix, prefix.p, prefix.len);
    }
    atomic_store(&ban->clock, clock);
    segment->bans++;
    atomic_store(&segment->last_ban, clock);
    purge_end(store, clock);
    return APR_SUCCESS;
}

/* ---- the clock's end ---- */

int purge_clock_renew(store_t *store)
{
    segment_t *segment = store->segment;
    int kind;

    if (store_clock(store) < CLOCK_END) {
        return 0;
    }
    purge_begin(store);
    atomic_store(&segment->clock, CLOCK_BEGIN);
    for (kind = 0; kind < PURGE_KINDS; kind++) {
        atomic_store(&segment->all[kind], 0);
        atomic_store(&segment->lost[kind], 0);
    }
    atomic_store(&segment->last_ban, 0);
    memset(store->base + store->plan.bans_at, 0,
           store->plan.shards_at - store->plan.bans_at);
    pthread_mutex_unlock(&store->runtime->purges_lock);
    return 1;
}
