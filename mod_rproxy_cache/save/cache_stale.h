/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_stale.h: what is stored stands in for an origin that fails.  Layer L2.
 * RFC 5861 section 4. */
#ifndef RPROXY_CACHE_STALE_H
#define RPROXY_CACHE_STALE_H

#include <util_filter.h>

#include "serve/cache_request.h"

/* Is a response of this status one in whose place something older may be sent
 * (cache_may_stand_in)? */
int cache_stale_is_failure(int status);

/* Puts the older response, q->stale, into bb as r's. */
void cache_stale_serve(cache_request_t *q, request_rec *r,
                       apr_bucket_brigade *bb);

/* For errors that httpd makes itself. */
void cache_stale_register_hooks(apr_pool_t *pool);

#endif
