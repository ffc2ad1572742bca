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
    /* What the client sees, "/app", and what the origin sees, "/v2"; neither
     * ends with a slash, "" is the root.  Both "" where paths are the same, or
     * where a pattern leaves no way back. */
    const char *public_prefix;
    const char *upstream_prefix;
} route_match_t;

/* Finds the route of the virtual host: an exact path first, and a longer path
 * before a shorter one, as far as the conditions hold; when that leads to a
 * prefix that is not excluded, the first RProxyPassMatch that fits is
 * preferred.  The main server's routes apply where no route of the virtual
 * host does.  A <Location>'s own RProxyPass (rproxy_match_location) wins over
 * all of these: ask it first.
 *
 * The path is that of r->unparsed_uri, or what a module before us has put into
 * r->uri (mod_rewrite with [PT]); see rproxy_path.h.
 *
 * Called once for a request: a split without sticky= draws anew each time, and
 * sticky=cookie: may add a Set-Cookie.  Allocates from r->pool only what it
 * returns; any thread.
 * @return OK with *match filled, DECLINED when no route fits (match->route is
 *         NULL then) or the route is excluded, or HTTP_BAD_REQUEST for a path
 *         that has no safe meaning */
int rproxy_match(request_rec *r, route_match_t *match);

/* The same for the one-argument RProxyPass of the <Location> that governs r;
 * valid after a location walk (r->per_dir_config).  An excluded one
 * ("RProxyPass !") is DECLINED with match->route set: then rproxy_match is not
 * to be asked. */
int rproxy_match_location(request_rec *r, route_match_t *match);

/* May any route of this virtual host take this raw target (path and query)?
 * Cheap and without a request_rec: decides whether a connection is worth
 * adopting. */
int rproxy_match_possible(const server_conf_t *conf, const char *path,
                          apr_size_t len);

#endif
