/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* histogram.h: what can be read from a histogram_t.  Layer L1 (no APR). */
#ifndef RPROXY_HISTOGRAM_H
#define RPROXY_HISTOGRAM_H

#include "../engine/metrics.h"

/* The last bucket that has an upper end, 128 * 2^20 usec. */
#define HISTOGRAM_LAST_BOUND (HISTOGRAM_BUCKETS - 2)

/* The values of a bucket are below this, in usec; that of the last one, which
 * has no upper end, is INT64_MAX. */
int64_t histogram_bound(int bucket);

uint64_t histogram_total(const histogram_t *h);

/* The value that so many of a thousand values lie below, in usec, evenly
 * spread within its bucket; the lower end of the last bucket for what lies in
 * it.  @param permille 1 to 1000  @return -1 when there are no values */
int64_t histogram_quantile(const histogram_t *h, unsigned permille);

/* Adds what one histogram counted to another. */
void histogram_merge(histogram_t *sum, const histogram_t *h);

#endif
