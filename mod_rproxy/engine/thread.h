/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* thread.h: threads that the MPM knows nothing of.  Layer L1. */
#ifndef RPROXY_THREAD_H
#define RPROXY_THREAD_H

#include <signal.h>

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

#endif
