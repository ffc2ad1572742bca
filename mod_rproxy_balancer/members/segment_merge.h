/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* segment_merge.h: what stays in the segment from one configuration to the
 * next.  Layer L1.  In the parent. */
#ifndef RPROXY_BALANCER_SEGMENT_MERGE_H
#define RPROXY_BALANCER_SEGMENT_MERGE_H

#include "segment.h"

/* Fills a new mapping, which nobody else has.
 * @param before  NULL: there was none
 * @return 0: no memory */
int segment_merge_new(segment_t *segment, const balancer_upstream_t *upstreams,
                      const segment_t *before, int64_t now_us);

/* Changes one that children use.
 * @return 0: the members have no room beside those who are leaving */
int segment_merge_into(segment_t *segment, const balancer_upstream_t *upstreams,
                       int64_t now_us);

#endif
