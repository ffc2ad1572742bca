/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_server.h: our section of mod_status's server-status.  Layer L2. */
#ifndef RPROXY_STATUS_SERVER_H
#define RPROXY_STATUS_SERVER_H

#include <apr_pools.h>

void status_server_register_hooks(apr_pool_t *pool);

#endif
