/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* loop.h: the event loops of a child and their clients.  Layer L2. */
#ifndef RPROXY_LOOP_H
#define RPROXY_LOOP_H

#include <apr_thread_proc.h>

#include "client.h"

struct loop_t {
    reactor_t *reactor;
    apr_thread_t *thread_handle;      /* for joining */
    apr_thread_t *thread;             /* as the loop itself knows it */
    client_t *clients, *clients_last; /* newest first */
    int client_count;
    int client_limit; /* accepts no more than these */
    int loops;        /* of the child */
    int stopping;     /* the child ends */
    int graceful;     /* and waits for its clients; atomic */
    reactor_task_t stop_task, leave_task;
    timer_entry_t shed_timer, leave_timer;
    reactor_list_t waiting; /* clients that no worker is free for */
    int handoffs;           /* with worker threads now */
    int handoff_limit;
    apr_array_header_t *own_threads; /* of apr_thread_t *, when stopping */

    /* acceptor.c */
    apr_array_header_t *acceptors;
    timer_entry_t arm_timer;
    int deferred;               /* has left the last connections to others */
    apr_pool_t *pool;           /* parent of the connections' pools */
    apr_allocator_t *allocator; /* theirs */
    apr_pool_t **free_pools;
    int free_pool_count;
};

/* Starts the loops of this child.  @return APR_SUCCESS or why not */
apr_status_t loops_start(apr_pool_t *pchild, server_rec *s,
                         const shared_t *shared, int count);

/* The loop for a new connection; NULL when there are none. */
loop_t *loops_choose(void);

/* The child ends: close idle clients, end keep-alive. */
void loops_stopping(int graceful);

#endif
