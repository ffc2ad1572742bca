/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_response.c: phases 3 and 4, by a filter behind those that make content
 * and before those that compress or store it.  Layer L2.
 *
 * A body that rules want to see is held back to its end, or to
 * SecResponseBodyLimit; others pass as they come.  A large one of an upstream's
 * on an event loop is inspected by a thread (waf_job.c), a large file where all
 * of it is on a worker thread. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_strings.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>

#include "waf/inspect/response_head.h"
#include "waf/seen/waf_seen.h"

#define FILTER "RPROXY_GUARD_WAF_RESPONSE"
#define FILTER_SLOW "RPROXY_GUARD_WAF_FILE" /* no loop runs it */

static ap_filter_rec_t *filter_record, *slow_record;

/* ---- instead of the response ---- */

/* What comes is an error of httpd's, with the page of the refusal. */
static apr_status_t replace(waf_request_t *waf, ap_filter_t *f,
                            apr_bucket_brigade *bb, int status)
{
    apr_bucket_alloc_t *list = f->c->bucket_alloc;

    waf->response.state = WAF_RESPONSE_REPLACED;
    apr_brigade_cleanup(bb);
    if (waf->response.rest) {
        apr_brigade_cleanup(waf->response.rest);
    }
    if (status == DONE) {
        return APR_ECONNABORTED;
    }
    f->r->status = HTTP_OK; /* the first error, not one within another */
    f->r->status_line = NULL;
    APR_BRIGADE_INSERT_TAIL(bb, ap_bucket_error_create(status, NULL, f->r->pool,
                                                       list));
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(list));
    ap_pass_brigade(f->next, bb);
    return APR_SUCCESS;
}

/* ---- which bodies ---- */

int waf_response_may_be_held(const waf_settings_t *settings)
{
    return settings->program->phase_count[3]
           && waf_settings_response_body(settings);
}

static int wants_body(const waf_request_t *waf)
{
    int said = waf->inspect->ctl.response_body_access;

    return waf->inspect->program->phase_count[3]
           && (said >= 0 ? said : waf_settings_response_body(waf->settings));
}

static int has_text(const waf_request_t *waf, request_rec *r)
{
    const char *type = r->content_type
                           ? r->content_type
                           : apr_table_get(r->headers_out, "Content-Type");
    const char *encoding =
        r->content_encoding ? r->content_encoding
                            : apr_table_get(r->headers_out, "Content-Encoding");

    return !r->header_only && !AP_STATUS_IS_HEADER_ONLY(r->status)
           && (!encoding || strcasecmp(encoding, "identity") == 0)
           && waf_settings_is_response_type(waf->settings, type);
}

/* ---- phases ---- */

static apr_status_t pass_held(waf_request_t *waf, ap_filter_t *f,
                              apr_bucket_brigade *bb)
{
    slice_t text = waf_spool_text(waf->response.spool);

    if (text.len && !text.p) {
        return replace(waf, f, bb, HTTP_INTERNAL_SERVER_ERROR);
    }
    waf->response.state = WAF_RESPONSE_PASSES;
    APR_BRIGADE_PREPEND(bb, waf->response.rest);
    if (text.len) {
        APR_BRIGADE_INSERT_HEAD(bb, apr_bucket_pool_create(text.p, text.len,
                                                           f->r->pool,
                                                           f->c->bucket_alloc));
    }
    return ap_pass_brigade(f->next, bb);
}

void waf_response_inspect(waf_request_t *waf)
{
    slice_t body = waf_spool_text(waf->response.spool);
    uint64_t begun = waf_seen_clock();

    waf->phases |= 1u << 4;
    if ((body.len && !body.p)
        || !response_body_values(waf->inspect->values, body,
                                 waf->response.is_cut)) {
        inspect_full(waf->inspect);
    }
    waf->response.verdict = inspect_run(waf->inspect, 4);
    waf->spent_ns += waf_seen_clock() - begun;
}

/* bb is what comes behind. */
static apr_status_t judge(waf_request_t *waf, ap_filter_t *f,
                          apr_bucket_brigade *bb)
{
    int status;

    if (!(waf->phases & 1u << 4)) {
        waf_response_inspect(waf);
    }
    status = waf_verdict_act(waf, f->r, 4, waf->response.verdict);
    return status == DECLINED ? pass_held(waf, f, bb)
                              : replace(waf, f, bb, status);
}

/* A thread has looked at it. */
static void go_on(request_rec *r, void *ctx)
{
    waf_request_t *waf = ctx;

    (void)r;
    judge(waf, waf->response.filter, waf->response.behind);
}

/* Its buckets may be in memory of the caller's. */
static apr_status_t keep(waf_request_t *waf, ap_filter_t *f,
                         apr_bucket_brigade *bb)
{
    return ap_save_brigade(f, &waf->response.behind, &bb, f->r->pool);
}

/* The end, or the limit: bb is what comes behind. */
static apr_status_t run_body(waf_request_t *waf, ap_filter_t *f,
                             apr_bucket_brigade *bb, int is_cut)
{
    waf->response.is_cut = is_cut;
    if (waf_job_is_large_response((apr_off_t)waf->response.spool->len)
        && waf_job_begin_response(waf, f->r, go_on)) {
        waf->response.state = WAF_RESPONSE_WAITS;
        waf->response.filter = f;
        return keep(waf, f, bb);
    }
    return judge(waf, f, bb);
}

static apr_status_t run_head(waf_request_t *waf, ap_filter_t *f,
                             apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    int status = DECLINED;

    if (!waf_head_response(waf, r)) {
        status = waf_verdict_unknown(waf, r, "values in the response's head");
    }
    if (status == DECLINED) {
        status = waf_request_phase(waf, r, 3);
    }
    if (status != DECLINED) {
        return replace(waf, f, bb, status);
    }
    if (!wants_body(waf) || !has_text(waf, r)) {
        waf->response.state = WAF_RESPONSE_PASSES;
        return APR_SUCCESS;
    }
    waf->response.state = WAF_RESPONSE_BODY;
    waf->response.limit = waf->inspect->ctl.response_body_limit >= 0
                              ? (size_t)waf->inspect->ctl.response_body_limit
                              : waf_settings_response_body_limit(waf->settings);
    waf->response.spool = waf_spool_make(r->pool, (size_t)-1 / 4, "");
    waf->response.rest = apr_brigade_create(r->pool, f->c->bucket_alloc);
    return APR_SUCCESS;
}

/* ---- bytes ---- */

static apr_status_t meet_limit(waf_request_t *waf, ap_filter_t *f,
                               apr_bucket_brigade *bb)
{
    int status = DECLINED;

    if (!waf_settings_is_partial(waf->settings->response_body_limit_action)) {
        status = waf_verdict_limit(
            waf, f->r, HTTP_INTERNAL_SERVER_ERROR,
            apr_psprintf(f->r->pool,
                         "Output filter: Response body too large (over limit "
                         "of %" APR_SIZE_T_FMT ", total not specified).",
                         waf->response.limit));
    }
    return status == DECLINED ? run_body(waf, f, bb, 1)
                              : replace(waf, f, bb, status);
}

/* Takes the bytes of the first bucket.
 * @return 0: the limit is met, what is behind it stays where it is */
static int take(waf_request_t *waf, apr_bucket *e, apr_status_t *rv)
{
    size_t room = waf->response.limit - waf->response.spool->len;
    const char *data;
    apr_size_t len;
    int fits;

    *rv = apr_bucket_read(e, &data, &len, APR_BLOCK_READ);
    if (*rv != APR_SUCCESS) {
        return 1;
    }
    fits = len <= room;
    if (!fits) {
        *rv = room ? apr_bucket_split(e, room) : APR_SUCCESS;
        len = room;
    }
    if (*rv == APR_SUCCESS && len) {
        *rv = waf_spool_add(waf->response.spool, slice_make(data, len));
    }
    if (fits || len) {
        apr_bucket_delete(e);
    }
    return fits;
}

static apr_status_t hold(waf_request_t *waf, ap_filter_t *f,
                         apr_bucket_brigade *bb)
{
    apr_status_t rv = APR_SUCCESS;

    while (rv == APR_SUCCESS && !APR_BRIGADE_EMPTY(bb)) {
        apr_bucket *e = APR_BRIGADE_FIRST(bb);

        if (APR_BUCKET_IS_EOS(e)) {
            return run_body(waf, f, bb, 0);
        }
        if (AP_BUCKET_IS_ERROR(e) || AP_BUCKET_IS_EOC(e)) {
            waf->response.state = WAF_RESPONSE_PASSES;
            return ap_pass_brigade(f->next, bb);
        }
        if (APR_BUCKET_IS_FLUSH(e)) {
            apr_bucket_delete(e);
        }
        else if (APR_BUCKET_IS_METADATA(e)) {
            APR_BUCKET_REMOVE(e);
            APR_BRIGADE_INSERT_TAIL(waf->response.rest, e);
        }
        else if (!take(waf, e, &rv)) {
            return meet_limit(waf, f, bb);
        }
    }
    return rv;
}

static apr_status_t response_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    waf_request_t *waf = f->ctx;
    apr_status_t rv = APR_SUCCESS;

    waf->response.is_seen = 1;
    if (waf->response.state == WAF_RESPONSE_HEAD) {
        if (APR_BRIGADE_EMPTY(bb)) {
            return APR_SUCCESS;
        }
        if (AP_BUCKET_IS_ERROR(APR_BRIGADE_FIRST(bb))) {
            waf->response.state = WAF_RESPONSE_PASSES;
        }
        else {
            rv = run_head(waf, f, bb);
        }
    }
    switch (waf->response.state) {
    case WAF_RESPONSE_REPLACED:
        apr_brigade_cleanup(bb);
        return rv;
    case WAF_RESPONSE_BODY:
        return hold(waf, f, bb);
    case WAF_RESPONSE_WAITS:
        return keep(waf, f, bb);
    default:
        return ap_pass_brigade(f->next, bb);
    }
}

/* ---- hooks ---- */

static int is_large_file(const waf_request_t *waf, request_rec *r)
{
    return r->finfo.filetype == APR_REG
           && waf_job_is_large_response(r->finfo.size) && wants_body(waf)
           && has_text(waf, r);
}

static void insert_filter(request_rec *r)
{
    waf_request_t *waf = r->main ? NULL : waf_request_of(r);

    if (waf && !waf->is_refused && waf->response.state != WAF_RESPONSE_REPLACED
        && (waf->inspect->program->phase_count[2]
            || waf->inspect->program->phase_count[3])) {
        waf->response.state = WAF_RESPONSE_HEAD;
        ap_add_output_filter_handle(is_large_file(waf, r) ? slow_record
                                                          : filter_record,
                                    waf, r, r->connection);
    }
}

/* httpd's own pages. */
static void insert_error_filter(request_rec *r)
{
    const waf_request_t *waf = r->main ? NULL : waf_request_of(r);

    if (waf && !waf->response.is_seen) {
        insert_filter(r);
    }
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    APR_OPTIONAL_FN_TYPE(rproxy_quick_filter) *quick =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_quick_filter);

    if (quick) {
        quick(FILTER);
    }
    return OK;
}

void waf_response_register(void)
{
    filter_record = ap_register_output_filter(FILTER, response_filter, NULL,
                                              AP_FTYPE_CONTENT_SET - 3);
    slow_record = ap_register_output_filter(FILTER_SLOW, response_filter, NULL,
                                            AP_FTYPE_CONTENT_SET - 3);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(insert_filter, NULL, NULL, APR_HOOK_LAST);
    ap_hook_insert_error_filter(insert_error_filter, NULL, NULL, APR_HOOK_LAST);
}
