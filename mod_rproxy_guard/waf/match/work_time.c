/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* work_time.c: see work_time.h.  Layer L1. */
#include "work_time.h"

#include <time.h>

/* Within so long the thread may have waited for the processor. */
static const uint64_t doubtful_ns = 1000000;

/* What a long span counts for while the thread's clock was never asked. */
static const uint64_t first_ns = 4000000;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* How much of a long span the thread has worked. */
static uint64_t worked(work_time_t *time, uint64_t span_ns)
{
    uint64_t now = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    uint64_t since = now - time->thread_ns;
    uint64_t is = first_ns;

    if (time->thread_ns) {
        is = since > time->charged_ns ? since - time->charged_ns : 0;
    }
    time->thread_ns = now;
    time->charged_ns = 0;
    return is < span_ns ? is : span_ns;
}

void work_time_begin(work_time_t *time)
{
    time->looked_ns = clock_ns(CLOCK_MONOTONIC);
    time->thread_ns = time->charged_ns = 0;
    time->work = 0;
}

int work_time_look(work_time_t *time)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    uint64_t span_ns = now - time->looked_ns;

    time->looked_ns = now;
    time->work = 0;
    time->last_ns = span_ns;
    if (span_ns > doubtful_ns) {
        time->last_ns = worked(time, span_ns);
    }
    else {
        time->charged_ns += span_ns;
    }
    time->spent_ns += time->last_ns;
    return time->max_ns && time->spent_ns > time->max_ns;
}

void work_time_end(work_time_t *time)
{
    work_time_look(time);
}
