/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_route.h: RProxyPass and RProxyPassMatch.  Layer L2. */
#ifndef RPROXY_CONFIG_ROUTE_H
#define RPROXY_CONFIG_ROUTE_H

#include <httpd.h>
#include <http_config.h>

const char *config_route_pass(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[]);
const char *config_route_pass_match(cmd_parms *cmd, void *dir, int argc,
                                    char *const argv[]);

#endif
