/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin.h: the handler rproxy-admin.  Layer L2. */
#ifndef RPROXY_ADMIN_H
#define RPROXY_ADMIN_H

#include <apr_pools.h>

void admin_register_hooks(apr_pool_t *pool);

#endif
