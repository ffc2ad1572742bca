/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovery_report.h: where members were found, on the status page, in its JSON
 * and in the metrics.  Layer L2. */
#ifndef RPROXY_BALANCER_DISCOVERY_REPORT_H
#define RPROXY_BALANCER_DISCOVERY_REPORT_H

#include <apr_pools.h>

void discovery_report_register(apr_pool_t *pool);

#endif
