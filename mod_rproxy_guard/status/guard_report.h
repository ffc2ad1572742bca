/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_report.h: the guard's part of status page, JSON and metrics.
 * Layer L2. */
#ifndef RPROXY_GUARD_REPORT_H
#define RPROXY_GUARD_REPORT_H

#include <apr_pools.h>

void guard_report_register(apr_pool_t *pool);

#endif
