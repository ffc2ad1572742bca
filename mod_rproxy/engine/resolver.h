/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resolver.h: looks names of members up again, and makes members that have
 * come, away from the loops.  Layer L1. */
#ifndef RPROXY_RESOLVER_H
#define RPROXY_RESOLVER_H

#include "shared.h"

/* Starts a thread that resolves every member with a name each interval (0:
 * never), and follows the members of balanced upstreams.  It ends with pool.
 * @param upstreams of upstream_t *
 * @param shared    where their members are counted */
apr_status_t resolver_start(apr_array_header_t *upstreams,
                            const shared_t *shared,
                            apr_interval_time_t interval, apr_pool_t *pool);

#endif
