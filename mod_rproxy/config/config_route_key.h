/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_route_key.h: the key=value arguments of a route.  Layer L2. */
#ifndef RPROXY_CONFIG_ROUTE_KEY_H
#define RPROXY_CONFIG_ROUTE_KEY_H

#include "../rproxy_config.h"

/* Reads all of argv, which follows the route's targets, and settles what
 * becomes of the prefix.
 * @return NULL or the error text */
const char *config_route_key_parse(cmd_parms *cmd, int argc, char *const argv[],
                                   route_t *route);

#endif
