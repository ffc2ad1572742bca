/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* freshness.h: lifetime and age of a response.  Layer L0.  RFC 9111 section
 * 4.2, RFC 8246, RFC 5861. */
#ifndef RPROXY_CACHE_FRESHNESS_H
#define RPROXY_CACHE_FRESHNESS_H

#include "facts.h"

/* What the configuration says of lifetimes; seconds, -1: not set. */
typedef struct {
    int64_t default_s; /* without explicit and heuristic lifetime */
    int64_t min_s, max_s;
    int64_t while_revalidate_s, if_error_s; /* where the response is silent */
    int64_t forced_s;      /* of the application's own field (RProxy-TTL,
                         Surrogate-Control max-age): before all others */
    int heuristic_percent; /* of the time since Last-Modified; 0: none */
    int64_t heuristic_max_s;
    unsigned ignore_cache_control : 1; /* and Expires: only the above counts */
} lifetime_rules_t;

/* clang-format off */
#define LIFETIME_SOURCES(X)                                                   \
    X(LIFETIME_NONE,      "none")                                             \
    X(LIFETIME_FORCED,    "application")                                      \
    X(LIFETIME_TARGETED,  "targeted")                                         \
    X(LIFETIME_S_MAXAGE,  "s-maxage")                                         \
    X(LIFETIME_MAX_AGE,   "max-age")                                          \
    X(LIFETIME_EXPIRES,   "expires")                                          \
    X(LIFETIME_HEURISTIC, "heuristic")                                        \
    X(LIFETIME_DEFAULT,   "default")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    LIFETIME_SOURCES(X)
#undef X
} lifetime_source_e;

const char *lifetime_source_name(lifetime_source_e source);

typedef struct {
    int64_t lifetime_s; /* 0 to DELTA_MAX */
    lifetime_source_e source;
    int64_t while_revalidate_s, if_error_s;
} lifetime_t;

lifetime_t freshness_lifetime(const response_facts_t *f,
                              const lifetime_rules_t *rules, int64_t now_s);

/* corrected_initial_age (section 4.2.3). */
int64_t freshness_initial_age(const response_facts_t *f, int64_t request_s,
                              int64_t response_s);

#endif
