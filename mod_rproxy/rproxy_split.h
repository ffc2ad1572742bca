/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_split.h: which of a route's targets does this client get, and what
 * tells clients apart?  Layer L2. */
#ifndef RPROXY_RPROXY_SPLIT_H
#define RPROXY_RPROXY_SPLIT_H

#include "rproxy_config.h"

/* The only target, or the one that is drawn: by the client's address, by a
 * header, by a cookie that is set when the client has none, or at random.
 * Without the header it is drawn by the address. */
const route_target_t *rproxy_split_pick(request_rec *r, const route_t *route);

/* A number that is the same for all requests of a client.
 * @param sticky  as in route_t; NULL: another number for each request */
uint64_t rproxy_split_client(request_rec *r, const char *sticky);

#endif
