/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor.h: one event loop: epoll, deadlines, an inbox.  Layer L1.
 *
 * Everything but reactor_post is called on the loop's own thread.  Descriptors
 * are registered once, edge-triggered for both directions, and never changed:
 * their owners keep marks of what is readable and writable. */
#ifndef RPROXY_REACTOR_H
#define RPROXY_REACTOR_H

#include "../engine/exchange.h"
#include "../engine/watch.h"
#include "clock.h"
#include "reactor_task.h"
#include "timer_wheel.h"

typedef struct {
    reactor_task_t *first, **last;
} reactor_list_t;

struct reactor_t {
    int epoll_fd;
    int wake_fd;
    int number;     /* of the loop within its child */
    apr_time_t now; /* of this wake-up, clock_now() */
    timer_wheel_t timers;
    exchange_env_t env;
    unsigned turn;            /* counts the runs of later */
    reactor_list_t later;     /* run in the next turn, which does not wait */
    reactor_list_t turn_end;  /* run when the events of this turn are done */
    reactor_task_t *inbox;    /* atomic; pushed by other threads */
    reactor_task_t *arrived;  /* taken out of it, in order, not yet run */
    timer_entry_t tidy_timer; /* once a second: idle connections */
    metrics_child_t *metrics;
    int stop; /* set on the loop's thread: leave the loop */
};

/* @param conns the loop's own pool of upstream connections */
apr_status_t reactor_create(reactor_t **reactor, int number,
                            const shared_t *shared, apr_pool_t *pool);

/* Runs until stop is set. */
void reactor_run(reactor_t *reactor);

/* Watches fd until it is closed.  @return APR_SUCCESS or errno */
apr_status_t reactor_watch(reactor_t *reactor, int fd, watch_t *watch);

/* From any thread: run the task on the loop soon. */
void reactor_post(reactor_t *reactor, reactor_task_t *task);

/* Takes back a task that was posted, if it has not run: whoever might post it
 * has stopped doing so. */
void reactor_unpost(reactor_t *reactor, const reactor_task_t *task);

/* Run the task in the next turn.  Twice before then counts once. */
void reactor_later(reactor_t *reactor, reactor_task_t *task);

/* Run the task at the end of this turn.  Twice before then counts once. */
void reactor_at_turn_end(reactor_t *reactor, reactor_task_t *task);

/* Takes a task out of whichever of the two lists it is in. */
void reactor_forget(reactor_t *reactor, reactor_task_t *task);

#endif
