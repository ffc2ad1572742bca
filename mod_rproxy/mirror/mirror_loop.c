/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_loop.c: a reactor and its thread.  Layer L1. */
#include "mirror_loop.h"

#include <pthread.h>

#include <apr_allocator.h>

#include "../engine/thread.h"

static struct {
    pthread_mutex_t lock; /* of what follows */
    const shared_t *shared;
    void (*stopped)(void);
    reactor_t *reactor;
    apr_thread_t *thread;
    int ended;
    reactor_task_t stop_task;
    metrics_child_t unseen; /* its turns are not those of the clients' loops */
} the = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void stop_run(reactor_task_t *task, reactor_t *reactor)
{
    the.stopped();
    reactor->stop = 1;
}

static void *APR_THREAD_FUNC loop_main(apr_thread_t *thread, void *reactor)
{
    reactor_run(reactor);
    return NULL;
}

static apr_pool_t *own_pool(void)
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

static void start(void)
{
    apr_pool_t *pool = own_pool();
    reactor_t *reactor;

    if (!pool) {
        return;
    }
    if (reactor_create(&reactor, 0, the.shared, pool) == APR_SUCCESS) {
        reactor->metrics = &the.unseen;
        if (thread_start(&the.thread, loop_main, reactor, pool)
            == APR_SUCCESS) {
            the.reactor = reactor;
            return;
        }
    }
    apr_pool_destroy(pool);
    the.ended = 1;
}

reactor_t *mirror_loop(void)
{
    reactor_t *reactor;

    pthread_mutex_lock(&the.lock);
    if (!the.reactor && !the.ended && the.shared) {
        start();
    }
    reactor = the.ended ? NULL : the.reactor;
    pthread_mutex_unlock(&the.lock);
    return reactor;
}

/* The child's other threads have ended. */
static apr_status_t end(void *unused)
{
    apr_status_t rv;

    pthread_mutex_lock(&the.lock);
    the.ended = 1;
    pthread_mutex_unlock(&the.lock);
    if (the.reactor) {
        the.stop_task.run = stop_run;
        reactor_post(the.reactor, &the.stop_task);
        apr_thread_join(&rv, the.thread);
    }
    return APR_SUCCESS;
}

void mirror_loop_prepare(const shared_t *shared, void (*stopped)(void),
                         apr_pool_t *pchild)
{
    the.shared = shared;
    the.stopped = stopped;
    apr_pool_pre_cleanup_register(pchild, NULL, end);
}
