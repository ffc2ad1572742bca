/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_quickness.h: may hits on this response be served before all phases?
 * Layer L2. */
#ifndef RPROXY_CACHE_QUICKNESS_H
#define RPROXY_CACHE_QUICKNESS_H

#include "serve/cache_request.h"

/* @return NULL: they may; or why not (from r->pool) */
const char *cache_quickness_why_not(const cache_request_t *q, request_rec *r);

#endif
