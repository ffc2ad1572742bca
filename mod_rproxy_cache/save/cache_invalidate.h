/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_invalidate.h: what a request that changes something does to what is
 * stored.  Layer L2.  RFC 9111 section 4.4. */
#ifndef RPROXY_CACHE_INVALIDATE_H
#define RPROXY_CACHE_INVALIDATE_H

#include "serve/cache_request.h"

/* Once the head of its response is known. */
void cache_invalidate(cache_request_t *q, request_rec *r,
                      const response_facts_t *facts);

#endif
