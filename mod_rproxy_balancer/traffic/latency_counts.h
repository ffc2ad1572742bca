/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* latency_counts.h: how often which latency was seen, fine enough to compare
 * two versions: sixteen counts to an octave, so that values which differ by
 * more than 7 % are told apart.  Layer L0; atomics, any thread. */
#ifndef RPROXY_BALANCER_LATENCY_COUNTS_H
#define RPROXY_BALANCER_LATENCY_COUNTS_H

#include <stdint.h>

enum {
    LATENCY_OCTAVES = 20, /* from 64 us on: to 67 s */
    LATENCY_COUNTS = 1 + 16 * LATENCY_OCTAVES
};

typedef struct {
    uint32_t count[LATENCY_COUNTS];
} latency_counts_t;

void latency_counts_add(latency_counts_t *counts, int64_t us);

/* What so many of a hundred values are not above, in usec, rounded up to the
 * end of its count.  @param percent 1 to 100  @return 0 without values */
uint32_t latency_counts_percentile(const latency_counts_t *counts,
                                   unsigned percent);

#endif
