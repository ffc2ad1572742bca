/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plan.c: see plan.h.  Layer L1. */
#include "plan.h"

#define SIZE_MAX_BYTES ((uint64_t)1 << 36)

enum {
    BYTES_PER_SHARD = 64 << 20,
    BYTES_PER_SLOT = 768, /* of the index: one object for so much memory */
    BYTES_PER_GHOST = 1536,
    BYTES_PER_TAG = 8192,
    TAGS_MIN = 256,
    TAGS_MAX = 1 << 20,
    BYTES_PER_BAN = 1 << 17,
    BANS_MIN = 16,
    BANS_MAX = 256,
    ARENA_MIN = 64 << 10
};

static uint64_t pages(uint64_t n)
{
    return (n + LAYOUT_PAGE - 1) / LAYOUT_PAGE * LAYOUT_PAGE;
}

static uint64_t clamp(uint64_t n, uint64_t min, uint64_t max)
{
    return n < min ? min : n > max ? max : n;
}

static uint32_t shard_count(uint64_t size)
{
    uint32_t n = 1;

    while (n < SHARDS_MAX && size / (2 * n) >= BYTES_PER_SHARD) {
        n *= 2;
    }
    return n;
}

apr_status_t plan_make(store_plan_t *plan, uint64_t size, uint32_t salt)
{
    store_plan_t p = { .version = LAYOUT_VERSION, .salt = salt };
    uint64_t per_shard;

    p.size = (size < SIZE_MAX_BYTES ? size : SIZE_MAX_BYTES) / LAYOUT_PAGE
             * LAYOUT_PAGE;
    p.bans = (uint32_t)clamp(size / BYTES_PER_BAN, BANS_MIN, BANS_MAX);
    p.tags = (uint32_t)clamp(size / BYTES_PER_TAG, TAGS_MIN, TAGS_MAX);
    p.bans_at = LAYOUT_PAGE;
    p.tags_at = p.bans_at + pages(p.bans * sizeof(ban_t));
    p.shards_at = p.tags_at + pages(PURGE_KINDS * p.tags * sizeof(tag_purge_t));
    p.shards = shard_count(p.size);
    if (p.shards_at + p.shards * ARENA_MIN > p.size) {
        return APR_EINVAL;
    }
    per_shard = (p.size - p.shards_at) / p.shards;
    p.shard_size = per_shard / LAYOUT_PAGE * LAYOUT_PAGE;
    p.buckets = (uint32_t)(per_shard / BYTES_PER_SLOT / BUCKET_SLOTS + 1);
    p.ghosts = (uint32_t)(per_shard / BYTES_PER_GHOST + 1);
    p.ghost_at = LAYOUT_PAGE + p.buckets * sizeof(bucket_t);
    p.arena_at = pages(p.ghost_at + p.ghosts * sizeof(uint32_t));
    if (p.arena_at + ARENA_MIN > p.shard_size) {
        return APR_EINVAL;
    }
    p.granules = (uint32_t)((p.shard_size - p.arena_at) / ARENA_GRANULE);
    *plan = p;
    return APR_SUCCESS;
}
