/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limits_applying.h: which limits say something of a request.  Layer L2. */
#ifndef RPROXY_GUARD_LIMITS_APPLYING_H
#define RPROXY_GUARD_LIMITS_APPLYING_H

#include "checks.h"

enum {
    LIMITS_AT_ONCE = 32 /* more do not apply to one request */
};

#define LIMIT_LACKS_KEY \
    "the request lacks what the limit counts by (missing=refuse)"

/* A limit that applies to a request, and what it counts it under. */
typedef struct {
    guard_limit_t *limit;
    uint64_t hash;
    int log_only;
    limit_table_result_t looked; /* its verdict; checks/check_limits.c */
} limit_applying_t;

typedef struct {
    limit_applying_t one[LIMITS_AT_ONCE];
    int count;
    apr_time_t now; /* a head may take long, after which its time is old */
} limits_applying_t;

/* Does a limit say something of it?  (But whether it has a key.) */
int limits_applying_is_for(request_rec *r, const guard_limit_t *limit);

/* @param from  so many were looked at before
 * @param late  those that count by who was found to ask, or the others
 * @return 1 and *out; 0 and *verdict: it lacks a key that it must have */
int limits_applying_find(request_rec *r, const guard_settings_t *settings,
                         int from, int late, limits_applying_t *out,
                         guard_verdict_t *verdict);

#endif
