/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* loop.h: the event loops of a child and their clients.  Layer L2. */
#ifndef RPROXY_LOOP_H
#define RPROXY_LOOP_H

#include <apr_thread_proc.h>

#include "client.h"

struct loop_t {
    reactor_t *reactor;
    apr_thread_t *thread;
    client_t *clients;       /* newest first */
    int client_count;
    int stopping;            /* child_stopping was called */
    reactor_task_t stop_task;
    timer_entry_t shed_timer;
    reactor_list_t waiting;  /* clients for whom no worker is free yet */
    int handoffs;            /* with worker threads now */
};

/* Starts the loops of this child.  @return APR_SUCCESS or why not */
apr_status_t loops_start(apr_pool_t *pchild, server_rec *s,
                         const shared_t *shared, int count);

/* The loop for a new connection; NULL when there are none. */
loop_t *loops_choose(void);

/* The child ends: close idle clients, end keep-alive. */
void loops_stopping(int graceful);

#endif
