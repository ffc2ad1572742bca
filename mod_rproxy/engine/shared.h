/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shared.h: what all children know of upstreams and members.  Layer L1.
 *
 *   +--------------------+  segment: one anonymous shared mapping, made in
 *   | shared_t header    |  post_config before the children are forked; a new
 *   +--------------------+  generation of children gets a new one
 *   | upstream_shared_t  |  x upstreams
 *   +--------------------+
 *   | member_shared_t    |  x members
 *   +--------------------+
 *   | process ids        |  x children: who owns the slots below
   +--------------------+
   | connection counts  |  x children x members: what each child holds, so
 *   +--------------------+  that a killed child's share can be taken back
 *   | metrics            |  x children x (routes + members): see metrics.h
 *   +--------------------+
 *   | base               |  x members: counts of who had the place before
 *   +--------------------+
 *
 * Everything is an atomic integer on its own; there is no lock and nothing a
 * child killed at any instruction could leave half done but its own counts,
 * which shared_child_reclaim takes back. */
#ifndef RPROXY_SHARED_H
#define RPROXY_SHARED_H

#include <stdint.h>

#include <apr_pools.h>
#include <apr_time.h>

#include "metrics.h"
#include "recount.h"
#include "upstream.h"

struct upstream_shared_t {
    /* hundredths of a retry that may still be spent; relaxed atomic, as are
     * the next ones */
    int32_t retry_credit;
    int32_t retry_credit_max;
    int32_t retry_earned; /* in this second */
    int64_t retry_second; /* of the epoch */
    uint64_t retries;     /* attempts beyond the first; relaxed atomic */
} __attribute__((aligned(64)));

/* Starts from 0 when another member gets the place. */
struct member_shared_t {
    int32_t connections;   /* open, all children; atomic */
    int64_t paused_until;  /* usec; not chosen before; relaxed atomic */
    uint32_t failures;     /* in a row; relaxed atomic */
    int64_t crowded_until; /* usec; none idle till then; relaxed atomic */
    uint32_t generation;   /* of its place; atomic */
    uint32_t has_base;     /* atomic */
    uint32_t asked;        /* its metrics are not all 0; atomic */
} __attribute__((aligned(64)));

typedef struct {
    int children; /* slots: also for those that are still stopping */
    int members;
    int routes;
    int upstreams;
    upstream_shared_t *upstream;
    member_shared_t *member;
    int32_t *pid;           /* [child]: owner of the slot, 0: free; atomic */
    int32_t *used;          /* so many slots were ever taken; atomic */
    int32_t *held;          /* [child * members + member] */
    metrics_child_t *child; /* [child] */
    metrics_route_t *route_metrics;   /* [child * routes + route] */
    metrics_member_t *member_metrics; /* [child * members + member] */
    metrics_member_t *member_base;    /* [member]: what those before it had */
    recount_t *recounted; /* [member]: of the process that recounts */
} shared_t;

/* Maps the segment; it goes with pool.  children: the server's limit. */
apr_status_t shared_create(shared_t **shared, int children, int upstreams,
                           int members, int routes, apr_pool_t *pool);

/* After the fork: takes a free slot for this process, and takes back what
 * processes that are gone still held.  The slot is free again when pool goes.
 * @return APR_SUCCESS, or APR_ENOSPC when all slots are in use */
apr_status_t shared_child_claim(shared_t *shared, apr_pool_t *pool);

/* Takes back what processes that are gone held: a killed child is not always
 * followed by another one. */
void shared_reclaim(const shared_t *shared);

/* What the processes hold is what counts.  Each calls it now and then; the one
 * in the first slot that is in use does it. */
void shared_recount(const shared_t *shared);

/* The slot of this process; -1 in the parent. */
int shared_child(void);

/* Counts one more connection to the member unless its limit is reached.
 * @return 1 when counted */
int member_slot_take(const shared_t *shared, const member_t *member);
void member_slot_give(const shared_t *shared, const member_t *member);

/* Before anything is counted of the member.  Who reads leaves the memory of
 * members alone that nobody has asked: it need not be there. */
static inline void member_asked(const member_t *member)
{
    if (!__atomic_load_n(&member->shared->asked, __ATOMIC_RELAXED)) {
        __atomic_store_n(&member->shared->asked, 1, __ATOMIC_RELAXED);
    }
}

/* The first process that meets the member of this generation sets back what is
 * known of its place. */
void member_shared_begin(const shared_t *shared, int id, uint32_t generation);

/* Is the member at its connection limit? */
int member_slots_used_up(const member_t *member);

/* Somebody found all slots taken.  For as long as the member is crowded its
 * idle connections, which another pool or child may hold, give way. */
void member_turned_away(const member_t *member, apr_time_t now);
int member_crowded(const member_t *member, apr_time_t now);

/* May a retry be spent?  Each first attempt earns percent / 100 of one; each
 * retry costs one.  Ten lie ready, and more where more were earned in the last
 * two seconds: all requests that a busy member has fail at once with it. */
void retry_budget_earn(upstream_t *upstream, apr_time_t now);
int retry_budget_spend(upstream_t *upstream);

/* The outcome of an attempt, for the choice of the next ones. */
void member_failed(member_t *member, apr_time_t now);
void member_answered(member_t *member);
/* It said so itself: its answers are no reason to ask before then. */
void member_pause(member_t *member, apr_time_t until);
int member_paused(const member_t *member, apr_time_t now);

#endif
