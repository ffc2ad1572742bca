/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_finish.h: routes on their way into a route table.  Layer L2.
 * (rproxy_config_finish itself is declared in rproxy_config.h.) */
#ifndef RPROXY_CONFIG_FINISH_H
#define RPROXY_CONFIG_FINISH_H

#include "../rproxy_config.h"

/* May the route be passed over though its path fits? */
int config_finish_is_conditional(const route_t *route);

/* What the table of these routes is built of. */
route_entry_t *config_finish_entries(apr_pool_t *pool,
                                     const apr_array_header_t *routes);

/* Memory for route_memory_t; ctx is a pool. */
void *config_finish_alloc(void *ctx, size_t size);

#endif
