/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_inner.c: limits of the place that answers, where httpd has found it on
 * the way: DirectoryIndex, a rewritten path, a part of a page.  Layer L2.
 *
 * Looking for a place costs nothing (mod_dir and mod_autoindex ask for many):
 * what is served is charged, each limit once for what the client sent. */
#include "guard_private.h"
#include "guard_inner.h"

#include "checks/checks.h"
#include "guard_act.h"
#include "guard_check.h"
#include "guard_request.h"

static int has(const apr_array_header_t *limits, const guard_limit_t *limit)
{
    int i;

    for (i = 0; limits && i < limits->nelts; i++) {
        if (APR_ARRAY_IDX(limits, i, guard_limit_t *) == limit) {
            return 1;
        }
    }
    return 0;
}

/* The sub-request that an answer is part of has no time of its own. */
static int is_for(const request_rec *r, const guard_limit_t *limit)
{
    return !r->main || !limit->bandwidth;
}

/* Limits that have not let the request pass yet; NULL: none. */
static apr_array_header_t *take_new(request_rec *r,
                                    const guard_settings_t *of_host,
                                    const guard_settings_t *settings)
{
    guard_request_t *request = guard_request_of(r);
    const guard_settings_t *before = request->checked ? request->checked
                                     : of_host->mode >= GUARD_DETECT ? of_host
                                                                     : NULL;
    apr_array_header_t *found = NULL;
    int i;

    for (i = 0; i < settings->limits->nelts; i++) {
        guard_limit_t *limit =
            APR_ARRAY_IDX(settings->limits, i, guard_limit_t *);

        if ((before && has(before->limits, limit))
            || has(request->counted, limit) || !is_for(r, limit)) {
            continue;
        }
        if (!found) {
            found = apr_array_make(r->pool, 4, sizeof(limit));
        }
        APR_ARRAY_PUSH(found, guard_limit_t *) = limit;
    }
    return found;
}

static void note(request_rec *r, const apr_array_header_t *limits)
{
    guard_request_t *request = guard_request_of(r);

    r = guard_request_head(r);
    request->counted = request->counted
                           ? apr_array_append(r->pool, request->counted, limits)
                           : apr_array_copy(r->pool, limits);
}

static int handler(request_rec *r)
{
    const guard_settings_t *settings = guard_settings_of(r->per_dir_config);
    const guard_settings_t *of_host =
        guard_settings_of(r->server->lookup_defaults);
    guard_settings_t only = *settings;
    guard_verdict_t verdict;

    if (settings->mode < GUARD_DETECT || !settings->limits
        || settings == of_host || (r->prev && r->prev->status != HTTP_OK)
        || settings == guard_request_of(r)->checked
        || apr_table_get(r->connection->notes, RPROXY_NOTE_BACKGROUND)) {
        return DECLINED;
    }
    only.limits = take_new(r, of_host, settings);
    if (!only.limits) {
        return DECLINED;
    }
    verdict = guard_check_found(r, &only);
    if (verdict.status) {
        return guard_act(r, &verdict);
    }
    note(r, only.limits);
    return DECLINED;
}

void guard_inner_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
}
