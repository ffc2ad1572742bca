/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* latency_counts.c: octaves cut into sixteen equal parts.  Layer L0. */
#include "latency_counts.h"

enum {
    FIRST_BIT = 6, /* 64 us: all below is one count */
    PART_BITS = 4
};

static int place_of(int64_t us)
{
    int octave, part, count;

    if (us < 1 << FIRST_BIT) {
        return 0;
    }
    octave = 63 - __builtin_clzll((uint64_t)us) - FIRST_BIT;
    part = (int)(us >> (octave + FIRST_BIT - PART_BITS)) & 15;
    count = 1 + 16 * octave + part;
    return count < LATENCY_COUNTS ? count : LATENCY_COUNTS - 1;
}

static uint32_t end_of(int count)
{
    int octave = (count - 1) / 16, part = (count - 1) % 16;

    return count ? (uint32_t)(17 + part) << (octave + FIRST_BIT - PART_BITS)
                 : 1 << FIRST_BIT;
}

void latency_counts_add(latency_counts_t *counts, int64_t us)
{
    __atomic_fetch_add(&counts->count[place_of(us)], 1, __ATOMIC_RELAXED);
}

static uint32_t seen(const uint32_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

/* Counts may grow meanwhile: the last one is the answer then. */
uint32_t latency_counts_percentile(const latency_counts_t *counts,
                                   unsigned percent)
{
    uint64_t total = 0, rank;
    int i;

    for (i = 0; i < LATENCY_COUNTS; i++) {
        total += seen(&counts->count[i]);
    }
    rank = (total * percent + 99) / 100;
    for (i = 0; i < LATENCY_COUNTS - 1 && rank > seen(&counts->count[i]); i++) {
        rank -= seen(&counts->count[i]);
    }
    return total ? end_of(i) : 0;
}
