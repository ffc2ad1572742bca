/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* histogram.c: bounds and quantiles.  Layer L1 (no APR).  The bounds are those
 * that engine/metrics.c sorts by: a test holds the two together. */
#include "histogram.h"

#define SQRT_2 1.41421356237309504880

int64_t histogram_bound(int bucket)
{
    int64_t octave = (int64_t)128 << (bucket / 2);

    if (bucket > HISTOGRAM_LAST_BOUND) {
        return INT64_MAX;
    }
    /* irrational: the next whole number is the first above */
    return bucket % 2 ? (int64_t)((double)octave * SQRT_2) + 1 : octave;
}

uint64_t histogram_total(const histogram_t *h)
{
    uint64_t total = 0;
    int i;

    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        total += h->count[i];
    }
    return total;
}

/* The rank-th of a bucket's values, each in the middle of its share. */
static int64_t value_in(int bucket, uint64_t rank, uint64_t count)
{
    int64_t low = bucket ? histogram_bound(bucket - 1) : 0;

    if (bucket > HISTOGRAM_LAST_BOUND) {
        return low;
    }
    return low
           + (int64_t)((double)(histogram_bound(bucket) - low)
                       * ((double)rank - 0.5) / (double)count);
}

int64_t histogram_quantile(const histogram_t *h, unsigned permille)
{
    uint64_t total = histogram_total(h);
    uint64_t rank =
        total / 1000 * permille + (total % 1000 * permille + 999) / 1000;
    int i;

    if (!total) {
        return -1;
    }
    for (i = 0; rank > h->count[i]; i++) {
        rank -= h->count[i];
    }
    return value_in(i, rank, h->count[i]);
}

void histogram_merge(histogram_t *sum, const histogram_t *h)
{
    int i;

    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        sum->count[i] += h->count[i];
    }
    sum->sum_us += h->sum_us;
}
