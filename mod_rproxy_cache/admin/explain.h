/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain.h: what the cache would make of a request, and why.  Layer L2.
 * Nothing is fetched; what is stored stays as it is. */
#ifndef RPROXY_CACHE_EXPLAIN_H
#define RPROXY_CACHE_EXPLAIN_H

#include <httpd.h>

#include "admin/command_reader.h"
#include "status/status_write.h"

/* Writes one JSON object. */
void explain(request_rec *r, const explain_order_t *order, writer_t *w);

#endif
