/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_collect.h: the one place that reads counters for a status.
 * Layer L2.  Any thread, without waiting; nothing but shared memory and the
 * configuration is read, so that every child answers the same. */
#ifndef RPROXY_STATUS_COLLECT_H
#define RPROXY_STATUS_COLLECT_H

#include <httpd.h>

#include "status_sum.h"
#include "histogram.h"
#include "status_view.h"

/* In post_config: the counters of this generation of children, and the names
 * of the routes.  @return APR_SUCCESS or why there is no memory for it */
apr_status_t status_collect_configure(apr_pool_t *pconf, server_rec *main,
                                      const shared_t *shared);

/* In a child that has its slot in shared. */
void status_collect_child_init(void);

/* While hooks are registered: rproxy_loop_lag of mod_rproxy.h. */
void status_collect_offer(void);

/* More than so much is there to read that a loop should not do it. */
int status_collect_is_large(void);

/* All of it but the sections, from pool. */
status_view_t *status_collect(apr_pool_t *pool);

/* The route as it is named in status and log: "/app", "=/health", "~ regex" */
const char *status_route_name(int route_id);

#endif
