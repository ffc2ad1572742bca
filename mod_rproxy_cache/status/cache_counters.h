/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_counters.h: how the cache does, counted by virtual host.  Layer L1.
 * One shared mapping; each process counts in a line of its own among some, so
 * that an increment meets no other. */
#ifndef RPROXY_CACHE_COUNTERS_H
#define RPROXY_CACHE_COUNTERS_H

#include <stdint.h>

#include <apr_pools.h>

/* clang-format off */
#define CACHE_COUNTERS(X)                                                     \
    X(COUNT_HIT,          "hit")                                              \
    X(COUNT_STALE,        "stale")                                            \
    X(COUNT_MISS,         "miss")                                             \
    X(COUNT_EXPIRED,      "expired")                                          \
    X(COUNT_REVALIDATED,  "revalidated")                                      \
    X(COUNT_REQUEST,      "request")                                          \
    X(COUNT_BYPASS,       "bypass")                                           \
    X(COUNT_METHOD,       "method")                                           \
    X(COUNT_COLLAPSED,    "collapsed")                                        \
    X(COUNT_QUICK,        "quick")                                            \
    X(COUNT_STORED,       "stored")                                           \
    X(COUNT_NOT_STORED,   "not_stored")                                       \
    X(COUNT_BYTES,        "bytes")                                            \
    X(COUNT_BACKGROUND,   "background")                                       \
    X(COUNT_PURGES,       "purges")                                           \
    X(COUNT_VARIANTS,     "variants")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    CACHE_COUNTERS(X)
#undef X
    COUNTER_COUNT
} cache_counter_e;

const char *cache_counter_name(cache_counter_e counter);

/* In post_config; the mapping goes with pool. */
apr_status_t cache_counters_create(int servers, apr_pool_t *pool);

void cache_count(int server, cache_counter_e counter, uint64_t by);

/* The sum of all processes. */
uint64_t cache_counted(int server, cache_counter_e counter);

#endif
