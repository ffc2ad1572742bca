/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* flood_directives.h: what floods/ and attack/ are told.  Layer L2. */
#ifndef RPROXY_GUARD_FLOOD_DIRECTIVES_H
#define RPROXY_GUARD_FLOOD_DIRECTIVES_H

#include <httpd.h>
#include <http_config.h>

#include "../attack/attack.h"

/* Before the configuration is read. */
void flood_directives_default(guard_attack_t *conf);

const char *flood_set_connections(cmd_parms *cmd, void *dir, int argc,
                                  char *const argv[]);

const char *flood_set_attack(cmd_parms *cmd, void *dir, const char *argument);

/* clang-format off */
#define FLOOD_DIRECTIVES                                                      \
    AP_INIT_ITERATE("RProxyGuardAttack", flood_set_attack, NULL, RSRC_CONF,   \
        "What makes limits with mode=attack apply: [on-errors=20%] "          \
        "[on-lag=100ms] [on-queue=100] [on-requests=500] [calm=60s] "         \
        "[responses=20]"),                                                    \
    AP_INIT_TAKE_ARGV("RProxyGuardConnections", flood_set_connections, NULL,  \
        RSRC_CONF,                                                            \
        "Connections that one client may have: [address=100] [network=1000] " \
        "[rate=50/s] [burst=] [resets=100/min] [except=LIST] [action=] "      \
        "[keys=]")
/* clang-format on */

#endif
