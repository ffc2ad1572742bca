/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* segment.h: what all children know of balanced upstreams.  Layer L1.
 *
 *   +-------------------+  one anonymous shared mapping, made before the
 *   | segment_head_t    |  children are forked.  It outlives a graceful restart
 *   +-------------------+  while upstreams have the same names and room; else
 *   | segment_pool_t    |  x upstreams       what is known of those that stay
 *   +-------------------+                    goes into a new one
 *   | segment_member_t  |  x places for members, used or not (place.h)
 *   +-------------------+
 *   | segment_text_t    |  x places
 *   +-------------------+
 *   | in flight         |  x places: arrays of their own, for the methods
 *   | first byte        |  x places
 *   +-------------------+
 *   | process ids       |  x children: who owns the slots below
 *   | held              |  x children x places: in flight, of each child
 *   +-------------------+
 *
 * The kernel gives memory to what was written to: places nobody has used cost
 * nothing.
 *
 * A pool's lock guards who has its places, and their health; all else are
 * atomic integers on their own.  No other lock is taken, nothing is written
 * and nobody is waited for under it.  A child killed at any instruction leaves
 * its requests in flight, which segment_reclaim takes back, and a lock that
 * says so. */
#ifndef RPROXY_BALANCER_SEGMENT_H
#define RPROXY_BALANCER_SEGMENT_H

#include <pthread.h>

#include <apr_pools.h>

#include "../health/health.h"
#include "engine/balancer.h"
#include "status/member_record.h"
#include "removed.h"
#include "traffic/hedging.h"

typedef struct {
    pthread_mutex_t election; /* held by the process that probes */
    int32_t elected;          /* its id, 0: none; atomic */
    int64_t elected_at;       /* usec; atomic */
} __attribute__((aligned(64))) segment_head_t;

enum {
    /* Bytes with the NUL.  A unix socket's path and a name is longest. */
    SEGMENT_URL = BALANCER_URL,
    SEGMENT_NAME = 64
};

typedef struct {
    pthread_mutex_t lock;
    uint64_t id;      /* of its name; constant */
    uint32_t version; /* of the facts; atomic, changed under lock */
    uint32_t changes; /* of members: who they are, their weights; likewise */
    uint32_t total __attribute__((aligned(64))); /* in flight; atomic */
    uint64_t turn __attribute__((aligned(64)));  /* round robin; atomic */
    hedging_t hedging;
    removed_t removed; /* under the lock */
} __attribute__((aligned(64))) segment_pool_t;

typedef enum {
    PLACE_FREE,
    PLACE_USED,
    PLACE_LEAVING
} place_use_e;

typedef struct {
    /* who has the place; written under the pool's lock */
    uint8_t use;    /* place_use_e; atomic */
    uint8_t source; /* roster_source_e */
    uint8_t tier;
    uint8_t backup;
    uint32_t generation;  /* of those who had it; never 0 in use */
    uint64_t id;          /* a hash of its URL */
    uint64_t origin;      /* places_origin, or 0 */
    int64_t left_at;      /* usec: since it is leaving */
    uint32_t zone, group; /* place_name; 0: none */
    uint32_t max_connections, slow_start_ms;

    health_t health; /* under the pool's lock */
    /* what was said of it; under the pool's lock */
    uint8_t wanted;             /* member_state_e */
    uint8_t drained;            /* its sessions' time is over */
    uint16_t weight;            /* at present */
    uint16_t weight_configured; /* unless somebody has set it */
    int64_t drain_until_us;     /* sessions are served till then; 0: no end */
    /* atomics */
    silence_t silence;
    int64_t paused_until; /* usec; it said so itself; 0: it did not */
    int64_t sampled_at;   /* usec: of the first byte's time */
    uint32_t requests;    /* since outliers were last looked for */
    uint32_t failed;      /* of them */
    uint64_t all_requests, all_failed;
    uint32_t ejections, downs;
    int64_t probed_at;     /* usec; 0: never */
    uint32_t probe_us;     /* how long it took */
    uint16_t probe_status; /* HTTP; 0: none */
    uint8_t probe_result;  /* probe_result_e */
    member_record_t record;
} __attribute__((aligned(64))) segment_member_t;

typedef struct {
    char url[SEGMENT_URL];
    char zone[SEGMENT_NAME], group[SEGMENT_NAME], route[SEGMENT_NAME];
} segment_text_t;

/* As plans see it.  Under the lock.  Sessions are served no longer when the
 * time to drain is over. */
static inline member_state_e segment_member_state(const segment_member_t *m,
                                                  int64_t now_us)
{
    member_state_e wanted =
        m->drained ? MEMBER_MAINTENANCE : (member_state_e)m->wanted;

    if (m->use != PLACE_USED) {
        return MEMBER_NONE;
    }
    return health_member_state(&m->health, wanted, now_us);
}

/* In each process, of the one mapping. */
typedef struct {
    void *base;
    size_t size;
    uint64_t shape; /* a hash of the upstreams' names and all numbers */
    int pools, members, children;
    int *pool_of; /* [member] */
    int *first;   /* [pool + 1]: its first place, and the end */
    segment_head_t *head;
    segment_pool_t *pool;
    segment_member_t *member;
    segment_text_t *text;
    uint32_t *in_flight;
    uint32_t *first_byte_us;
    int32_t *pid;   /* [child] */
    uint32_t *held; /* [child * members + member] */
} segment_t;

/* Members that were added or found at run time stay, and so does what was said
 * of any; those that the configuration names no longer go.
 * @param before  the one until now, or NULL; it stays with its children
 * @return before where it fits, else a new one that goes with pool; NULL: no
 *         memory */
segment_t *segment_make(segment_t *before, const balancer_upstream_t *upstreams,
                        int count, int children, int64_t now_us,
                        apr_pool_t *pool);

/* A hash of what was hashed before and a name. */
uint64_t segment_hash(uint64_t hash, const char *name);

/* After the fork: a slot for this process until pool goes.
 * @return APR_SUCCESS, or APR_ENOSPC when all are in use */
apr_status_t segment_child_claim(segment_t *segment, apr_pool_t *pool);

/* The slot of this process, or -1. */
int segment_child(void);

/* Takes back what processes that are gone had in flight. */
void segment_reclaim(segment_t *segment);

/* Locks.  Of a dead owner's lock the health of what it guards may be half
 * written: health_sane() is asked then. */
void segment_lock(segment_t *segment, int pool);
void segment_unlock(segment_t *segment, int pool);

#endif
