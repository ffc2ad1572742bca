/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_canary.h: requests to an upstream that go to its new version.
 * Layer L2.  Who decides how many is another module (mod_rproxy.h). */
#ifndef RPROXY_CANARY_H
#define RPROXY_CANARY_H

#include "rproxy_handler.h"

/* In post_config, when the upstreams are complete.
 * @return APR_SUCCESS, or an error that was logged */
apr_status_t rproxy_canary_configure(apr_pool_t *pconf, server_rec *s);

/* The upstream of the request's target, or the new version's. */
upstream_t *rproxy_canary_choose(proxied_t *p);

/* The exchange is over. */
void rproxy_canary_done(const proxied_t *p);

#endif
