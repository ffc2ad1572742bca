/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* worker.h: an exchange on a thread that may wait.  Layer L1. */
#ifndef RPROXY_WORKER_H
#define RPROXY_WORKER_H

#include "../engine/exchange.h"

/* Runs the exchange to its end.
 * @param client_fd the client's socket, or -1: polled for request body bytes
 *        when the source says SOURCE_AGAIN, and for the client going away
 * @param watch_client 1: its going away ends the exchange */
void worker_run(exchange_t *x, int client_fd, int watch_client);

#endif
