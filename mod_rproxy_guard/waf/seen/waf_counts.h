/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_counts.h: what became of the requests that rules of the WAF looked at,
 * and how long that took.  Layer L0.
 *
 * In memory of all children: atomic numbers, none of which needs another. */
#ifndef RPROXY_GUARD_WAF_COUNTS_H
#define RPROXY_GUARD_WAF_COUNTS_H

#include "hit_ring.h"

/* Upper ends of the buckets, in microseconds. */
/* clang-format off */
#define WAF_TIMES(X)                                                          \
    X(10) X(20) X(50) X(100) X(200) X(500)                                    \
    X(1000) X(2000) X(5000) X(10000) X(20000) X(50000)                        \
    X(100000) X(200000) X(500000) X(1000000)
/* clang-format on */

enum {
#define X(us) +1
    WAF_TIME_BOUNDS = 0 WAF_TIMES(X),
#undef X
    WAF_TIME_BUCKETS = WAF_TIME_BOUNDS + 1 /* the last one has no end */
};

/* All 0 at first.  All are atomics. */
typedef struct {
    uint64_t requests[HIT_VERDICT_COUNT];
    uint64_t limits; /* requests that met a limit: nobody knows the verdict */
    uint64_t time[WAF_TIME_BUCKETS];
    uint64_t time_sum_ns;
} waf_counts_t;

/* A request is over.
 * @param limit  1: it met a limit
 * @param ns     that all its phases took together */
void waf_counts_add(waf_counts_t *counts, hit_verdict_e verdict, int limit,
                    uint64_t ns);

/* A copy. */
waf_counts_t waf_counts_read(const waf_counts_t *counts);

/* The upper end of a bucket in microseconds; -1: it has none. */
int64_t waf_counts_bound(int bucket);

/* The end of the bucket that so many of a thousand requests lie below, in
 * microseconds.  @return 0: there were none; -1: it has no end */
int64_t waf_counts_quantile(const waf_counts_t *counts, unsigned permille);

#endif
