/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_layout.h: what lies in shared memory.  Layer L1.
 *
 * The segment (may be a file, see file.h).  Only refs, no pointers: a ref is
 * the number of a granule of 16 bytes from the segment's begin, so that 64 GB
 * can be named.  All sizes come from store_plan_make, never from the segment:
 *
 *   +--------------------+ 0
 *   | segment_t          | magic, plan, secret, boot; purge clock
 *   +--------------------+ plan.bans_at
 *   | ban_t[]            | ring of prefixes that were purged
 *   +--------------------+ plan.tags_at
 *   | tag_purge_t[2][]   | hard, soft: when a tag was purged last
 *   +--------------------+ plan.shards_at
 *   | shard 0            |
 *   |   shard_t          | queues, arena, counters
 *   |   bucket_t[]       | index: 8 slots of {tag of the hash, ref}
 *   |   uint32_t[]       | ghost: what was evicted lately
 *   |   blocks           | the arena: objects, extents of bodies
 *   +--------------------+
 *   | shard 1 ...        |
 *   +--------------------+
 *
 * An object is one block, and a chain of extents if its body is long or its
 * length was not known; the parts in [] are there when they are needed:
 *
 *   block  | record | [part] | tags | key | raw head | quick head | [chain]
 *          | first piece of the body |
 *   extent | next, owner | the body's next piece |
 *
 * A ticket (of a fetch under way) is a block as well:
 *
 *   block  | record | key | [..8] | object, length, children that follow |
 *
 * The runtime (anonymous, never in the file): locks, and for each child its
 * slot and its pins.
 *
 * Locks, in the order in which they are taken: children, shard (one at a time),
 * purges.  All are robust.  Whose owner died: of a shard, the shard is emptied;
 * of the others, nothing, since each of their steps leaves them whole. */
#ifndef RPROXY_STORE_LAYOUT_H
#define RPROXY_STORE_LAYOUT_H

#include <pthread.h>
#include <stdatomic.h>

#include "routing/siphash.h"

#include "arena.h"
#include "store.h"

typedef _Atomic uint8_t atomic_u8_t;
typedef _Atomic uint32_t atomic_u32_t;
typedef _Atomic uint64_t atomic_u64_t;

/* ---- sizes ---- */

enum {
    LAYOUT_VERSION = 2,
    LAYOUT_PAGE = 4096,
    SHARDS_MAX = 16,
    BUCKET_SLOTS = 8,
    HEAD_MAX = 65535,
    BOOT_ID_SIZE = 40
};

typedef struct {
    uint64_t size;
    uint64_t bans_at, tags_at, shards_at; /* from the segment's begin */
    uint64_t shard_size;
    uint64_t ghost_at, arena_at; /* from the shard's begin */
    uint32_t bans, tags, shards, buckets, ghosts, granules;
    uint32_t version, salt;
} store_plan_t;

/* ---- objects ---- */

/* In which list it hangs; under the shard's lock. */
enum {
    WHERE_FREE,
    WHERE_SMALL,
    WHERE_MAIN,
    WHERE_UNDER_WAY,
    WHERE_LIMBO,
    WHERE_VARIANT
};

/* Behind the public kinds. */
enum {
    KIND_TICKET = STORE_MARKER + 1
};

enum {
    FREQUENCY_MAX = 3,
    BODY_CHAINED = 1
};

/* Immutable once others can see it, but for the fields above checksum and the
 * times in meta.  meta.part_* is there with STORE_PARTIAL only. */
struct store_object_t {
    uint32_t block; /* the arena's word */

    /* The shard's lock.  Of a variant, next is the next variant. */
    uint32_t next, previous;

    atomic_u32_t variants; /* the first one; while under way: its child */
    atomic_u32_t checked;  /* no purge up to this clock concerns it */
    atomic_u8_t frequency; /* hits, up to FREQUENCY_MAX */
    uint8_t where;         /* the shard's lock */
    atomic_u8_t stage;     /* pending_e: of tickets, and while under way */
    atomic_u8_t soft;      /* purged softly */
    atomic_u32_t body;     /* bytes of it in the block */

    uint32_t checksum; /* of what follows, but for the times in meta */
    uint32_t key_len : 17;
    uint32_t tag_count : 7;
    uint32_t kind : 3;
    uint32_t which : 2;
    uint32_t chained : 1;
    uint16_t raw_len, quick_len;
    store_meta_t meta;
};

#define RECORD_SIZE offsetof(store_object_t, meta.part_first)

/* Behind the heads, at a multiple of 8. */
typedef struct {
    atomic_u64_t length; /* of the whole body */
    atomic_u32_t first;  /* extent */
    uint32_t last;       /* the shard's lock */
} chain_t;

typedef struct {
    uint32_t block;
    atomic_u32_t next;
    uint32_t owner; /* ref of the object */
    uint32_t unused;
    char data[];
} extent_t;

/* Behind a ticket's key, at a multiple of 8. */
typedef struct {
    atomic_u32_t object;      /* under way; 0: not yet, or no more */
    atomic_u32_t followed;    /* not 0: somebody has read of the object */
    atomic_u64_t told;        /* the body's length + 1; 0: not told */
    atomic_u64_t followers[]; /* bits: children that want to be woken */
} ticket_t;

/* ---- shards ---- */

typedef struct {
    uint32_t head, tail; /* head: came last */
    uint64_t count, granules;
} queue_t;

typedef struct {
    _Alignas(64) atomic_u64_t slots[BUCKET_SLOTS];
} bucket_t;

/* All but resets and the counters: its lock. */
typedef struct {
    queue_t small, main, under_way, limbo;
    arena_t arena;
    uint64_t ghost_inserted;
    uint32_t tidy_bucket;
    uint32_t broken;     /* could not be emptied: nothing is stored */
    atomic_u32_t resets; /* emptied so often since the start */
    atomic_u64_t objects, variants;
    atomic_u64_t evictions, expired, purged, stored, refused_full,
        refused_large;
} shard_t;

/* ---- purges ---- */

/* Of all tags that fall on this entry: the last one purged, and when; others:
 * when any other one was.  Written under the purges' lock. */
typedef struct {
    atomic_u32_t tag, clock, others, unused;
} tag_purge_t;

typedef struct {
    atomic_u32_t clock; /* 0: being written */
    uint16_t len;
    uint16_t soft;
    char prefix[STORE_PREFIX_MAX];
} ban_t;

enum {
    PURGE_HARD,
    PURGE_SOFT,
    PURGE_KINDS
};

/* ---- the segment ---- */

typedef struct {
    char magic[16];
    store_plan_t plan;
    siphash_key_t secret;
    char boot[BOOT_ID_SIZE]; /* the machine's boot that wrote last */
    uint32_t clean;          /* all of it has reached the file */

    _Alignas(64) atomic_u32_t clock;
    atomic_u32_t all[PURGE_KINDS];  /* when all was purged */
    atomic_u32_t lost[PURGE_KINDS]; /* the newest ban that left the ring */
    atomic_u32_t last_ban;
    uint32_t bans; /* so many so far; the purges' lock */
    atomic_u32_t now_s;
} segment_t;

/* ---- the runtime ---- */

/* Taken and given back under the children's lock. */
typedef struct {
    _Alignas(64) atomic_u32_t pid; /* 0: free */
    uint32_t unused;
    uint64_t started;       /* tells a process from a later one of that id */
    atomic_u32_t pins_used; /* no pin above this was ever taken */
    atomic_u32_t copies;    /* pins published for what another one names */
} child_t;

typedef struct {
    pthread_mutex_t children_lock, purges_lock;
    pthread_mutex_t shard_locks[SHARDS_MAX];
    atomic_u32_t tidied_s;
    atomic_u64_t crashes;
    child_t children[];
} runtime_t;

_Static_assert(RECORD_SIZE == 80, "memory for each object");
_Static_assert(RECORD_SIZE % 8 == 0, "what follows is aligned");
_Static_assert(sizeof(bucket_t) == 64, "one cache line");
_Static_assert(sizeof(chain_t) == 16, "its place");
_Static_assert(sizeof(extent_t) == ARENA_GRANULE, "bodies are aligned");
_Static_assert(sizeof(segment_t) <= LAYOUT_PAGE, "one page");
_Static_assert(sizeof(shard_t) <= LAYOUT_PAGE, "one page");
_Static_assert(sizeof(atomic_u64_t) == 8, "slots of the index");
_Static_assert(STORE_KEY_MAX < 1 << 17 && STORE_TAGS_MAX < 1 << 7, "key_len");

#endif
