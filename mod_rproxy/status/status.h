/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status.h: seeing what the proxy does.  Layer L2.
 *
 * Handlers rproxy-status (page or JSON) and rproxy-metrics (Prometheus), a
 * section of mod_status's page, the fields of log lines.  All of it reads
 * shared memory only and never waits, on a loop's thread as on a worker's. */
#ifndef RPROXY_STATUS_H
#define RPROXY_STATUS_H

#include <httpd.h>

#include "../engine/shared.h"

void status_register_hooks(apr_pool_t *pool);

/* In post_config, once the configuration is complete: what to read.
 * @return APR_SUCCESS or why there is no memory for it */
apr_status_t status_configure(apr_pool_t *pconf, server_rec *main,
                              const shared_t *shared);

#endif
