/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue_bell.c: sleeps on a semaphore, looks at the queues.  Layer L1. */
#include "queue_bell.h"

#include <time.h>

#include "engine/thread.h"

typedef struct {
    queue_t *const *queues;
    int count;
    apr_interval_time_t look;
    sem_t *bell;
    apr_thread_t *thread;
    int stopping; /* atomic */
} ringer_t;

static void sleep_until_rung(const ringer_t *ringer, int anybody_waits)
{
    apr_time_t at = apr_time_now() + ringer->look;
    struct timespec until = { apr_time_sec(at), apr_time_usec(at) * 1000 };

    if (!anybody_waits) {
        sem_wait(ringer->bell);
    }
    else {
        sem_timedwait(ringer->bell, &until);
    }
    while (sem_trywait(ringer->bell) == 0) {
        /* rung several times: one look */
    }
}

static void *APR_THREAD_FUNC listen_to_bell(apr_thread_t *thread, void *data)
{
    const ringer_t *ringer = data;
    int i, waiting = 0;

    (void)thread;
    while (!__atomic_load_n(&ringer->stopping, __ATOMIC_ACQUIRE)) {
        sleep_until_rung(ringer, waiting);
        waiting = 0;
        for (i = 0; i < ringer->count; i++) {
            waiting += queue_deliver(ringer->queues[i]);
        }
    }
    return NULL;
}

static apr_status_t stop(void *data)
{
    ringer_t *ringer = data;
    apr_status_t rv;

    __atomic_store_n(&ringer->stopping, 1, __ATOMIC_RELEASE);
    sem_post(ringer->bell);
    apr_thread_join(&rv, ringer->thread);
    return APR_SUCCESS;
}

apr_status_t queue_bell_start(queue_t *const *queues, int count,
                              apr_interval_time_t look, apr_pool_t *pool)
{
    ringer_t *ringer = apr_pcalloc(pool, sizeof(*ringer));
    apr_status_t rv;

    if (segment_child() < 0 || !count) {
        return APR_SUCCESS; /* nobody waits in this child */
    }
    ringer->queues = queues;
    ringer->count = count;
    ringer->look = look;
    ringer->bell = &queues[0]->bell[segment_child()];
    rv = thread_start(&ringer->thread, listen_to_bell, ringer, pool);
    if (rv == APR_SUCCESS) {
        apr_pool_pre_cleanup_register(pool, ringer, stop);
    }
    return rv;
}
