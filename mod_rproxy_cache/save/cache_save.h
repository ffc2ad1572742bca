/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_save.h: looks at responses on their way out: stores them, purges what
 * they make invalid, puts a stored one in their place.  Layer L2. */
#ifndef RPROXY_CACHE_SAVE_H
#define RPROXY_CACHE_SAVE_H

#include "serve/cache_request.h"

/* Puts the filters in front of r's content filters.  Before its handler runs,
 * after insert_filter hooks have. */
void cache_save_install(cache_request_t *q, request_rec *r);

void cache_save_register_hooks(apr_pool_t *pool);

#endif
