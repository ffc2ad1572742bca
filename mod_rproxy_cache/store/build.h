/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* build.h: an object that is being made: in the shard's list "under way" with
 * the number of its child, pinned, in no index.  Layer L1.
 *
 * A body of known length that is not too long lies in the object's block.
 * Others begin there and go on in extents; at the end the last piece is cut to
 * what is used. */
#ifndef RPROXY_STORE_BUILD_H
#define RPROXY_STORE_BUILD_H

#include "object.h"

#define BUILD_NOT_TOLD UINT64_MAX

typedef struct {
    store_t *store;
    uint32_t shard, resets; /* resets: of the shard when this began */
    uint64_t hash;          /* of its key, for admission */
    int admitted;           /* may evict others, however long it becomes */
    const atomic_u32_t *followed; /* not 0: somebody reads it already */
    uint32_t object, pin;         /* 0: not yet */
    uint64_t length, told;        /* so far; or BUILD_NOT_TOLD */
    char *room;                   /* where the body goes on */
    size_t room_len;
    apr_status_t failed; /* the first error stays */
} build_t;

/* Locks the shard, unless it was emptied since begin: then failed is set and
 * NULL comes back, unlocked. */
shard_t *build_lock(build_t *b);

/* Allocates and writes all but the body.  Both locked. */
apr_status_t build_head_locked(build_t *b, shard_t *shard,
                               object_parts_t *parts, uint32_t clock,
                               uint64_t told);
/* Appends to the body, visible at once. */
apr_status_t build_body(build_t *b, const char *data, size_t len);
/* Gives back what is behind the body's end. */
void build_trim_locked(build_t *b, shard_t *shard);
/* Takes it out of the list; the object is its owner's. */
void build_take_locked(build_t *b, shard_t *shard);
/* Nothing came of it, or nothing is to come of it: into the limbo. */
void build_drop_locked(build_t *b, shard_t *shard, pending_e stage);

#endif
