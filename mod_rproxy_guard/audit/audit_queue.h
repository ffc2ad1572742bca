/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_queue.h: lines on their way to a file or a pipe.  Layer L1.
 *
 * Who has a line leaves it in memory; one thread of the process writes.  Where
 * it cannot keep up, because a disk is slow or a program reads nothing, lines
 * are lost and counted: nobody waits. */
#ifndef RPROXY_GUARD_AUDIT_QUEUE_H
#define RPROXY_GUARD_AUDIT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include <apr_pools.h>

enum {
    AUDIT_QUEUE_BYTES = 256 * 1024
};

/* In memory of all children; atomics. */
typedef struct {
    uint64_t written, lost; /* lines */
} audit_counts_t;

typedef struct audit_queue_t audit_queue_t;

typedef void audit_failed_fn(const char *target, int error);

/* Begins to write.  A queue lives as long as the process.
 * @param fd      appended to, in pieces of whole lines: of 4096 bytes at most,
 *                or of one line
 * @param failed  called by the thread with an errno when writing begins to
 *                fail, and with 0 when it is well again
 * @param target  of failed: what fd is; outlives the queue
 * @param pool    its end waits two seconds at most for what is left
 * @return NULL: no thread */
audit_queue_t *audit_queue_start(int fd, audit_counts_t *counts,
                                 audit_failed_fn *failed, const char *target,
                                 apr_pool_t *pool);

/* Any thread.  @param line  ends with \n; longer than 4096 bytes, a pipe may
 * mix it with those of other processes  @return 0: there is no room */
int audit_queue_put(audit_queue_t *queue, const char *line, size_t len);

#endif
