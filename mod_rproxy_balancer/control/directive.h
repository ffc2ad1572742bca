/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive.h: members as lines of httpd.conf.  Layer L1.  Texts are in pool
 * and have no line end in them. */
#ifndef RPROXY_BALANCER_DIRECTIVE_H
#define RPROXY_BALANCER_DIRECTIVE_H

#include <apr_pools.h>

#include "members/roster.h"

/* Of a configured member whose weight was changed: all else as it stands.
 * @param options  what follows the URL in the configuration, or NULL */
const char *directive_reweighted(const char *url, const char *options,
                                 int weight, apr_pool_t *pool);

/* Of a member that the configuration does not know. */
const char *directive_added(const roster_entry_t *entry, apr_pool_t *pool);

#endif
