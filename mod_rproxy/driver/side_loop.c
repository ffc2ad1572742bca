/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* side_loop.c: a reactor and its thread.  Layer L1. */
#include "side_loop.h"

#include <stddef.h>

#include "../engine/thread.h"

static void stop_run(reactor_task_t *task, reactor_t *reactor)
{
    side_loop_t *loop =
        (side_loop_t *)((char *)task - offsetof(side_loop_t, stop_task));

    loop->stopped();
    reactor->stop = 1;
}

static void *APR_THREAD_FUNC loop_main(apr_thread_t *thread, void *reactor)
{
    reactor_run(reactor);
    return NULL;
}

/* Where there is no room for a thread now, the next one tries again. */
static void start(side_loop_t *loop)
{
    apr_pool_t *pool = thread_pool_create();
    reactor_t *reactor;

    if (!pool) {
        return;
    }
    if (reactor_create(&reactor, 0, loop->shared, pool) == APR_SUCCESS) {
        reactor->metrics = &loop->unseen;
        if (thread_start(&loop->thread, loop_main, reactor, pool)
            == APR_SUCCESS) {
            loop->reactor = reactor;
            return;
        }
    }
    apr_pool_destroy(pool);
}

reactor_t *side_loop_reactor(side_loop_t *loop)
{
    reactor_t *reactor;

    pthread_mutex_lock(&loop->lock);
    if (!loop->reactor && !loop->ended && loop->shared) {
        start(loop);
    }
    reactor = loop->ended ? NULL : loop->reactor;
    pthread_mutex_unlock(&loop->lock);
    return reactor;
}

/* The child's other threads have ended. */
static apr_status_t end(void *data)
{
    side_loop_t *loop = data;
    apr_status_t rv;

    pthread_mutex_lock(&loop->lock);
    loop->ended = 1;
    pthread_mutex_unlock(&loop->lock);
    if (loop->reactor) {
        loop->stop_task.run = stop_run;
        reactor_post(loop->reactor, &loop->stop_task);
        apr_thread_join(&rv, loop->thread);
    }
    return APR_SUCCESS;
}

void side_loop_prepare(side_loop_t *loop, const shared_t *shared,
                       void (*stopped)(void), apr_pool_t *pchild)
{
    loop->shared = shared;
    loop->stopped = stopped;
    apr_pool_pre_cleanup_register(pchild, loop, end);
}
