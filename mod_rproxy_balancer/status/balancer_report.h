/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_report.h: the balancer's section of the status page, its JSON and
 * its metrics.  Layer L2. */
#ifndef RPROXY_BALANCER_REPORT_H
#define RPROXY_BALANCER_REPORT_H

#include <apr_pools.h>

void balancer_report_register(apr_pool_t *pool);

#endif
