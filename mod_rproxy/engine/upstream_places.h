/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream_places.h: the members of a balanced upstream in this process, which
 * come and go as its balancer says.  Layer L1.
 *
 * A member is made when its place has a generation this process has not met;
 * its balancer hears that it is ready when its addresses are known.  One that
 * is gone is freed when no connection and no exchange is at it any more, and
 * then a while later for those who merely look. */
#ifndef RPROXY_UPSTREAM_PLACES_H
#define RPROXY_UPSTREAM_PLACES_H

#include "shared.h"

/* With the upstream's balancer set: its places, from first_id on among the
 * shared members, all empty. */
void upstream_places_create(upstream_t *upstream, int first_id,
                            apr_pool_t *pool);

/* In post_config, the same, and the members there are.  Those configured get
 * their numbers; names of others are looked up. */
void upstream_places_open(upstream_t *upstream, int first_id, apr_pool_t *pool);

/* In a new process, before it serves: those that came since, but for names that
 * are to be looked up.  Waits for nobody. */
void upstream_places_begin(upstream_t *upstream, const shared_t *shared,
                           apr_time_t now);

/* Afterwards some ten times a second, on one thread, which may wait for the
 * name service. */
void upstream_places_follow(upstream_t *upstream, const shared_t *shared,
                            apr_time_t now);

#endif
