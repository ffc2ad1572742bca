/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store.h: responses in memory that all children share.  Layer L1.
 *
 * The glue decides what is stored and what may be used; the store finds, keeps
 * and evicts.  See store_layout.h for the segment.
 *
 * Threads: everything may be called from any thread of a child that has claimed
 * a slot; a store_fill_t belongs to one thread at a time.  Nothing here waits
 * for I/O; locks are held for moments and never by a hit. */
#ifndef RPROXY_STORE_H
#define RPROXY_STORE_H

#include <sys/uio.h>

#include <apr_pools.h>

#include "http1/h1_slice.h"

typedef struct store_t store_t;
typedef struct store_object_t store_object_t; /* in the segment */
typedef struct store_fill_t store_fill_t;     /* in process memory */

typedef struct {
    uint64_t size;        /* bytes of the whole segment */
    const char *path;     /* file, or NULL: anonymous memory */
    int children;         /* slots */
    uint64_t object_max;  /* largest body; cut to what the arena allows */
    uint32_t layout_salt; /* of the caller's own data in objects: a file
                               written with another one is started empty */
} store_config_t;

/* In the parent, before the fork; unmapped with pool.  A file is locked
 * (flock) for as long, checked as a whole, and started empty when it does not
 * fit: *note says so in a sentence (from pool), NULL when there is nothing to
 * say.  A segment that does not fit the smallest layout: APR_EINVAL. */
apr_status_t store_create(store_t **store, const store_config_t *config,
                          const char **note, apr_pool_t *pool);

/* After the fork; given back with pool: by then no thread may have a pin or a
 * fill.  Takes back what dead children held: pins, fills.  APR_ENOSPC: no free
 * slot. */
apr_status_t store_child_claim(store_t *store, apr_pool_t *pool);

/* What is stored may stand in for a failed origin for so long beyond its
 * lifetime: store_tidy keeps it until then.  Before the children are forked. */
void store_keep_stale(store_t *store, uint32_t seconds);

/* Once a second or so, by any child (the first one in a second does it): takes
 * back what dead children held, frees what nobody reads any more, drops what is
 * beyond use.  now_s is the clock of markers, too. */
void store_tidy(store_t *store, uint32_t now_s);

/* ---- objects ---- */

typedef struct {
    slice_t text;  /* 1 to STORE_KEY_MAX bytes */
    uint64_t hash; /* store_key_hash */
} store_key_t;

#define STORE_KEY_MAX 65536

/* Keyed with the store's secret. */
void store_key_hash(const store_t *store, store_key_t *key);

typedef enum {
    STORE_RESPONSE,
    STORE_VARY,  /* the raw head holds field names; the variants have keys of
                    their own */
    STORE_MARKER /* not to be stored: requests need not queue (hit for miss) */
} store_kind_e;

enum {
    STORE_QUICK = 1, /* may be served before all phases */
    STORE_MUST_REVALIDATE = 2,
    STORE_NO_CACHE = 4,
    STORE_IMMUTABLE = 8,
    STORE_COMPRESSIBLE = 16, /* variants may be made */
    STORE_GZIP = 32,         /* the body as it came is gzip */
    STORE_BROTLI = 64,
    STORE_PARTIAL = 128, /* body is a part: meta.part_* */
    STORE_ETAG_WEAK = 256,
    STORE_HEAD_ONLY = 512,     /* of a HEAD: there is no body */
    STORE_NOT_ON_ERROR = 1024, /* stale-if-error=0 was said */
    STORE_HAS_SERVER = 2048    /* a Server field is in the head */
};

/* What the caller needs of an object without parsing its head.  Seconds; times
 * are Unix time, 0: none.  The first line may change, see
 * store_object_refresh.  Of a stored object, part_* must only be read with
 * STORE_PARTIAL: without it there is something else. */
typedef struct {
    uint32_t stored_at, initial_age, lifetime, date;
    uint32_t while_revalidate, if_error;
    uint32_t last_modified;
    uint32_t config_epoch;
    uint16_t status, flags;
    uint16_t etag_at, etag_len; /* within the raw head's text; len 0: none */
    uint64_t part_first, part_total; /* STORE_PARTIAL; total 0: not known */
} store_meta_t;

/* A pin keeps an object's memory as it is.  Zeroed: not pinned.  The numbers
 * are the store's own. */
typedef struct {
    const store_object_t *object;
    uint32_t slot, ticket_slot;
} store_pin_t;

/* Pins the object of this key.  A hit writes nothing that is shared but its pin
 * and, at most, one relaxed counter of the object.
 * @return APR_SUCCESS; APR_NOTFOUND; APR_ENOSPC: no pin is free */
apr_status_t store_find(store_t *store, const store_key_t *key,
                        store_pin_t *pin);

/* The same object once more, for another user. */
apr_status_t store_pin_again(store_t *store, const store_pin_t *pin,
                             store_pin_t *copy);
void store_unpin(store_t *store, store_pin_t *pin);

store_kind_e store_object_kind(const store_object_t *o);
const store_meta_t *store_object_meta(const store_object_t *o);
slice_t store_object_key(const store_object_t *o);
/* "Name: value" CRLF ... as text, without the empty line. */
slice_t store_object_raw_head(const store_object_t *o);
slice_t store_object_quick_head(const store_object_t *o);
/* Of the body; of an object under way: of what is there. */
uint64_t store_object_length(const store_object_t *o);
uint32_t store_object_number(const store_object_t *o); /* for status pages */
int store_object_tag_count(const store_object_t *o);
/* As store_fill_head takes them.  @param tags room for STORE_TAGS_MAX */
int store_object_tags(const store_object_t *o, uint64_t *tags);

/* The body from offset on as vectors.  @return their number; they cover all of
 * what is asked for, or max was reached */
int store_object_body(const store_t *store, const store_object_t *o,
                      uint64_t offset, uint64_t length, struct iovec *iov,
                      int max);

/* Of a file larger than memory: can the body be read without waiting for the
 * disk?  As far as a look at the ends of its pieces tells; 1 without a file. */
int store_object_is_resident(const store_t *store, const store_object_t *o);
/* Waits for the disk until it can. */
void store_object_touch(const store_t *store, const store_object_t *o);

/* How purges concern it (for its variants too: they are not asked).  Costs one
 * load while nothing was purged since the last look. */
typedef enum {
    STORE_VALID,
    STORE_PURGED_SOFT,
    STORE_PURGED
} store_purged_e;
store_purged_e store_object_purged(store_t *store, const store_object_t *o);

/* Takes it out of the index (if it is still in). */
void store_object_remove(store_t *store, const store_object_t *o);

/* New times after a 304 that changes nothing else. */
void store_object_refresh(store_t *store, const store_object_t *o,
                          uint32_t stored_at, uint32_t initial_age,
                          uint32_t lifetime, uint32_t date);

/* Takes back soft purges up to clock: store_clock before the 304 was asked
 * for. */
void store_object_revalidated(store_t *store, const store_object_t *o,
                              uint32_t clock);

/* Compressed forms: owned by the object, freed with it, and under its pin.  Its
 * head is as finished as the object's: both heads are stored anew. */
enum {
    STORE_VARIANT_GZIP,
    STORE_VARIANT_BROTLI,
    STORE_VARIANT_IDENTITY,
    STORE_VARIANTS
};
const store_object_t *store_object_variant(const store_t *store,
                                           const store_object_t *o, int which);
/* Copies; APR_EEXIST: there is one already, or the object has gone; APR_ENOSPC.
 */
apr_status_t store_variant_add(store_t *store, const store_object_t *o,
                               int which, const store_meta_t *meta,
                               slice_t raw_head, slice_t quick_head,
                               slice_t body);

/* ---- fills: one fetch per key ---- */

typedef enum {
    FILL_OWNER,  /* *fill: fetch, and store or abort */
    FILL_FOLLOW, /* *pin: somebody does; see store_pending_* */
    FILL_MARKED, /* known not to be storable: go on without */
    FILL_NO_ROOM /* not stored now: go on without */
} fill_e;

/* Claims the fetch for key.  clock: store_clock at the request's begin, or
 * before its fetch was decided, so that a purge that comes later wins.
 * wait: 0: never FOLLOW (take FILL_NO_ROOM instead). */
fill_e store_fill_begin(store_t *store, const store_key_t *key, uint32_t clock,
                        int wait, store_fill_t **fill, store_pin_t *pin);

/* The response turned out to vary: the claim moves to key (of its variant);
 * followers of the old key see PENDING_MOVED and look again.  The caller has
 * put a STORE_VARY object under the old key before. */
apr_status_t store_fill_move(store_fill_t *fill, const store_key_t *key);

/* The head is known: followers may begin.  length -1: not known.  Each head is
 * up to 65535 bytes.
 * tags: hashes by store_tag_hash; kept with the object, up to STORE_TAGS_MAX.
 * APR_ENOSPC: too large, or no memory now: followers are told; what is left to
 * do with the fill is commit or abort (which frees it). */
#define STORE_TAGS_MAX 64
apr_status_t store_fill_head(store_fill_t *fill, store_kind_e kind,
                             const store_meta_t *meta, slice_t raw_head,
                             slice_t quick_head, const uint64_t *tags,
                             int tag_count, int64_t length);
/* Behind store_fill_head; visible to followers at once.  APR_ENOSPC as above;
 * APR_EGENERAL: more than the length told. */
apr_status_t store_fill_body(store_fill_t *fill, const char *data, size_t len);
/* Publishes it in place of what was under the key.  A body of another length
 * than told: not stored (APR_EGENERAL), followers see PENDING_FAILED.  A hard
 * purge in the meantime: not stored (APR_NOTFOUND), followers get what there
 * is.  An earlier error: that one.  Frees fill. */
apr_status_t store_fill_commit(store_fill_t **fill, uint32_t now_s);
/* Not stored.  Followers see PENDING_REFUSED before the head is known,
 * PENDING_FAILED behind it.  marker_s > 0: a marker for so long stands for the
 * key. */
void store_fill_abort(store_fill_t **fill, uint32_t now_s, uint32_t marker_s);

/* A whole object at once, without followers (VARY, markers, tests). */
apr_status_t store_put(store_t *store, const store_key_t *key, uint32_t clock,
                       store_kind_e kind, const store_meta_t *meta,
                       slice_t raw_head, slice_t quick_head,
                       const uint64_t *tags, int tag_count, slice_t body,
                       uint32_t now_s);

/* What a follower sees. */
typedef enum {
    PENDING_WAIT,    /* no head yet */
    PENDING_HEAD,    /* head, meta and a part of the body are there */
    PENDING_DONE,    /* all of it */
    PENDING_MOVED,   /* to another key */
    PENDING_REFUSED, /* will not be stored: fetch it yourself */
    PENDING_FAILED   /* cut short, or its owner died */
} pending_e;

/* *available: bytes of the body that may be read.  From PENDING_HEAD on
 * pin->object is the object, before it nothing that may be read. */
pending_e store_pending(store_t *store, store_pin_t *pin, uint64_t *available);

/* From PENDING_HEAD on: the length that was told for the body, -1: none. */
int64_t store_pending_length(const store_t *store, const store_pin_t *pin);

/* This child's own descriptor (eventfd, non-blocking): readable when a fill
 * that one of its pins follows has moved.  Read it, then look at all. */
int store_wake_fd(const store_t *store);

/* ---- purges ---- */

uint32_t store_clock(const store_t *store);
uint64_t store_tag_hash(const store_t *store, slice_t tag);
/* Objects stored under a URL, a host: implicit tags, see store_put's caller. */
void store_purge_tag(store_t *store, uint64_t tag_hash, int soft);
void store_purge_all(store_t *store, int soft);
/* Keys that begin with prefix (at most STORE_PREFIX_MAX bytes). */
#define STORE_PREFIX_MAX 512
apr_status_t store_purge_prefix(store_t *store, slice_t prefix, int soft);

/* ---- looking at it ---- */

typedef struct {
    uint64_t size, used, capacity, objects, variants, pins, fills;
    uint64_t evictions, expired, purged, stored, refused_full, refused_large,
        crashes_recovered, limbo;
} store_stats_t;
void store_stats(const store_t *store, store_stats_t *stats);

/* Calls fn for objects whose key begins with prefix, in no order, each pinned
 * for the call; fn returns 0 to stop.  Costs a walk of the index. */
void store_each(store_t *store, slice_t prefix,
                int (*fn)(void *ctx, const store_object_t *o), void *ctx);

#endif
