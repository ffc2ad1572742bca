/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control.h: the balancer's verbs of the admin handler.  Layer L2. */
#ifndef RPROXY_BALANCER_CONTROL_H
#define RPROXY_BALANCER_CONTROL_H

#include <apr_pools.h>

void control_register(apr_pool_t *pool);

#endif
