/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_hold.c: nobody gets a request's body before phase 2 has nothing against
 * it.  Layer L2.
 *
 * A handler before all others reads it through a filter.  On a worker thread
 * it waits for the client, on an event loop the request is parked until more is
 * there.  Then the filter gives the handler what was collected, and what lies
 * behind SecRequestBodyLimit where that only cuts. */
#include "guard_private.h"
#include "waf_request.h"

#include <http_protocol.h>
#include <http_request.h>

#include "guard_request.h"

#define FILTER "RPROXY_GUARD_WAF_BODY"
#define FILTER_DROP "RPROXY_GUARD_WAF_DROP"

static ap_filter_rec_t *filter_record, *drop_record;
static APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
static APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
static APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
static APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
static APR_OPTIONAL_FN_TYPE(rproxy_await_body) * await_body;

/* ---- on an event loop ---- */

typedef struct {
    waf_request_t *waf;
    rproxy_park_t *park;
} wait_t;

/* The body is there.  @return RPROXY_PARKED, or as waf_body_finish */
static int judge(wait_t *wait, request_rec *r)
{
    waf_request_t *waf = wait->waf;

    if (waf_job_is_for(waf)) {
        waf_job_begin(waf, wait->park);
        return RPROXY_PARKED;
    }
    return waf_body_finish(waf, r, waf_body_inspect(waf));
}

/* @return likewise */
static int write_body(wait_t *wait, request_rec *r)
{
    waf_request_t *waf = wait->waf;
    int error;

    if (waf_job_write(waf, wait->park)) {
        return RPROXY_PARKED;
    }
    error = waf_spool_write(waf->body.spool);
    if (error) {
        return waf_body_no_room(waf, r, error);
    }
    wake(wait->park);
    return RPROXY_PARKED;
}

/* @return RPROXY_PARKED, or as waf_body_finish */
static int go_on(wait_t *wait, request_rec *r)
{
    waf_request_t *waf = wait->waf;
    int again, status;

    if (waf_job_is_busy(waf)) {
        return RPROXY_PARKED;
    }
    if (waf->job.is_writing) {
        waf->job.is_writing = 0;
        if (waf->job.error) {
            return waf_body_no_room(waf, r, waf->job.error);
        }
    }
    if (waf->job.is_begun) {
        return waf_body_finish(waf, r, waf->job.verdict);
    }
    status = waf_body_collect(waf, r, APR_NONBLOCK_READ, &again);
    if (status == DECLINED) {
        return judge(wait, r);
    }
    if (status != SUSPENDED) {
        return status;
    }
    if (waf_spool_is_due(waf->body.spool)) {
        return write_body(wait, r);
    }
    if (again) {
        wake(wait->park);
    }
    else {
        await_body(wait->park, (apr_off_t)waf->body.spool->len);
    }
    return RPROXY_PARKED;
}

static int leave(waf_request_t *waf, request_rec *r, int status)
{
    waf_job_forget_park(waf);
    if (!guard_request_of(r)->waits) {
        apr_table_unset(r->notes, RPROXY_NOTE_LATER);
    }
    return status;
}

/* Nobody waits for an answer: phase 5 and the logs still want to know what the
 * thread finds. */
static int go_on_alone(waf_request_t *waf, request_rec *r)
{
    if (waf_job_is_busy(waf)) {
        return RPROXY_PARKED_ALONE;
    }
    if (waf->job.is_begun) {
        waf_body_finish(waf, r, waf->job.verdict);
    }
    waf->body.state = WAF_BODY_REFUSED;
    return leave(waf, r, DONE);
}

static int woken(request_rec *r, rproxy_park_e event, void *ctx)
{
    wait_t *wait = ctx;
    int status;

    switch (event) {
    case RPROXY_PARK_GONE:
        return go_on_alone(wait->waf, r);
    case RPROXY_PARK_TIMEOUT:
        r->connection->keepalive = AP_CONN_CLOSE;
        wait->waf->body.state = WAF_BODY_REFUSED;
        return leave(wait->waf, r, HTTP_REQUEST_TIME_OUT);
    default:
        status = go_on(wait, r);
        return status == RPROXY_PARKED ? status : leave(wait->waf, r, status);
    }
}

/* All of it begins with the first event: what comes behind this handler may
 * have to run on another thread, which only a park that ends sees to. */
static int begin_on_loop(waf_request_t *waf, request_rec *r)
{
    wait_t *wait = apr_pcalloc(r->pool, sizeof(*wait));

    wait->waf = waf;
    wait->park = can_park(r) ? park(r, woken, wait, 0) : NULL;
    if (!wait->park) {
        return HTTP_SERVICE_UNAVAILABLE;
    }
    waf->body.spool->defers = waf->owners && waf_job_is_on_loop(r);
    wake(wait->park);
    return SUSPENDED;
}

/* ---- the handler ---- */

static int collect_waiting(waf_request_t *waf, request_rec *r)
{
    int again;
    int status = waf_body_collect(waf, r, APR_BLOCK_READ, &again);

    return leave(waf, r,
                 status == DECLINED
                     ? waf_body_finish(waf, r, waf_body_inspect(waf))
                     : status);
}

static int is_of_error(const request_rec *r)
{
    return r->prev && r->prev->status != HTTP_OK;
}

static waf_request_t *expecting(request_rec *r)
{
    return r->main || is_of_error(r) ? NULL : waf_request_of(r);
}

static int handler(request_rec *r)
{
    waf_request_t *waf = expecting(r);

    if (!waf || waf->body.state != WAF_BODY_AWAITED || !waf->body.in) {
        return DECLINED;
    }
    return on_loop && on_loop(r) ? begin_on_loop(waf, r)
                                 : collect_waiting(waf, r);
}

/* ---- the filter ---- */

/* The next bytes of what was collected, then the client's end. */
static apr_status_t give(waf_request_t *waf, ap_filter_t *f,
                         apr_bucket_brigade *bb, apr_off_t bytes)
{
    apr_bucket_alloc_t *list = f->c->bucket_alloc;
    slice_t body = waf_spool_text(waf->body.spool);
    size_t left = body.len - waf->body.given;
    size_t len = (apr_uint64_t)bytes < left ? (size_t)bytes : left;

    if (body.len && !body.p) {
        return APR_EGENERAL;
    }
    if (len) {
        APR_BRIGADE_INSERT_TAIL(bb,
                                apr_bucket_transient_create(body.p
                                                                + waf->body
                                                                      .given,
                                                            len, list));
        waf->body.given += len;
    }
    if (len == left && waf->body.is_ended) {
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(list));
    }
    return APR_SUCCESS;
}

/* Nobody may have it before phase 2. */
static apr_status_t body_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t bytes)
{
    waf_request_t *waf = f->ctx;

    if (mode != AP_MODE_READBYTES || bytes <= 0) {
        return ap_get_brigade(f->next, bb, mode, block, bytes);
    }
    if (waf->body.state == WAF_BODY_REFUSED) {
        return ap_get_brigade(f->next, bb, mode, block, bytes);
    }
    if (waf->body.state != WAF_BODY_PASSED) {
        f->c->keepalive = AP_CONN_CLOSE;
        return APR_EGENERAL;
    }
    if (waf->body.given < waf->body.spool->len || waf->body.is_ended) {
        return give(waf, f, bb, bytes);
    }
    return ap_get_brigade(f->next, bb, mode, block, bytes);
}

/* The program behind an error's page gets what was refused, or not looked at,
 * by no other way either. */
static apr_status_t drop_body(ap_filter_t *f, apr_bucket_brigade *bb,
                              ap_input_mode_t mode, apr_read_type_e block,
                              apr_off_t bytes)
{
    apr_status_t rv;

    do {
        apr_bucket *e, *next;

        rv = ap_get_brigade(f->next, bb, mode, block, bytes);
        for (e = APR_BRIGADE_FIRST(bb);
             rv == APR_SUCCESS && e != APR_BRIGADE_SENTINEL(bb); e = next) {
            next = APR_BUCKET_NEXT(e);
            if (!APR_BUCKET_IS_METADATA(e)) {
                apr_bucket_delete(e);
            }
        }
    } while (rv == APR_SUCCESS && block == APR_BLOCK_READ
             && mode == AP_MODE_READBYTES && APR_BRIGADE_EMPTY(bb));
    return rv;
}

static void insert_dropping(request_rec *r)
{
    waf_request_t *waf = r->main ? NULL : waf_request_of(r);

    if (waf && waf->body.state != WAF_BODY_PASSED && waf_body_is_wanted(waf)
        && !waf_request_only_detects(waf)) {
        ap_add_input_filter_handle(drop_record, NULL, r, r->connection);
    }
}

static void insert_filter(request_rec *r)
{
    waf_request_t *waf = expecting(r);

    if (is_of_error(r)) {
        insert_dropping(r);
    }
    if (!waf || waf->body.state == WAF_BODY_NONE
        || waf->body.state == WAF_BODY_REFUSED) {
        return;
    }
    waf->body.in =
        ap_add_input_filter_handle(filter_record, waf, r, r->connection);
    if (!waf->body.fresh) {
        waf->body.fresh =
            apr_brigade_create(r->pool, r->connection->bucket_alloc);
    }
}

static void find_functions(void)
{
    on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    await_body = APR_RETRIEVE_OPTIONAL_FN(rproxy_await_body);
}

void waf_hold_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    filter_record =
        ap_register_input_filter(FILTER, body_filter, NULL, AP_FTYPE_RESOURCE);
    drop_record = ap_register_input_filter(FILTER_DROP, drop_body, NULL,
                                           AP_FTYPE_RESOURCE);
    ap_hook_optional_fn_retrieve(find_functions, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(insert_filter, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
}
