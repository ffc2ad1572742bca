/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* freshness.h: lifetime and age of a response.  Layer L0.  RFC 9111 section
 * 4.2, RFC 8246, RFC 5861. */
#ifndef RPROXY_CACHE_FRESHNESS_H
#define RPROXY_CACHE_FRESHNESS_H

#include "facts.h"

/* What the configuration says of lifetimes; seconds, -1: not set. */
typedef struct {
    int64_t default_s; /* without explicit and heuristic lifetime */
    int64_t min_s;     /* raises what is above 0, but not a forced lifetime */
    int64_t max_s;     /* cuts every lifetime, also below min_s */
    int64_t while_revalidate_s, if_error_s; /* where the response is silent */
    int64_t forced_s;      /* of the application's own field (RProxy-TTL,
                         Surrogate-Control max-age): before all others; then
                         no-cache and *-revalidate are for other caches */
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

/* The last four go into reuse_object_t as they are. */
typedef struct {
    int64_t lifetime_s; /* 0 to DELTA_MAX */
    lifetime_source_e source;
    int64_t while_revalidate_s, if_error_s; /* 0 with the next two bits */
    unsigned no_cache : 1;                  /* validate always */
    unsigned must_revalidate : 1;  /* must-, proxy-revalidate, s-maxage: never
                                      served stale (sections 4.2.4, 5.2.2) */
    unsigned immutable : 1;        /* RFC 8246 */
    unsigned if_error_refused : 1; /* stale-if-error=0 was said */
} lifetime_t;

/* Is it the origin's word, not a guess? */
int freshness_is_explicit(lifetime_source_e source);

/* "Heuristically cacheable" (RFC 9110 section 15.1). */
int freshness_is_heuristic_status(int status);

/* @param now_s when the response came: stands for a missing Date */
lifetime_t freshness_lifetime(const response_facts_t *f,
                              const lifetime_rules_t *rules, int64_t now_s);

/* corrected_initial_age (section 4.2.3), 0 to DELTA_MAX. */
int64_t freshness_initial_age(const response_facts_t *f, int64_t request_s,
                              int64_t response_s);

#endif
