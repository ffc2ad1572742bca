/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_report.h: the cache on the status page, in its JSON and in the metrics.
 * Layer L2. */
#ifndef RPROXY_CACHE_REPORT_H
#define RPROXY_CACHE_REPORT_H

#include <apr_pools.h>

void cache_report_register(apr_pool_t *pool);

#endif
