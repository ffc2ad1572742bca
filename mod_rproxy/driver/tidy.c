/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tidy.c: closes connections that have been idle too long.  Layer L1.
 *
 * A loop looks after its own.  Worker threads only come by when they have a
 * request, and then for the newest: the older ones would lie there, closed by
 * the member or counted against its limit. */
#include "tidy.h"

#include <apr_thread_cond.h>

#include "../engine/thread.h"
#include "clock.h"

#define TIDY_INTERVAL apr_time_from_sec(1)

typedef struct {
    conn_pool_t *conns;
    apr_thread_t *thread;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *ended;
    int stop; /* under mutex */
} tidy_t;

static void *APR_THREAD_FUNC tidy_main(apr_thread_t *thread, void *data)
{
    tidy_t *tidy = data;

    apr_thread_mutex_lock(tidy->mutex);
    while (!tidy->stop) {
        apr_thread_cond_timedwait(tidy->ended, tidy->mutex, TIDY_INTERVAL);
        conn_pool_expire(tidy->conns, clock_now());
    }
    apr_thread_mutex_unlock(tidy->mutex);
    return NULL;
}

static apr_status_t stop(void *data)
{
    tidy_t *tidy = data;
    apr_status_t rv;

    apr_thread_mutex_lock(tidy->mutex);
    tidy->stop = 1;
    apr_thread_cond_signal(tidy->ended);
    apr_thread_mutex_unlock(tidy->mutex);
    apr_thread_join(&rv, tidy->thread);
    return APR_SUCCESS;
}

apr_status_t tidy_start(conn_pool_t *conns, apr_pool_t *pool)
{
    tidy_t *tidy = apr_pcalloc(pool, sizeof(*tidy));
    apr_status_t rv;

    tidy->conns = conns;
    apr_thread_mutex_create(&tidy->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_thread_cond_create(&tidy->ended, pool);
    rv = thread_start(&tidy->thread, tidy_main, tidy, pool);
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, tidy, stop);
    }
    return rv;
}
