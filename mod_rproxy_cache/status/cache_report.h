/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_report.h: the cache on the status page, in its JSON and in the metrics.
 * Layer L2. */
#ifndef RPROXY_CACHE_REPORT_H
#define RPROXY_CACHE_REPORT_H

#include <httpd.h>

void cache_report_register(apr_pool_t *pool);

/* The JSON alone. */
void cache_report_json(request_rec *r, apr_bucket_brigade *bb);

#endif
