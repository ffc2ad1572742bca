/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reuse.h: may a stored response answer this request?  Layer L0.  RFC 9111
 * sections 4, 4.2.4, 5.2.1, 5.2.2; RFC 5861. */
#ifndef RPROXY_CACHE_REUSE_H
#define RPROXY_CACHE_REUSE_H

#include "facts.h"

typedef struct {
    int64_t stored_at;   /* when the response came, Unix seconds */
    int64_t initial_age; /* then, seconds */
    int64_t lifetime;    /* seconds */
    int64_t while_revalidate, if_error; /* seconds beyond it */
    /* as in lifetime_t */
    unsigned must_revalidate : 1; /* nothing stale, whoever allows it */
    unsigned no_cache : 1;        /* validate always */
    unsigned immutable : 1;
    unsigned if_error_refused : 1; /* max_serve_stale does not count */
    unsigned soft_purged : 1;      /* as if its lifetime had just ended */
} reuse_object_t;

typedef struct {
    const cache_control_t *cc;      /* the request's */
    unsigned ignore_request_cc : 1; /* RProxyCacheIgnore request: no reload by
                                       clients; cc is not looked at */
    unsigned origin_failed : 1;     /* asked, and no good answer: RFC 5861
                                       section 4 */
    unsigned is_reload : 1;  /* max-age=0 is a browser's reload: no reason to
                               validate what is fresh and immutable (RFC 8246
                               section 2) */
    int64_t max_serve_stale; /* of the configuration, for origin_failed where
                                if_error is silent; -1: none */
} reuse_request_t;

/* clang-format off */
#define REUSE_VERDICTS(X)                                                     \
    X(REUSE_HIT,               "hit")                                         \
    X(REUSE_STALE,             "stale")           /* allowed by max-stale */  \
    X(REUSE_STALE_REVALIDATE,  "stale-while-revalidate")                      \
    X(REUSE_STALE_ERROR,       "stale-if-error")                              \
    X(REUSE_VALIDATE,          "stale")           /* ask the origin */        \
    X(REUSE_REQUEST,           "request")         /* the client wants more */ \
    X(REUSE_GATEWAY_TIMEOUT,   "only-if-cached")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    REUSE_VERDICTS(X)
#undef X
} reuse_e;

const char *reuse_name(reuse_e verdict);

/* Seconds, for the Age field too (section 5.1); saturated; never negative even
 * if the clock went back. */
int64_t reuse_age(const reuse_object_t *o, int64_t now_s);

/* With origin_failed: HIT (fresh, and only the client had wanted more),
 * STALE_ERROR, or VALIDATE: the failure is the answer (5.2.2.2: of a validation
 * that could not be done, 504). */
reuse_e reuse_decide(const reuse_object_t *o, const reuse_request_t *r,
                     int64_t now_s);

#endif
