/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* loop_lag.c: preloaded into httpd (LD_PRELOAD): how long turns of mod_rproxy's
 * event loops take, every one of them: from what epoll_wait returns to the next
 * call.  Time in which the thread could have run, but another had the processor
 * (/proc/thread-self/schedstat), is not the loop's.
 *
 * LOOP_LAG names a file of 24 bytes, which all children share: the longest turn
 * in ns, the most that one took of the processor, and how many there were.  Who
 * writes zeros begins anew. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    uint64_t longest_ns, ran_ns, turns;
} lag_t;

typedef int epoll_wait_fn(int, struct epoll_event *, int, int);

static lag_t *lag;
static epoll_wait_fn *real;

static __thread int schedstat = -1;
static __thread int64_t begun, ran, waited; /* ns */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("LOOP_LAG");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

    *(void **)&real = dlsym(RTLD_NEXT, "epoll_wait");
    lag = mmap(NULL, sizeof(*lag), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (lag == MAP_FAILED) {
        perror("LOOP_LAG");
        _exit(1);
    }
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* For the processor, so far. */
static int64_t waited_ns(void)
{
    char text[128] = "";
    long long ran, wait = 0;

    if (schedstat < 0) {
        schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    }
    if (pread(schedstat, text, sizeof(text) - 1, 0) > 0) {
        sscanf(text, "%lld %lld", &ran, &wait);
    }
    return wait;
}

static int is_of_loop(const void *caller)
{
    static __thread const void *known;
    static __thread int is_loop;
    Dl_info info;

    if (caller != known) {
        known = caller;
        is_loop = dladdr(caller, &info) && info.dli_fname
                  && strstr(info.dli_fname, "/mod_rproxy.so");
    }
    return is_loop;
}

static void raise_to(uint64_t *most, int64_t value)
{
    uint64_t now = __atomic_load_n(most, __ATOMIC_RELAXED);

    while (value > (int64_t)now
           && !__atomic_compare_exchange_n(most, &now, (uint64_t)value, 0,
                                           __ATOMIC_RELAXED,
                                           __ATOMIC_RELAXED)) {
    }
}

static void count(void)
{
    int64_t took = clock_ns(CLOCK_MONOTONIC) - begun;

    raise_to(&lag->ran_ns, clock_ns(CLOCK_THREAD_CPUTIME_ID) - ran);
    raise_to(&lag->longest_ns, took - (waited_ns() - waited));
    __atomic_add_fetch(&lag->turns, 1, __ATOMIC_RELAXED);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
    int n, is_loop = is_of_loop(__builtin_return_address(0));

    if (is_loop && begun) {
        count();
    }
    n = real(fd, events, most, timeout);
    if (is_loop) {
        begun = clock_ns(CLOCK_MONOTONIC);
        waited = waited_ns();
        ran = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    }
    return n;
}
