/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plan.h: where everything lies in a segment of a given size.  Layer L1. */
#ifndef RPROXY_STORE_PLAN_H
#define RPROXY_STORE_PLAN_H

#include "store_layout.h"

/* More than 64 GB is cut to that.  @return APR_EINVAL: too small */
apr_status_t plan_make(store_plan_t *plan, uint64_t size, uint32_t salt);

#endif
