/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* found_member.h: a member as discovery finds it.  Layer L0.
 *
 * The keys and ranges are those of RProxyMember. */
#ifndef RPROXY_BALANCER_FOUND_MEMBER_H
#define RPROXY_BALANCER_FOUND_MEMBER_H

#include <stdint.h>

#include "http1/h1_slice.h"

typedef struct {
    slice_t url;
    slice_t zone, group, route; /* empty: none */
    int weight;                 /* 0 to MEMBER_WEIGHT_MAX */
    int tier;                   /* below MEMBER_TIERS */
    int backup;
    int max_connections; /* 0: no limit */
    int64_t slow_start_us;
} found_member_t;

/* How two lists differ. */
typedef struct {
    int added, removed, changed;
} found_diff_t;

#define FOUND_MEMBER_KEYS \
    "weight, tier, backup, zone, group, route, max-connections, slow-start"

/* Sets one key of a member; words are slices of value.
 * @return NULL, or what would have been right, a phrase */
const char *found_member_set(found_member_t *member, slice_t key,
                             slice_t value);

/* The order of lists, by URL: < 0, 0 or > 0. */
int found_member_order(const found_member_t *a, const found_member_t *b);

/* Both in that order, each URL once. */
found_diff_t found_member_diff(const found_member_t *before, int before_count,
                               const found_member_t *now, int now_count);

#endif
