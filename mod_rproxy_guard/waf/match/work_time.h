/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* work_time.h: what the inspection of one request may take of the processor.
 * Layer L1 (reads the system's clocks).
 *
 * Counted is the time of the thread that works, not the time that passes: a
 * busy machine, a slow body or a slow origin is no fault of the request's.  The
 * thread's clock is a system call, so short spans are taken from the other one.
 *
 * One thread at a time. */
#ifndef RPROXY_GUARD_WORK_TIME_H
#define RPROXY_GUARD_WORK_TIME_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t max_ns;     /* 0: any */
    uint64_t spent_ns;   /* up to the last look */
    uint64_t last_ns;    /* between the last two looks */
    uint64_t looked_ns;  /* when the last was */
    uint64_t thread_ns;  /* the thread's clock, when it was last asked; 0: not
                            yet */
    uint64_t charged_ns; /* since then */
    uint32_t work;       /* done since the last look, see work_time_add */
    size_t window;       /* places of an expression's first window; 0: the
                            default */
} work_time_t;

/* From here on this thread works. */
void work_time_begin(work_time_t *time);

/* Up to here. */
void work_time_end(work_time_t *time);

/* Asks the clock.  @return 1: too long */
int work_time_look(work_time_t *time);

/* That much was or will be done, each about 100 ns: the clock is asked now and
 * then.  @return 1: too long */
static inline int work_time_add(work_time_t *time, size_t work)
{
    enum {
        WORK_BETWEEN_LOOKS = 1024
    };

    time->work += work < WORK_BETWEEN_LOOKS ? (uint32_t)work
                                            : (uint32_t)WORK_BETWEEN_LOOKS;
    return time->work >= WORK_BETWEEN_LOOKS ? work_time_look(time) : 0;
}

static inline uint64_t work_time_left_ns(const work_time_t *time)
{
    if (!time->max_ns) {
        return UINT64_MAX;
    }
    return time->spent_ns < time->max_ns ? time->max_ns - time->spent_ns : 0;
}

#endif
