/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* log_fields.h: what a log line can say about a request: %{name}^RP, and
 * RPROXY_NAME as environment variables where RProxyEnv is on.  Layer L2.
 *
 * A value is made when a log format asks for it.  Times are in milliseconds
 * with three decimals, counted from the begin of the exchange with the
 * upstream, so that connect <= first_byte <= total. */
#ifndef RPROXY_LOG_FIELDS_H
#define RPROXY_LOG_FIELDS_H

#include <httpd.h>

/* The value of a field, escaped for a log; NULL when there is none. */
const char *log_field(request_rec *r, const char *name);

void log_fields_register_hooks(apr_pool_t *pool);

#endif
