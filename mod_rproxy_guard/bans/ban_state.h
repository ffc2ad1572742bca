/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_state.h: bans in the state directory (RProxyGuardState).  Layer L2. */
#ifndef RPROXY_GUARD_BAN_STATE_H
#define RPROXY_GUARD_BAN_STATE_H

#include "guard_private.h"

/* In post_config, once bans and directory are open: reads the file where no
 * ban is known yet, and writes it when the configuration goes. */
void ban_state_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp);

/* Each second in any process, on a thread that may wait: writes what has
 * changed, one process of all. */
void ban_state_save(server_rec *s, apr_pool_t *pool);

#endif
