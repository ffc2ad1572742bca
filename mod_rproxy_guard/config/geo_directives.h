/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_directives.h: RProxyGuardGeo, and what becomes of its files.
 * Layer L2. */
#ifndef RPROXY_GUARD_GEO_DIRECTIVES_H
#define RPROXY_GUARD_GEO_DIRECTIVES_H

#include "../address/named_list.h"
#include "guard_private.h"

const char *geo_directives_set(cmd_parms *cmd, void *dir, const char *path);

/* An entry country:XX or asn:N of a list.  @return NULL or the error text */
const char *geo_directives_add(cmd_parms *cmd, named_list_t *list,
                               const char *word);

/* In post_config.  @return 0: one cannot be used, and the log says so */
int geo_directives_load(server_rec *s, apr_pool_t *pool);

/* Now and then, in each process. */
void geo_directives_look(server_rec *s, apr_pool_t *pool);

#endif
