/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jobs.h: work that no request waits for, on threads of its own or, in a child
 * that is to have none, at a moment its owner chooses.  Layer L1. */
#ifndef RPROXY_CACHE_JOBS_H
#define RPROXY_CACHE_JOBS_H

#include <apr_pools.h>

typedef struct jobs_t jobs_t;

/* Called once for each job that was taken, whatever happens, so that what it
 * holds is given back.  *stop (atomic, relaxed) is true when there is no time
 * any more: before the call, or in the midst of it. */
typedef void (*jobs_fn)(void *data, const int *stop);

/* To be called in a child.  threads 0: jobs_run_one does the work.  They run
 * with a lower priority than the child's other threads, where threads can.
 * When pool goes, what is under way and what waits is called with *stop set;
 * then the threads end.
 * @param capacity jobs that wait, beside those under way; at least 1 */
apr_status_t jobs_create(jobs_t **jobs, int threads, int capacity,
                         apr_pool_t *pool);

/* From any thread, and from within a job.
 * @return APR_SUCCESS: fn will be called; APR_ENOSPC: full; APR_EOF: it is
 *         ending */
apr_status_t jobs_submit(jobs_t *jobs, jobs_fn fn, void *data);

/* Runs the oldest job that waits, on the caller's thread.
 * @return 1, or 0: none waits */
int jobs_run_one(jobs_t *jobs);

/* For status pages: jobs that wait. */
int jobs_waiting(jobs_t *jobs);

#endif
