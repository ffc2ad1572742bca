/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tidy.c: closes connections that have been idle too long.  Layer L1.
 *
 * A loop looks after its own.  Worker threads only come by when they have a
 * request, and then for the newest: the older ones would lie there, closed by
 * the member or counted against its limit. */
#include "tidy.h"

#include "../engine/periodic.h"
#include "clock.h"

#define TIDY_INTERVAL apr_time_from_sec(1)

static void tidy(void *conns)
{
    conn_pool_expire(conns, clock_now());
}

apr_status_t tidy_start(conn_pool_t *conns, apr_pool_t *pool)
{
    return periodic_start(tidy, conns, TIDY_INTERVAL, pool);
}
