/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_config.h: what RProxyGuardRedis says.  Layer L1. */
#ifndef RPROXY_GUARD_FLEET_CONFIG_H
#define RPROXY_GUARD_FLEET_CONFIG_H

#include "redis_link.h"

typedef struct {
    const char *where; /* of the directive; NULL: nothing is shared */
    const char *url;   /* as written; there is no password in it */
    const char *prefix;
    redis_server_t server;
    apr_interval_time_t every; /* between exchanges */
} fleet_config_t;

#endif
