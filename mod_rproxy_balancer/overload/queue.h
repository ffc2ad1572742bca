/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue.h: the queue of an upstream as one process sees it.  Layer L1.
 *
 * Who waits has a place in the line that all children share (queue_line.h) and
 * is known here by its waiter.  A call is written into the place; of this
 * process the waiter is woken at once, of another one its bell is rung, whose
 * thread then looks at all that wait there (queue_bell.h).
 *
 * Locks: that of the process, then that of the line.  Any thread. */
#ifndef RPROXY_BALANCER_QUEUE_H
#define RPROXY_BALANCER_QUEUE_H

#include <semaphore.h>

#include <apr_pools.h>

#include "engine/balancer.h"
#include "concurrency_limit.h"
#include "members/segment.h"
#include "queue_line.h"

/* What was found out of a member; under its pool's lock. */
typedef struct {
    concurrency_limit_t limit;
    uint32_t generation; /* of the member */
    uint32_t planned;    /* the limit that plans were made for */
} adaptive_limit_t;

/* One mapping for all upstreams; outlives graceful restarts with the segment.
 *
 *   bells  x children    process-shared semaphores
 *   lines  x upstreams
 *   limits x members */
typedef struct {
    int children, count;
    sem_t *bell;
    adaptive_limit_t *limit; /* [member] */
    queue_line_t *line;
} queue_lines_t;

/* Goes with pool.  @return NULL: no memory */
queue_lines_t *queue_lines_make(int count, int children, int members,
                                apr_pool_t *pool);

typedef struct {
    queue_rules_t rules;
    int64_t timeout_us;
    /* set by queue_open */
    queue_line_t *line;
    sem_t *bell; /* [children] */
    const segment_t *segment;
    /* of this process */
    pthread_mutex_t lock;
    balancer_waiter_t *first; /* under the lock, as are those linked to it */
    balancer_waiter_t **at;   /* [QUEUE_PLACES]; under the lock */
    int is_watched;           /* the bell's thread looks; likewise */
} queue_t;

/* Before the fork. */
void queue_open(queue_t *queue, const queue_lines_t *lines, int number,
                const segment_t *segment, apr_pool_t *pool);

/* @return BALANCER_REFUSED when too many wait */
balancer_entry_e queue_wait(queue_t *queue, balancer_waiter_t *waiter,
                            int of_class, int64_t now_us);

void queue_stop(queue_t *queue, balancer_waiter_t *waiter, queue_exit_e why,
                int64_t now_us);

/* Calls those that are next until room are on their way. */
void queue_call(queue_t *queue, uint32_t room, int64_t now_us);

/* Wakes those of this process whose verdict has come.
 * @return how many go on waiting; the bell's thread comes back for these, since
 *         whoever calls them may be killed before it rings */
int queue_deliver(queue_t *queue);

/* Does anybody wait, or is on the way?  Whoever makes room and finds nobody
 * here was seen by whoever comes later, if the room was written before. */
static inline int queue_is_used(const queue_t *queue)
{
    return queue_line_length(queue->line) > 0;
}

#endif
