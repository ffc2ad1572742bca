/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_body_peek.h: keeps the first bytes of a request's body, as its handler
 * reads them, where they tell what a save of WordPress has changed.
 * Layer L2. */
#ifndef RPROXY_CACHE_BODY_PEEK_H
#define RPROXY_CACHE_BODY_PEEK_H

#include "serve/cache_request.h"

/* Before the handler: puts the filter in if this request is one of those. */
void cache_body_peek_install(cache_request_t *q, request_rec *r);

void cache_body_peek_register(apr_pool_t *pool);

#endif
