/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* side_loop.h: an event loop of a child for exchanges that no client of it
 * holds: copies of requests, questions.  Layer L1.
 *
 * It has a thread, which begins with the first of them, and connections of its
 * own, so that they wait neither for clients nor these for them; and it is
 * there whatever serves the clients, loops or worker threads. */
#ifndef RPROXY_SIDE_LOOP_H
#define RPROXY_SIDE_LOOP_H

#include <pthread.h>

#include <apr_thread_proc.h>

#include "reactor.h"

/* Static; begins as SIDE_LOOP. */
typedef struct {
    pthread_mutex_t lock; /* of what follows */
    const shared_t *shared;
    void (*stopped)(void);
    reactor_t *reactor;
    apr_thread_t *thread;
    int ended;
    reactor_task_t stop_task;
    metrics_child_t unseen; /* its turns are not those of the clients' loops */
} side_loop_t;

#define SIDE_LOOP                         \
    {                                     \
        .lock = PTHREAD_MUTEX_INITIALIZER \
    }

/* In child_init.
 * @param stopped  called on the loop's thread when the child ends: nothing
 *                 may be under way afterwards */
void side_loop_prepare(side_loop_t *loop, const shared_t *shared,
                       void (*stopped)(void), apr_pool_t *pchild);

/* Any thread: the loop, with its thread running.
 * @return NULL: there is none, or it has ended */
reactor_t *side_loop_reactor(side_loop_t *loop);

#endif
