/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* segment.h: what all children know of balanced upstreams.  Layer L1.
 *
 *   +-------------------+  one anonymous shared mapping, made before the
 *   | segment_head_t    |  children are forked.  It outlives a graceful restart
 *   +-------------------+  while upstreams and members have the same names;
 *   | segment_pool_t    |  x upstreams            else what is known of those
 *   +-------------------+                         that stay goes into a new one
 *   | segment_member_t  |  x members
 *   +-------------------+
 *   | in flight         |  x members: arrays of their own, for the methods
 *   | first byte        |  x members
 *   +-------------------+
 *   | process ids       |  x children: who owns the slots below
 *   | held              |  x children x members: in flight, of each child
 *   +-------------------+
 *
 * A pool's lock guards the health of its members; all else are atomic integers
 * on their own.  No other lock is taken, nothing is written and nobody is
 * waited for under it.  A child killed at any instruction leaves its requests
 * in flight, which segment_reclaim takes back, and a lock that says so. */
#ifndef RPROXY_BALANCER_SEGMENT_H
#define RPROXY_BALANCER_SEGMENT_H

#include <pthread.h>

#include <apr_pools.h>

#include "../health/health.h"
#include "engine/balancer.h"
#include "status/member_record.h"

typedef struct {
    pthread_mutex_t election; /* held by the process that probes */
    int32_t elected;          /* its id, 0: none; atomic */
    int64_t elected_at;       /* usec; atomic */
} __attribute__((aligned(64))) segment_head_t;

typedef struct {
    pthread_mutex_t lock;
    uint32_t version; /* of the facts; atomic, changed under lock */
    uint32_t total __attribute__((aligned(64))); /* in flight; atomic */
    uint64_t turn __attribute__((aligned(64)));  /* round robin; atomic */
} __attribute__((aligned(64))) segment_pool_t;

typedef struct {
    uint64_t id;     /* of upstream and member by name; constant */
    health_t health; /* under the pool's lock */
    /* what was said of it; under the pool's lock */
    uint8_t wanted;             /* member_state_e */
    uint8_t drained;            /* its sessions' time is over */
    uint16_t weight;            /* at present */
    uint16_t weight_configured; /* unless somebody has set it */
    int64_t drain_until_us;     /* sessions are served till then; 0: no end */
    /* atomics */
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

/* As plans see it.  Under the lock.  Sessions are served no longer when the
 * time to drain is over. */
static inline member_state_e segment_member_state(const segment_member_t *m,
                                                  int64_t now_us)
{
    member_state_e wanted =
        m->drained ? MEMBER_MAINTENANCE : (member_state_e)m->wanted;

    return health_member_state(&m->health, wanted, now_us);
}

/* In each process, of the one mapping. */
typedef struct {
    void *base;
    size_t size;
    uint64_t shape; /* a hash of all names and numbers */
    int pools, members, children;
    int *pool_of; /* [member] */
    segment_head_t *head;
    segment_pool_t *pool;
    segment_member_t *member;
    uint32_t *in_flight;
    uint32_t *first_byte_us;
    int32_t *pid;   /* [child] */
    uint32_t *held; /* [child * members + member] */
} segment_t;

/* @param before  the one until now, or NULL; it stays with its children
 * @return before where it fits, else a new one that goes with pool; NULL: no
 *         memory */
segment_t *segment_make(const segment_t *before,
                        const balancer_upstream_t *upstreams, int count,
                        int children, int64_t now_us, apr_pool_t *pool);

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
