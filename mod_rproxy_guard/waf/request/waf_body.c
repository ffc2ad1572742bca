/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_body.c: a request's body, as far as rules look at it: its limits, its
 * bytes from the client, its values.  waf_hold.c says when.  Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <stdlib.h>

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "waf/body/body_values.h"
#include "waf/seen/waf_seen.h"

enum {
    READ_AT_ONCE = 8192,
    READS_A_TURN = 16 /* before other clients of the loop get theirs */
};

/* ---- what the head says ---- */

static int is_chunked(const request_rec *r)
{
    return apr_table_get(r->headers_in, "Transfer-Encoding") != NULL;
}

static apr_off_t announced(const request_rec *r)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    apr_off_t bytes = 0;

    return length && !is_chunked(r) && ap_parse_strict_length(&bytes, length)
               ? bytes
               : 0;
}

int waf_body_is_wanted(const waf_request_t *waf)
{
    int said = waf->inspect->ctl.request_body_access;

    return waf->inspect->engine != WAF_OFF
           && (said >= 0 ? said : waf_settings_request_body(waf->settings));
}

/* @return DECLINED, or a status: the rest is cut off and passes unseen */
static int meet_limit(waf_request_t *waf, request_rec *r, const char *why)
{
    if (!waf_request_only_detects(waf)
        && !waf_settings_is_partial(waf->settings->request_body_limit_action)) {
        waf->body.state = WAF_BODY_REFUSED;
        return waf_verdict_limit(waf, r, HTTP_REQUEST_ENTITY_TOO_LARGE, why);
    }
    if (!waf->body.is_cut) {
        waf->body.is_cut = 1;
        waf_log_text(waf, r, why);
    }
    return DECLINED;
}

int waf_body_expect(waf_request_t *waf)
{
    request_rec *r = waf->r;
    apr_int64_t said = waf->inspect->ctl.request_body_limit;

    if ((!announced(r) && !is_chunked(r)) || !waf_body_is_wanted(waf)) {
        return DECLINED;
    }
    waf->body.state = WAF_BODY_AWAITED;
    waf->body.limit = said >= 0
                          ? (size_t)said
                          : waf_settings_request_body_limit(waf->settings);
    waf->body.spool =
        waf_spool_make(waf->pool,
                       waf_settings_request_body_memory(waf->settings),
                       waf_settings_folder(waf->settings));
    apr_table_setn(r->notes, RPROXY_NOTE_LATER, "1");
    return (apr_uint64_t)announced(r) > waf->body.limit ? meet_limit(
               waf, r,
               apr_psprintf(r->pool,
                            "Request body (Content-Length) is larger than "
                            "the configured limit (%" APR_SIZE_T_FMT ").",
                            waf->body.limit))
                                                        : DECLINED;
}

/* ---- phase 2 ---- */

static const char *processor_of(const waf_request_t *waf, slice_t type)
{
    slice_t said = waf->inspect->ctl.processor;

    return said.p ? apr_pstrmemdup(waf->pool, said.p, said.len)
                  : body_processor_of(type);
}

static slice_t content_type(const waf_request_t *waf)
{
    const value_t *value =
        values_find(waf->inspect->values, VARIABLE_REQUEST_HEADERS,
                    SLICE_LIT("Content-Type"));

    return value ? strings_text(waf->inspect->strings, value->text)
                 : slice_make("", 0);
}

/* One that is there, but cannot be mapped, is one that nobody knows. */
static slice_t text_of(waf_request_t *waf)
{
    slice_t body = waf_spool_text(waf->body.spool);

    if (body.len && !body.p) {
        inspect_full(waf->inspect);
        return slice_make("", 0);
    }
    return body;
}

inspect_verdict_t waf_body_inspect(waf_request_t *waf)
{
    slice_t type = content_type(waf);
    slice_t body = text_of(waf);
    body_limits_t limits = waf_settings_body_limits(waf->settings);
    uint64_t begun = waf_seen_clock();
    inspect_verdict_t verdict;

    limits.is_cut = waf->body.is_cut;
    limits.is_forced = waf->inspect->ctl.force_request_body > 0;
    waf->phases |= 1u << 2;
    if (!body_values(waf->inspect->values, processor_of(waf, type), body, type,
                     &limits)) {
        inspect_full(waf->inspect);
    }
    verdict = inspect_run(waf->inspect, 2);
    waf->spent_ns += waf_seen_clock() - begun;
    return verdict;
}

/* What is larger without its files than SecRequestBodyNoFilesLimit.
 * @return as meet_limit */
static int check_no_files(waf_request_t *waf, request_rec *r)
{
    size_t most = waf_settings_request_body_no_files(waf->settings);

    if (waf->body.spool->len <= most
        || strcasecmp(processor_of(waf, content_type(waf)), "MULTIPART") == 0) {
        return DECLINED;
    }
    return meet_limit(waf, r,
                      apr_psprintf(r->pool,
                                   "Request body no files data length is "
                                   "larger than the configured limit "
                                   "(%" APR_SIZE_T_FMT ").",
                                   most));
}

int waf_body_finish(waf_request_t *waf, request_rec *r,
                    inspect_verdict_t verdict)
{
    int status = waf_verdict_act(waf, r, 2, verdict);

    waf->body.state = status == DECLINED ? WAF_BODY_PASSED : WAF_BODY_REFUSED;
    return status;
}

/* ---- collecting ---- */

int waf_body_no_room(waf_request_t *waf, request_rec *r, int error)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, error, r,
                  RPLOGNO(4360) "no room for the request body in '%s' "
                                "(SecTmpDir)",
                  waf_settings_folder(waf->settings));
    waf->body.state = WAF_BODY_REFUSED;
    return HTTP_INTERNAL_SERVER_ERROR;
}

/* @return DECLINED, or the refusal */
static int take(waf_request_t *waf, request_rec *r, slice_t bytes)
{
    size_t room = waf->body.limit - waf->body.spool->len;
    int error, status = DECLINED;

    if (bytes.len > room) {
        status = meet_limit(waf, r,
                            apr_psprintf(r->pool,
                                         "Request body is larger than the "
                                         "configured limit "
                                         "(%" APR_SIZE_T_FMT ").",
                                         waf->body.limit));
    }
    error = status == DECLINED ? waf_spool_add(waf->body.spool, bytes) : 0;
    return error ? waf_body_no_room(waf, r, error) : status;
}

static int take_buckets(waf_request_t *waf, request_rec *r)
{
    apr_bucket_brigade *bb = waf->body.fresh;
    int status = DECLINED;

    while (status == DECLINED && !APR_BRIGADE_EMPTY(bb)) {
        apr_bucket *e = APR_BRIGADE_FIRST(bb);
        const char *data;
        apr_size_t len;

        if (APR_BUCKET_IS_EOS(e)) {
            waf->body.is_ended = 1;
        }
        else if (!APR_BUCKET_IS_METADATA(e)) {
            if (apr_bucket_read(e, &data, &len, APR_BLOCK_READ)
                != APR_SUCCESS) {
                status = HTTP_BAD_REQUEST;
                break;
            }
            status = take(waf, r, slice_make(data, len));
        }
        apr_bucket_delete(e);
    }
    apr_brigade_cleanup(bb);
    return status;
}

static int is_full(const waf_request_t *waf)
{
    return waf->body.is_ended
           || (waf->body.is_cut && waf->body.spool->len >= waf->body.limit);
}

/* Another filter may have refused it on purpose. */
static int status_of_error(request_rec *r, apr_status_t rv)
{
    const char *said = apr_table_get(r->notes, RPROXY_NOTE_BODY_STATUS);

    r->connection->keepalive = AP_CONN_CLOSE;
    if (said) {
        return atoi(said);
    }
    return APR_STATUS_IS_TIMEUP(rv)
               ? HTTP_REQUEST_TIME_OUT
               : ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
}

int waf_body_collect(waf_request_t *waf, request_rec *r, apr_read_type_e block,
                     int *again)
{
    int reads = 0;

    *again = 0;
    while (!is_full(waf)) {
        apr_status_t rv =
            ap_get_brigade(waf->body.in->next, waf->body.fresh,
                           AP_MODE_READBYTES, block, READ_AT_ONCE);
        int status;

        if (rv == APR_SUCCESS && block == APR_NONBLOCK_READ
            && APR_BRIGADE_EMPTY(waf->body.fresh)) {
            rv = APR_EAGAIN;
        }
        if (rv != APR_SUCCESS) {
            return APR_STATUS_IS_EAGAIN(rv) ? SUSPENDED
                                            : status_of_error(r, rv);
        }
        status = take_buckets(waf, r);
        if (status != DECLINED) {
            return status;
        }
        if (block == APR_NONBLOCK_READ
            && (++reads == READS_A_TURN || waf_spool_is_due(waf->body.spool))) {
            *again = 1;
            return SUSPENDED;
        }
    }
    if (waf->body.state == WAF_BODY_AWAITED && !waf_head_mapped(waf, r)) {
        inspect_full(waf->inspect);
    }
    waf->body.state = WAF_BODY_WHOLE;
    return check_no_files(waf, r);
}
