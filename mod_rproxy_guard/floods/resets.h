/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resets.h: HTTP/2 clients that ask and take it back (RFC 9113 10.5).
 * Layer L2. */
#ifndef RPROXY_GUARD_RESETS_H
#define RPROXY_GUARD_RESETS_H

#include <apr_pools.h>

void resets_register(apr_pool_t *pool);

#endif
