/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_split.h: which of a route's targets does this client get?
 * Layer L2. */
#ifndef RPROXY_RPROXY_SPLIT_H
#define RPROXY_RPROXY_SPLIT_H

#include "rproxy_config.h"

/* The only target, or the one that is drawn: by the client's address, by a
 * header, by a cookie that is set when the client has none, or at random.
 * Without the header it is drawn by the address. */
const route_target_t *rproxy_split_pick(request_rec *r, const route_t *route,
                                        const condition_input_t *input);

#endif
