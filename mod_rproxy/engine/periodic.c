/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* periodic.c: a thread that sleeps, works, and ends when told.  Layer L1. */
#include "periodic.h"

#include <apr_thread_cond.h>
#include <apr_thread_mutex.h>

#include "thread.h"

typedef struct {
    void (*run)(void *data);
    void *data;
    apr_interval_time_t interval;
    apr_thread_t *thread;
    apr_thread_mutex_t *mutex;
    apr_thread_cond_t *ended;
    int stop; /* under mutex */
} periodic_t;

static void *APR_THREAD_FUNC periodic_main(apr_thread_t *thread, void *data)
{
    periodic_t *p = data;

    (void)thread;
    apr_thread_mutex_lock(p->mutex);
    while (!p->stop) {
        apr_thread_cond_timedwait(p->ended, p->mutex, p->interval);
        if (!p->stop) {
            apr_thread_mutex_unlock(p->mutex);
            p->run(p->data);
            apr_thread_mutex_lock(p->mutex);
        }
    }
    apr_thread_mutex_unlock(p->mutex);
    return NULL;
}

static apr_status_t stop(void *data)
{
    periodic_t *p = data;
    apr_status_t rv;

    apr_thread_mutex_lock(p->mutex);
    p->stop = 1;
    apr_thread_cond_signal(p->ended);
    apr_thread_mutex_unlock(p->mutex);
    apr_thread_join(&rv, p->thread);
    return APR_SUCCESS;
}

apr_status_t periodic_start(void (*run)(void *data), void *data,
                            apr_interval_time_t interval, apr_pool_t *pool)
{
    periodic_t *p = apr_pcalloc(pool, sizeof(*p));
    apr_status_t rv;

    p->run = run;
    p->data = data;
    p->interval = interval;
    apr_thread_mutex_create(&p->mutex, APR_THREAD_MUTEX_DEFAULT, pool);
    apr_thread_cond_create(&p->ended, pool);
    rv = thread_start(&p->thread, periodic_main, p, pool);
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, p, stop);
    }
    return rv;
}
