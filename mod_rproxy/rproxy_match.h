/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_match.h: which route does a request take?  Layer L2. */
#ifndef RPROXY_MATCH_H
#define RPROXY_MATCH_H

#include "rproxy_config.h"

typedef struct {
    const route_t *route;
    const route_target_t *target; /* NULL with an excluded route */
    const char *path;             /* normalised path that was matched */
    const char *upstream_uri;     /* origin-form target for the upstream */
    const char *public_prefix;    /* what the client sees: "/app" ... */
    const char *upstream_prefix;  /* ... and what the origin sees: "/v2" */
} route_match_t;

/* Finds the route of the virtual host for r->unparsed_uri: longest prefix,
 * exact before prefix, conditions, then RProxyPassMatch in file order; a
 * <Location>'s own RProxyPass (rproxy_match_location) wins over both.
 * Allocates from r->pool only what it returns.
 * @return OK with *match filled, DECLINED when no route fits or the route is
 *         excluded, or HTTP_BAD_REQUEST for a path that has no safe meaning */
int rproxy_match(request_rec *r, route_match_t *match);

/* The same for the one-argument RProxyPass of the <Location> that governs r;
 * valid after the location walk (r->per_dir_config). */
int rproxy_match_location(request_rec *r, route_match_t *match);

/* May any route of this virtual host take this raw path?  Cheap and without a
 * request_rec: decides whether a connection is worth adopting. */
int rproxy_match_possible(const server_conf_t *conf, const char *path,
                          apr_size_t len);

#endif
