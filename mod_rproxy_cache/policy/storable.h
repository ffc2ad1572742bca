/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* storable.h: may a response be stored?  Layer L0.  RFC 9111 sections 3, 3.1,
 * 3.3 to 3.5, 5.2.2. */
#ifndef RPROXY_CACHE_STORABLE_H
#define RPROXY_CACHE_STORABLE_H

#include "freshness.h"

typedef struct {
    const request_facts_t *request;
    const response_facts_t *response;
    lifetime_t lifetime;
    int64_t initial_age_s; /* freshness_initial_age: what is stale when it
                              comes has no lifetime left */
    unsigned ignore_set_cookie : 1; /* store, without the Set-Cookie */
    unsigned ignore_private : 1, ignore_no_store : 1;
    unsigned ignore_request_no_store : 1;
    unsigned ignore_authorization : 1;
    unsigned store_errors : 1; /* 4xx and 5xx by default lifetime too: those
                                  that speak of the resource, not of the
                                  request (404, 410, 414, 451, 500 to 504) */
    unsigned content_location_is_target : 1; /* Content-Location, resolved,
                                                equals the request's URI */
    unsigned accept_partial : 1; /* the store takes parts: a 206 with one
                                    Content-Range is judged as others are */
    unsigned key_has_body : 1;   /* (unused: GET with a body is never stored) */
} storable_in_t;

/* One word list for the log, Cache-Status and the tests. */
/* clang-format off */
#define STORABLE_REASONS(X)                                                   \
    X(STORABLE_YES,            "stored")                                      \
    X(STORABLE_METHOD,         "method")                                      \
    X(STORABLE_REQUEST_BODY,   "request-body")                                \
    X(STORABLE_STATUS,         "status")                                      \
    X(STORABLE_NO_STORE,       "no-store")                                    \
    X(STORABLE_REQUEST_NO_STORE, "request-no-store")                          \
    X(STORABLE_PRIVATE,        "private")                                     \
    X(STORABLE_AUTHORIZATION,  "authorization")                               \
    X(STORABLE_SET_COOKIE,     "set-cookie")                                  \
    X(STORABLE_VARY_ANY,       "vary-any")                                    \
    X(STORABLE_NO_LIFETIME,    "no-lifetime")                                 \
    X(STORABLE_ALREADY_STALE,  "already-stale")                               \
    X(STORABLE_RANGE,          "range")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    STORABLE_REASONS(X)
#undef X
} storable_e;

const char *storable_name(storable_e reason);

/* Any status 200 to 599 may be stored with an explicit lifetime, but 304; 206
 * without accept_partial, and 416, which are about a range; 412, which is about
 * a condition; 428, 429, 431 and 511 (RFC 6585).  Stale at once is storable
 * only when it has a validator, or may be served stale for a while.
 * A response with Set-Cookie is stored, with it, when it says public or
 * s-maxage, or a targeted field has a lifetime; without it, when the field is
 * in a qualified no-cache or private.
 * POST: only 200, explicit lifetime, content_location_is_target; it is stored
 * for GET (RFC 9110 section 9.3.3). */
storable_e storable_decide(const storable_in_t *in);

#endif
