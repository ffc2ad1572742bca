/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tidy.c: closes connections that have been idle too long, and takes back what
 * killed children held.  Layer L1.
 *
 * A loop looks after its own.  Worker threads only come by when they have a
 * request, and then for the newest: the older ones would lie there, closed by
 * the member or counted against its limit. */
#include "tidy.h"

#include "../engine/periodic.h"
#include "../engine/shared.h"
#include "clock.h"

#define TIDY_INTERVAL apr_time_from_sec(1)

static conn_pool_t *worker_conns;

static void tidy(void *shared)
{
    conn_pool_expire(worker_conns, clock_now());
    shared_reclaim(shared);
    shared_recount(shared);
}

apr_status_t tidy_start(conn_pool_t *conns, const shared_t *shared,
                        apr_pool_t *pool)
{
    worker_conns = conns;
    return periodic_start(tidy, (void *)shared, TIDY_INTERVAL, pool);
}
