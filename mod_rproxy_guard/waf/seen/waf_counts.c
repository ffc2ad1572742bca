/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_counts.c: see waf_counts.h.  Layer L0. */
#include "waf_counts.h"

static const int64_t bounds[] = {
#define X(us) us,
    WAF_TIMES(X)
#undef X
};

enum {
    NS_IN_US = 1000
};

static int bucket_of(uint64_t ns)
{
    int i = 0;

    while (i < WAF_TIME_BOUNDS && ns >= (uint64_t)bounds[i] * NS_IN_US) {
        i++;
    }
    return i;
}

static void add(uint64_t *number, uint64_t n)
{
    __atomic_fetch_add(number, n, __ATOMIC_RELAXED);
}

void waf_counts_add(waf_counts_t *counts, hit_verdict_e verdict, int limit,
                    uint64_t ns)
{
    add(&counts->requests[verdict], 1);
    add(&counts->limits, limit != 0);
    add(&counts->time[bucket_of(ns)], 1);
    add(&counts->time_sum_ns, ns);
}

waf_counts_t waf_counts_read(const waf_counts_t *counts)
{
    const uint64_t *from = (const uint64_t *)counts;
    waf_counts_t copy = { 0 };
    uint64_t *to = (uint64_t *)&copy;
    size_t i;

    for (i = 0; i < sizeof(copy) / sizeof(*to); i++) {
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
    }
    return copy;
}

int64_t waf_counts_bound(int bucket)
{
    return bucket < WAF_TIME_BOUNDS ? bounds[bucket] : -1;
}

int64_t waf_counts_quantile(const waf_counts_t *counts, unsigned permille)
{
    uint64_t total = 0, below = 0;
    int i;

    for (i = 0; i < WAF_TIME_BUCKETS; i++) {
        total += counts->time[i];
    }
    if (!total) {
        return 0;
    }
    for (i = 0; i < WAF_TIME_BUCKETS; i++) {
        below += counts->time[i];
        if (below * 1000 >= total * permille) {
            break;
        }
    }
    return waf_counts_bound(i);
}
