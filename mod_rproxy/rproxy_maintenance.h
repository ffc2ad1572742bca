/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_maintenance.h: RProxyMaintenance: a page and 503.  Layer L2. */
#ifndef RPROXY_MAINTENANCE_H
#define RPROXY_MAINTENANCE_H

#include "rproxy_handler.h"

/* Is the route, or the place, switched to maintenance? */
int rproxy_in_maintenance(const proxied_t *p);

/* Sends 503 with Retry-After and the page.  @return what a handler returns */
int rproxy_maintenance(proxied_t *p);

#endif
