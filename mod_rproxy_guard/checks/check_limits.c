/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_limits.c: RProxyGuardLimit.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

#include "../guard_path.h"
#include "../guard_refuse.h"
#include "../limits/limit_key.h"

enum {
    LIMITS_AT_ONCE = 32 /* more do not apply to one request */
};

static int is_of_method(const guard_limit_t *limit, const char *method)
{
    int i;

    for (i = 0; limit->methods && limit->methods[i]; i++) {
        if (strcmp(limit->methods[i], method) == 0) {
            return 1;
        }
    }
    return !limit->methods;
}

static int applies(request_rec *r, const guard_limit_t *limit)
{
    const char *error = NULL;

    return (!limit->path
            || strncmp(guard_path(r), limit->path, strlen(limit->path)) == 0)
           && is_of_method(limit, r->method)
           && (!limit->expr || (ap_expr_exec(r, limit->expr, &error) > 0));
}

/* Limits that apply to a request, and its keys. */
typedef struct {
    guard_limit_t *limit[LIMITS_AT_ONCE];
    uint64_t hash[LIMITS_AT_ONCE];
    int count;
} applying_t;

static guard_verdict_t limited(request_rec *r, guard_limit_t *limit,
                               const rate_t *rate)
{
    guard_verdict_t verdict = { .status = limit->status,
                                .rule = limit->name,
                                .where = limit->where,
                                .limit = limit,
                                .rate = *rate };
    limit_counts_t *counts = limit->place.counts;

    verdict.retry_after_s =
        (int)((rate->retry_us + APR_USEC_PER_SEC - 1) / APR_USEC_PER_SEC);
    verdict.why =
        apr_psprintf(r->pool, "more than %s, burst %u, of %s", limit->rate_text,
                     limit->rate.burst, limit_key_text(r, limit));
    __atomic_fetch_add(&counts->refused, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&counts->refused_at, r->request_time, __ATOMIC_RELAXED);
    return verdict;
}

static guard_verdict_t without_key(const guard_limit_t *limit)
{
    guard_verdict_t verdict = { .status = HTTP_FORBIDDEN,
                                .rule = limit->name,
                                .why = "the request lacks what the limit "
                                       "counts by (missing=refuse)",
                                .where = limit->where };

    return verdict;
}

/* One that is only to be logged counts for itself. */
static void detect(request_rec *r, guard_limit_t *limit, uint64_t hash)
{
    limit_table_result_t out =
        limit_table_take(&limit->place.table, &limit->rate, hash,
                         r->request_time, (uint32_t)limit->cost);

    if (!out.rate.allowed) {
        guard_verdict_t verdict = limited(r, limit, &out.rate);

        verdict.log_only = 1;
        guard_refuse_log(r, &verdict, NULL);
    }
}

/* @return 0 and *verdict: it lacks a key that it must have */
static int collect(request_rec *r, const guard_settings_t *settings, int from,
                   applying_t *out, guard_verdict_t *verdict)
{
    siphash_key_t secret = guard_global->secret;
    int i;

    out->count = 0;
    for (i = from; i < settings->limits->nelts && out->count < LIMITS_AT_ONCE;
         i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(settings->limits, i, guard_limit_t *);
        guard_mode_e mode = guard_mode_of(limit->mode, settings->mode);
        uint64_t hash = 0;

        if (mode == GUARD_OFF || !applies(r, limit)) {
            continue;
        }
        if (!limit_key_hash(r, limit, secret, &hash)
            && limit->missing != MISSING_SHARE) {
            if (limit->missing == MISSING_SKIP) {
                continue;
            }
            *verdict = without_key(limit);
            if (mode == GUARD_ON) {
                return 0;
            }
            guard_refuse_log(r, verdict, NULL);
            *verdict = (guard_verdict_t){ 0 };
            continue;
        }
        if (mode == GUARD_DETECT) {
            detect(r, limit, hash);
            continue;
        }
        out->limit[out->count] = limit;
        out->hash[out->count++] = hash;
    }
    return 1;
}

static limit_table_result_t look(request_rec *r, const applying_t *all, int i)
{
    guard_limit_t *limit = all->limit[i];

    return limit_table_look(&limit->place.table, &limit->rate, all->hash[i],
                            r->request_time, (uint32_t)limit->cost);
}

static limit_table_result_t take(request_rec *r, const applying_t *all, int i)
{
    guard_limit_t *limit = all->limit[i];
    limit_table_result_t out =
        limit_table_take(&limit->place.table, &limit->rate, all->hash[i],
                         r->request_time, (uint32_t)limit->cost);

    if (out.displaced) {
        __atomic_fetch_add(&limit->place.counts->displaced, 1,
                           __ATOMIC_RELAXED);
    }
    return out;
}

/* Somebody else took what was left at limit number end. */
static void give_back(request_rec *r, const applying_t *all, int end)
{
    int i;

    for (i = 0; i < end; i++) {
        guard_limit_t *limit = all->limit[i];

        limit_table_give_back(&limit->place.table, &limit->rate, all->hash[i],
                              r->request_time, (uint32_t)limit->cost);
    }
}

/* All are looked at before any is charged: a request that one refuses costs
 * nothing at the others. */
static guard_verdict_t charge(request_rec *r, const applying_t *all)
{
    guard_verdict_t verdict = { 0 };
    limit_table_result_t out;
    int i;

    for (i = 0; i < all->count && all->count > 1; i++) {
        out = look(r, all, i);
        if (!out.rate.allowed) {
            return limited(r, all->limit[i], &out.rate);
        }
    }
    for (i = 0; i < all->count; i++) {
        out = take(r, all, i);
        if (!out.rate.allowed) {
            give_back(r, all, i);
            return limited(r, all->limit[i], &out.rate);
        }
    }
    return verdict;
}

guard_verdict_t check_limits(request_rec *r, const guard_settings_t *settings,
                             int from)
{
    guard_verdict_t verdict = { 0 };
    applying_t all;

    if (settings->limits && from < settings->limits->nelts
        && collect(r, settings, from, &all, &verdict)) {
        return charge(r, &all);
    }
    return verdict;
}
