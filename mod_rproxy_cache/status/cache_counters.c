/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_counters.c: see cache_counters.h.  Layer L1. */
#include "cache_counters.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINES 16 /* processes share one only when there are more */

typedef struct {
    uint64_t count[COUNTER_COUNT];
} __attribute__((aligned(64))) line_t;

static line_t *lines; /* [server * LINES + line] */
static size_t mapped;
static int server_count;

static apr_status_t unmap(void *unused)
{
    (void)unused;
    munmap(lines, mapped);
    lines = NULL;
    return APR_SUCCESS;
}

apr_status_t cache_counters_create(int servers, apr_pool_t *pool)
{
    void *base;

    mapped = (size_t)servers * LINES * sizeof(line_t);
    base = mmap(NULL, mapped, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    lines = base;
    server_count = servers;
    apr_pool_cleanup_register(pool, NULL, unmap, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

const char *cache_counter_name(cache_counter_e counter)
{
    static const char *const names[] = {
#define X(id, name) name,
        CACHE_COUNTERS(X)
#undef X
    };

    return names[counter];
}

void cache_count(int server, cache_counter_e counter, uint64_t by)
{
    static int line = -1;

    if (line < 0) {
        line = (int)(getpid() % LINES);
    }
    if (lines && server < server_count) {
        __atomic_fetch_add(&lines[server * LINES + line].count[counter], by,
                           __ATOMIC_RELAXED);
    }
}

uint64_t cache_counted(int server, cache_counter_e counter)
{
    uint64_t sum = 0;
    int i;

    for (i = 0; lines && i < LINES; i++) {
        sum += __atomic_load_n(&lines[server * LINES + i].count[counter],
                               __ATOMIC_RELAXED);
    }
    return sum;
}
