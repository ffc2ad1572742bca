/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_warn.h: what looks wrong in a configuration that works.  Layer L2.
 * A warning never keeps the server from starting. */
#ifndef RPROXY_CONFIG_WARN_H
#define RPROXY_CONFIG_WARN_H

#include "../rproxy_config.h"

void config_warn_all(apr_pool_t *ptemp, server_rec *main);

#endif
