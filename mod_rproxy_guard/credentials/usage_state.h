/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_state.h: what labels have used in the state directory
 * (RProxyGuardState).  Layer L2. */
#ifndef RPROXY_GUARD_USAGE_STATE_H
#define RPROXY_GUARD_USAGE_STATE_H

#include "guard_private.h"

/* In post_config, once table and directory are open: reads the file where
 * nothing was counted yet, and writes it when the configuration goes. */
void usage_state_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp);

/* Each second in any process, on a thread that may wait: one of all writes it
 * once a minute. */
void usage_state_save(server_rec *s, apr_pool_t *pool);

#endif
