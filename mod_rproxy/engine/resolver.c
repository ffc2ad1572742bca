/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resolver.c: one thread per child that may wait for the name service.
 * Layer L1.  A name whose answer did not change costs no memory. */
#include "resolver.h"

#include "../driver/clock.h"
#include "periodic.h"
#include "upstream_places.h"

/* From a member that comes to its first request, at most. */
#define FOLLOW_INTERVAL apr_time_from_msec(100)

typedef struct {
    apr_array_header_t *upstreams;
    const shared_t *shared;
    apr_interval_time_t interval;
    apr_time_t resolve_at;
    apr_pool_t *pool; /* the thread's alone */
} resolver_t;

static int any_name(const upstream_t *u)
{
    int i, n = upstream_numbers(u), found = 0;

    for (i = 0; i < n && !found; i++) {
        const member_t *m = upstream_member(u, i);

        found = m && member_has_name(m);
    }
    return found;
}

static void resolve(const upstream_t *u, apr_pool_t *pool)
{
    int i, n = upstream_numbers(u);

    for (i = 0; i < n; i++) {
        member_t *m = upstream_member(u, i);

        if (m && member_has_name(m)) {
            member_resolve(m, pool);
        }
    }
}

static void run(void *data)
{
    resolver_t *resolver = data;
    apr_time_t now = clock_now();
    int is_time = resolver->interval && now >= resolver->resolve_at, i;

    for (i = 0; i < resolver->upstreams->nelts; i++) {
        upstream_t *u = APR_ARRAY_IDX(resolver->upstreams, i, upstream_t *);

        if (u->place) {
            upstream_places_follow(u, resolver->shared, now);
        }
        if (is_time) {
            resolve(u, resolver->pool);
        }
    }
    if (is_time) {
        resolver->resolve_at = clock_now() + resolver->interval;
    }
}

apr_status_t resolver_start(apr_array_header_t *upstreams,
                            const shared_t *shared,
                            apr_interval_time_t interval, apr_pool_t *pool)
{
    int i, names = 0, balanced = 0;
    resolver_t *resolver;

    for (i = 0; i < upstreams->nelts; i++) {
        upstream_t *u = APR_ARRAY_IDX(upstreams, i, upstream_t *);

        balanced |= u->place != NULL;
        names |= interval && any_name(u);
        if (u->place) {
            upstream_places_begin(u, shared, clock_now());
        }
    }
    if (!names && !balanced) {
        return APR_SUCCESS;
    }
    resolver = apr_pcalloc(pool, sizeof(*resolver));
    resolver->upstreams = upstreams;
    resolver->shared = shared;
    resolver->interval = interval;
    resolver->resolve_at = clock_now() + interval;
    apr_pool_create(&resolver->pool, pool);
    return periodic_start(run, resolver, balanced ? FOLLOW_INTERVAL : interval,
                          pool);
}
