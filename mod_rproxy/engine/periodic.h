/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* periodic.h: work that may wait, done now and then on a thread of its own.
 * Layer L1. */
#ifndef RPROXY_PERIODIC_H
#define RPROXY_PERIODIC_H

#include <apr_pools.h>
#include <apr_time.h>

/* Calls run(data) each interval, first after one, until pool goes: its cleanup
 * waits for a call that is under way. */
apr_status_t periodic_start(void (*run)(void *data), void *data,
                            apr_interval_time_t interval, apr_pool_t *pool);

#endif
