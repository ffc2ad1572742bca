/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_worker.h: an exchange and its client on a thread that may wait.
 * Layer L2. */
#ifndef RPROXY_WORKER_DRIVER_H
#define RPROXY_WORKER_DRIVER_H

#include "rproxy_handler.h"

/* Runs the exchange that is prepared.  @return what the handler returns */
int rproxy_worker_run(proxied_t *p);

#endif
