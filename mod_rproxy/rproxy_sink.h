/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_sink.h: both ends of an exchange at the client's side, through httpd's
 * filters.  Layer L2. */
#ifndef RPROXY_SINK_H
#define RPROXY_SINK_H

#include "rproxy_handler.h"

/* Response: for the loop (p->client set) or a worker thread. */
const sink_ops_t *rproxy_sink_ops(const proxied_t *p);

/* Request body: for the loop or a worker thread. */
const source_ops_t *rproxy_source_ops(const proxied_t *p);

/* Until when the client may leave us waiting for bytes of its body: Timeout for
 * the next ones, RequestReadTimeout for all. */
apr_time_t rproxy_source_deadline(proxied_t *p, apr_time_t now);

/* The response is complete: what is left and the end go down. */
void rproxy_sink_end(proxied_t *p);

#endif
