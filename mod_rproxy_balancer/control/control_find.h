/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control_find.h: whom an order is about.  Layer L2. */
#ifndef RPROXY_BALANCER_CONTROL_FIND_H
#define RPROXY_BALANCER_CONTROL_FIND_H

#include "balanced.h"
#include "order.h"

/* @return NULL and *found, or why there is none, a sentence */
const char *control_find_upstream(const order_t *order, balanced_t **found,
                                  apr_pool_t *pool);

/* The number of order's member.  @return as above */
const char *control_find_member(const balanced_t *b, const order_t *order,
                                int *number, apr_pool_t *pool);

/* What the configuration says of the member with this URL; NULL: nothing. */
const balancer_member_t *control_find_configured(const balanced_t *b,
                                                 const char *url);

/* Has the member with this URL been removed?  Its last requests may go on. */
int control_find_is_gone(const balanced_t *b, const char *url);

#endif
