/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tidy.h: the worker driver's idle connections and what killed children held,
 * once a second.  Layer L1. */
#ifndef RPROXY_TIDY_H
#define RPROXY_TIDY_H

#include "../engine/conn_pool.h"
#include "../engine/shared.h"

/* Starts a thread that ends with pool, which outlives conns.
 * @param conns with a lock
 * @return APR_SUCCESS, or why there is no thread: connections that nobody
 *         takes are then kept until the member closes them */
apr_status_t tidy_start(conn_pool_t *conns, const shared_t *shared,
                        apr_pool_t *pool);

#endif
