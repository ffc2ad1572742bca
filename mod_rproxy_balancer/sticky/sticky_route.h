/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_route.h: the route of a session as mod_proxy_balancer's stickysession
 * has it, so that a site may move over with its sessions.  Layer L0.
 *
 * "stickysession=JSESSIONID|jsessionid" looks for the second name as a
 * parameter of the URL, then for the first as a cookie; the route is what
 * stands behind the first separator in the value: "abc.node1", or ".node1" in
 * a cookie ROUTEID that the proxy sets from BALANCER_WORKER_ROUTE. */
#ifndef RPROXY_BALANCER_STICKY_ROUTE_H
#define RPROXY_BALANCER_STICKY_ROUTE_H

#include "http1/h1_slice.h"

/* The value of a parameter behind ";", "?" or "&".
 * @param target  path and query as in the request line
 * @return 1 and *value (not empty), or 0 */
int sticky_route_parameter(slice_t target, slice_t name, slice_t *value);

/* @param separator  '.' as a rule; 0: the whole value is the route
 * @return 1 and *route (not empty), or 0 */
int sticky_route_of(slice_t value, char separator, slice_t *route);

#endif
