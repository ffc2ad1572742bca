/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_strip.h: what of a query is not in the key is not shown to the origin
 * either: else a page that repeats it is stored for all, with what the first
 * client, or an attacker, has put there.  Layer L2. */
#ifndef RPROXY_CACHE_STRIP_H
#define RPROXY_CACHE_STRIP_H

#include "serve/cache_request.h"

/* Behind the phases, before q's request goes to its handler as r.  The log gets
 * it as it was sent. */
void cache_strip_query(cache_request_t *q, request_rec *r);

void cache_strip_register_hooks(apr_pool_t *pool);

#endif
