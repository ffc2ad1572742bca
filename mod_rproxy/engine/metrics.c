/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* metrics.c: histogram arithmetic and names.  Layer L1 (no APR). */
#include "metrics.h"

const char *outcome_name(outcome_e outcome)
{
    static const char *const names[] = {
#define X(id, name) name,
        OUTCOMES(X)
#undef X
    };

    return (unsigned)outcome < OUTCOME_COUNT ? names[outcome] : "unknown";
}

/* Two buckets to an octave: below 128 us the first, then by the highest bit
 * and whether the value lies above the octave's lower sqrt(2) part. */
static int bucket_of(uint64_t usec)
{
    int octave;
    uint64_t low;

    if (usec < 128) {
        return 0;
    }
    octave = 63 - __builtin_clzll(usec >> 7);
    if (octave >= HISTOGRAM_BUCKETS / 2 - 1) {
        return HISTOGRAM_BUCKETS - 1;
    }
    low = (uint64_t)128 << octave;
    return 1 + 2 * octave + (usec * usec >= 2 * low * low);
}

void histogram_add(histogram_t *h, int64_t usec)
{
    if (usec < 0) {
        usec = 0;
    }
    METRIC_ADD(h->count[bucket_of((uint64_t)usec)], 1);
    METRIC_ADD(h->sum_us, (uint64_t)usec);
}
