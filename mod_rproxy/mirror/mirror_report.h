/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_report.h: what copied requests have shown: a section of the status
 * page, and the group "mirror" of the admin handler.  Layer L2. */
#ifndef RPROXY_MIRROR_REPORT_H
#define RPROXY_MIRROR_REPORT_H

#include <apr_pools.h>

void mirror_report_register(apr_pool_t *pool);

#endif
