/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* found_list.h: lists of found members, in order.  Layer L1. */
#ifndef RPROXY_BALANCER_FOUND_LIST_H
#define RPROXY_BALANCER_FOUND_LIST_H

#include <apr_pools.h>

#include "found_member.h"

typedef struct {
    found_member_t *member; /* in the order of found_member_order */
    int count;
} found_list_t;

/* Sorts, and takes out what is there twice (the smaller tier and the larger
 * weight hold) and what is beyond the limit: of the largest tiers, and the same
 * ones whatever the order was before.
 * @return how many were beyond */
int found_list_settle(found_list_t *list, int limit);

/* A copy, with all texts, in pool. */
found_list_t found_list_copy(const found_list_t *list, apr_pool_t *pool);

#endif
