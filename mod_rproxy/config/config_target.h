/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_target.h: the targets of a route: where it leads to, and in which
 * shares.  Layer L2.
 *
 *   target = "!" | URL | upstream-name | "upstream://" name [ path ]
 *   URL    = "http://" host [ ":" port ] [ path ]
 *          | "unix:" socket [ "|http://" name [ path ] ]
 *   split  = target percent% target percent% ...    (100 % in all) */
#ifndef RPROXY_CONFIG_TARGET_H
#define RPROXY_CONFIG_TARGET_H

#include "config_option.h"
#include "../rproxy_config.h"

/* Reads target [percent%] [target percent% ...] from the begin of argv into
 * route->targets, or route->excluded.  An upstream's name is resolved later
 * (config_finish.c), so that containers may follow the routes that use them.
 * @param used  out: how many arguments these were */
const char *config_target_parse(cmd_parms *cmd, int argc, char *const argv[],
                                route_t *route, int *used);

/* Reads one target, without a percentage, that no request has a part in. */
const char *config_target_one(cmd_parms *cmd, const char *text,
                              route_target_t *target);

#endif
