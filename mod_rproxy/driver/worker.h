/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* worker.h: an exchange on a thread that may wait.  Layer L1. */
#ifndef RPROXY_WORKER_H
#define RPROXY_WORKER_H

#include "../engine/exchange.h"

typedef struct {
    int fd; /* -1: cannot be polled */
    /* does its going away end the exchange?  Asked before each wait */
    int (*is_needed)(void *ctx);
    /* after SOURCE_AGAIN: until when its next bytes must come */
    apr_time_t (*deadline)(void *ctx, apr_time_t now);
    /* where there is no fd: has it gone away?  May be NULL. */
    int (*gone)(void *ctx);
    void *ctx;
} worker_client_t;

/* Runs the exchange to its end: OUTCOME_BAD_REQUEST when the client sends no
 * more of its body in time. */
void worker_run(exchange_t *x, const worker_client_t *client);

#endif
