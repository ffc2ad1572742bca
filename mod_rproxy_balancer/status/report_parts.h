/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_parts.h: the balancer's section in each of its formats.  Layer L2. */
#ifndef RPROXY_REPORT_PARTS_H
#define RPROXY_REPORT_PARTS_H

#include <httpd.h>

void report_html(request_rec *r, apr_bucket_brigade *bb);
void report_json(request_rec *r, apr_bucket_brigade *bb);
void report_prometheus(request_rec *r, apr_bucket_brigade *bb);

#endif
