/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_stale.c: see cache_stale.h.  Layer L2. */
#include "cache_stale.h"

#include <http_core.h>
#include <http_protocol.h>
#include <util_filter.h>

#include "serve/cache_condition.h"
#include "serve/cache_serve.h"
#include "status/cache_counters.h"

int cache_stale_is_failure(int status)
{
    return status == HTTP_INTERNAL_SERVER_ERROR || status == HTTP_BAD_GATEWAY
           || status == HTTP_SERVICE_UNAVAILABLE
           || status == HTTP_GATEWAY_TIME_OUT;
}

void cache_stale_serve(cache_request_t *q, request_rec *r,
                       apr_bucket_brigade *bb)
{
    q->fwd_status = r->status;
    q->fwd = "stale";
    q->reason = reuse_name(REUSE_STALE_ERROR);
    if (q->fill) {
        store_fill_abort(&q->fill, (uint32_t)apr_time_sec(apr_time_now()), 0);
    }
    cache_serve_instead(q, r, &q->stale, bb);
    cache_request_say(q, r, "stale");
    cache_count(cache_server_conf(r->server)->number, COUNT_STALE, 1);
}

/* ---- errors that httpd makes itself ---- */

static ap_filter_rec_t *stale_handle;

static apr_status_t stale_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    cache_request_t *q = f->ctx;

    if (q->served_stale) {
        apr_brigade_cleanup(bb);
        return APR_SUCCESS;
    }
    q->served_stale = 1;
    cache_condition_restore(q);
    cache_stale_serve(q, f->r, bb);
    return ap_pass_brigade(f->next, bb);
}

static void insert_error_filter(request_rec *r)
{
    cache_request_t *q = cache.store ? cache_request_of(r) : NULL;

    if (q && !r->main && q->way == CACHE_FETCH
        && cache_stale_is_failure(r->status) && !q->served_stale
        && cache_may_stand_in(q)) {
        ap_add_output_filter_handle(stale_handle, q, r, r->connection);
    }
}

void cache_stale_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    stale_handle = ap_register_output_filter("RPROXY_CACHE_STALE", stale_filter,
                                             NULL, AP_FTYPE_CONTENT_SET - 1);
    ap_hook_insert_error_filter(insert_error_filter, NULL, NULL,
                                APR_HOOK_REALLY_LAST);
}
