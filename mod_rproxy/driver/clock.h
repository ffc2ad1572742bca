/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* clock.h: the clock of deadlines and durations.  Layer L1.
 * Monotonic, so that a step of the wall clock neither fires nor starves a
 * timeout.  Read once for each wake-up of a driver. */
#ifndef RPROXY_CLOCK_H
#define RPROXY_CLOCK_H

#include <time.h>

#include <apr_time.h>

static inline apr_time_t clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (apr_time_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

#endif
