/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_upstream.h: <RProxyUpstream>, RProxyMember, and the upstreams that a
 * route names by URL.  Layer L2. */
#ifndef RPROXY_CONFIG_UPSTREAM_H
#define RPROXY_CONFIG_UPSTREAM_H

#include "config_option.h"
#include "../engine/upstream.h"

/* The upstream of one member for a URL without path; the same one for the
 * same URL throughout the server.
 * @return NULL and *upstream, or the error text */
const char *config_upstream_of_url(cmd_parms *cmd, const char *url,
                                   upstream_t **upstream);

/* The <RProxyUpstream> around the directive being read, or NULL. */
upstream_t *config_upstream_around(const cmd_parms *cmd);

/* A directive that is no route counts on the upstream of that name, which may
 * be defined later: it is an error when it is not. */
void config_upstream_named(const cmd_parms *cmd, const char *name);

/* May this name a container? */
int config_upstream_is_name(const char *name);

/* Setters of <RProxyUpstream> and RProxyMember. */
const char *config_upstream_container(cmd_parms *cmd, void *dir,
                                      const char *argument);
const char *config_upstream_member(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);

#endif
