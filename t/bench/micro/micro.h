/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* micro.h: nanoseconds per call of a small function, by CPU time of the
 * thread; the fastest of several rounds, since all noise only adds. */
#ifndef T_BENCH_MICRO_H
#define T_BENCH_MICRO_H

#include <stdio.h>
#include <time.h>

enum {
    MICRO_ROUNDS = 7,
    MICRO_ROUND_MS = 50
};

static volatile size_t micro_sink;

/* Keeps the compiler from leaving out what computes the value. */
static inline void micro_use(size_t value)
{
    micro_sink = value;
}

static inline double micro_cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double micro_time(void (*call)(void), long count)
{
    double start = micro_cpu_ns();
    long i;

    for (i = 0; i < count; i++) {
        call();
    }
    return micro_cpu_ns() - start;
}

/* Prints "name, nanoseconds, worst round" as tab-separated values. */
static inline void micro_run(const char *name, void (*call)(void))
{
    double best = 0, worst = 0;
    long count = 1;
    int round;

    while (micro_time(call, count) < MICRO_ROUND_MS * 1e6) {
        count *= 2;
    }
    for (round = 0; round < MICRO_ROUNDS; round++) {
        double ns = micro_time(call, count) / (double)count;

        best = round == 0 || ns < best ? ns : best;
        worst = ns > worst ? ns : worst;
    }
    printf("%s\t%.1f\t%.1f\n", name, best, worst);
}

#endif
