/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resolver.h: looks names of members up again, away from the loops.  Layer L1.
 */
#ifndef RPROXY_RESOLVER_H
#define RPROXY_RESOLVER_H

#include "upstream.h"

/* Starts a thread that resolves every member with a name each interval (0:
 * never).  It ends with pool.
 * @param members of member_t * */
apr_status_t resolver_start(apr_array_header_t *members,
                            apr_interval_time_t interval, apr_pool_t *pool);

#endif
