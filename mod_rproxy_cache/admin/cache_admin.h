/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_admin.h: the cache's verbs of the admin handler.  Layer L2. */
#ifndef RPROXY_CACHE_ADMIN_H
#define RPROXY_CACHE_ADMIN_H

#include <apr_pools.h>

void cache_admin_register(apr_pool_t *pool);

#endif
