/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_parts.h: between the directives and where their parts are kept.
 * Layer L2. */
#ifndef RPROXY_BALANCER_PARTS_H
#define RPROXY_BALANCER_PARTS_H

#include "balancer_config.h"
#include "mod_rproxy.h"

extern const method_conf_t balancer_default_method;
extern const sticky_conf_t balancer_default_sticky;
extern const probe_conf_t balancer_default_probe;
extern const eject_conf_t balancer_default_eject;
extern const hedge_conf_t balancer_default_hedge;
extern const queue_conf_t balancer_default_queue;

/* RProxyBalancerQueue, in queue_directives.c. */
const char *balancer_directive_queue(cmd_parms *cmd, void *dir, int argc,
                                     char *const argv[]);

/* Where the part of a directive goes.  @return NULL, or the error */
const char *balancer_find_place(cmd_parms *cmd, int argc,
                                balancer_conf_t **conf);

/* RProxyCanary */
const char *canary_directive(cmd_parms *cmd, void *dir, int argc,
                             char *const argv[]);

/* Where a directive belongs; NULL: it stands in the wrong place. */
balancer_conf_t *balancer_config_around(cmd_parms *cmd);

/* RProxyBalancerHedge */
const char *hedge_directive(cmd_parms *cmd, void *dir, int argc,
                            char *const argv[]);

/* RProxyBalancerDiscover; balancer_discover.c. */
const char *balancer_discover(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[]);

#endif
