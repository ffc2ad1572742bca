/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* thread.h: threads that the MPM knows nothing of.  Layer L1. */
#ifndef RPROXY_THREAD_H
#define RPROXY_THREAD_H

#include <signal.h>

#include <apr_allocator.h>
#include <apr_thread_proc.h>

/* Signals are for the MPM's own threads: a handler that ends the child would
 * otherwise wait, within this thread, for this thread's end. */
static inline apr_status_t thread_start(apr_thread_t **thread,
                                        apr_thread_start_t run, void *data,
                                        apr_pool_t *pool)
{
    sigset_t all, before;
    apr_status_t rv;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    rv = apr_thread_create(thread, NULL, run, data, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rv;
}

/* A pool without a parent, for one thread of our own.  @return NULL: no memory
 */
static inline apr_pool_t *thread_pool_create(void)
{
    apr_allocator_t *allocator;
    apr_pool_t *pool;

    if (apr_allocator_create(&allocator) != APR_SUCCESS) {
        return NULL;
    }
    if (apr_pool_create_ex(&pool, NULL, NULL, allocator) != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        return NULL;
    }
    apr_allocator_owner_set(allocator, pool);
    return pool;
}

#endif
