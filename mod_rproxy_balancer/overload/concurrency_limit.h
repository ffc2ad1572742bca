/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* concurrency_limit.h: how many requests a member serves well at once, found
 * from how long they take.  Layer L0.
 *
 * Where a member is not loaded a request takes its base time.  As long as the
 * mean stays within tolerance of that, the limit grows; beyond, it shrinks in
 * proportion, and also when requests fail.  The base time is what responses
 * take at a fourth of the limit, which is measured at the start and again every
 * so many windows. */
#ifndef RPROXY_BALANCER_CONCURRENCY_LIMIT_H
#define RPROXY_BALANCER_CONCURRENCY_LIMIT_H

#include <stdint.h>

typedef struct {
    uint32_t min, max, start;   /* requests in flight; min at least 1 */
    uint16_t tolerance_percent; /* of the base time, over 100: say 150 */
    uint16_t measure_every;     /* windows between two measurements */
    uint32_t window_samples;    /* a window has at least so many, */
    uint32_t window_us;         /* and takes at least so long */
} concurrency_rules_t;

typedef struct {
    int64_t window_start_us;
    uint64_t sum_us;  /* of this window's samples */
    uint32_t samples; /* of this window; those that failed not in sum */
    uint32_t failed;
    uint32_t peak;        /* most in flight in this window */
    uint32_t thousandths; /* the limit */
    uint32_t base_us;     /* 0: not measured yet */
    uint16_t windows;     /* since the last measurement */
    uint16_t measuring;   /* windows left of the one going on */
} concurrency_limit_t;

concurrency_limit_t concurrency_limit_start(const concurrency_rules_t *rules,
                                            int64_t now_us);

/* A response has come, or failed to.
 * @param in_flight  requests at the member, this one included */
concurrency_limit_t concurrency_limit_sample(concurrency_limit_t limit,
                                             const concurrency_rules_t *rules,
                                             uint32_t latency_us, int failed,
                                             uint32_t in_flight,
                                             int64_t now_us);

/* What may be in flight now; at least rules->min. */
uint32_t concurrency_limit_now(const concurrency_limit_t *limit,
                               const concurrency_rules_t *rules);

#endif
