/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_balance.h: the balancer of another module, where there is one, and
 * the upstreams.  Layer L2. */
#ifndef RPROXY_BALANCE_H
#define RPROXY_BALANCE_H

#include <httpd.h>

#include "engine/exchange.h"

/* In post_config, when the upstreams are complete.
 * @return APR_SUCCESS, or an error that was logged */
apr_status_t rproxy_balance_configure(apr_pool_t *pconf, server_rec *s);

/* Before the first step of x, whose request is complete. */
void rproxy_balance_request(request_rec *r, exchange_t *x);

/* The head of the response is in r. */
void rproxy_balance_response(request_rec *r, const exchange_t *x);

#endif
