/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_verdict.c: what becomes of a request that rules have looked at.
 * Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_strings.h>

#include "guard_refuse.h"

int waf_verdict_status(rule_verdict_e kind, int status)
{
    if (kind == RULE_REDIRECT) {
        return status == 301 || status == 302 || status == 303 || status == 307
                   ? status
                   : HTTP_MOVED_TEMPORARILY;
    }
    return status >= 100 && status < 600 ? status : HTTP_FORBIDDEN;
}

int waf_verdict_refuses(rule_verdict_e kind)
{
    return kind == RULE_DENY || kind == RULE_BLOCK || kind == RULE_DROP
           || kind == RULE_REDIRECT;
}

static int refuses(const waf_request_t *waf, rule_verdict_e kind)
{
    return !waf_request_only_detects(waf) && waf_verdict_refuses(kind);
}

/* Of guard's logs and page. */
static guard_verdict_t refusal(const waf_request_t *waf, int status,
                               const inspect_verdict_t *verdict)
{
    const detection_t *by = verdict->by;
    apr_pool_t *pool = waf->r->pool;
    slice_t why;
    guard_verdict_t told = { .status = status, .rule = "waf", .why = "" };

    if (!by) {
        return told;
    }
    why = by->msg.len ? by->msg : inspect_message(waf->inspect, by);
    told.why = apr_pstrmemdup(pool, why.p, why.len);
    told.where = by->rule->where;
    if (by->rule->id) {
        told.rule = apr_psprintf(pool, "waf-%" APR_UINT64_T_FMT, by->rule->id);
    }
    return told;
}

/* Nothing more for this client, not even an answer. */
static int drop(request_rec *r)
{
    r->connection->keepalive = AP_CONN_CLOSE;
    r->connection->aborted = 1;
    r->eos_sent = 1;
    return DONE;
}

static int refuse(const waf_request_t *waf, request_rec *r,
                  const guard_verdict_t *told)
{
    return waf->response.is_seen ? guard_refuse_response(r, told)
                                 : guard_refuse(r, told);
}

static int act(waf_request_t *waf, request_rec *r, int status)
{
    const inspect_verdict_t *verdict = &waf->verdict;
    guard_verdict_t told = refusal(waf, status, verdict);

    switch (verdict->kind) {
    case RULE_DROP:
        guard_refuse_tell(r, &told);
        return drop(r);
    case RULE_REDIRECT:
        guard_refuse_tell(r, &told);
        apr_table_setn(r->err_headers_out, "Location",
                       apr_pstrmemdup(r->pool, verdict->redirect.p,
                                      verdict->redirect.len));
        return status;
    default:
        return refuse(waf, r, &told);
    }
}

/* Once: which expression, for SecPcreMatchLimit and RProxyWafTime. */
static void tell_unfinished(waf_request_t *waf, request_rec *r)
{
    uint64_t rule = waf->inspect->unfinished;

    if (rule && !waf->is_unfinished_told) {
        waf->is_unfinished_told = 1;
        waf_log_text(waf, r,
                     apr_psprintf(r->pool,
                                  "Rule %" APR_UINT64_T_FMT
                                  ": an expression met SecPcreMatchLimit or "
                                  "RProxyWafTime.",
                                  (apr_uint64_t)rule));
    }
}

int waf_verdict_act(waf_request_t *waf, request_rec *r, int phase,
                    inspect_verdict_t verdict)
{
    waf_log_detections(waf, r);
    tell_unfinished(waf, r);
    if (phase == 5 || waf->is_refused) {
        return DECLINED;
    }
    waf->is_limited |= waf->inspect->over != INSPECT_OVER_NONE;
    waf->is_detected |= verdict.by && waf_verdict_refuses(verdict.kind)
                        && waf_request_only_detects(waf);
    if (waf->inspect->over && !(verdict.by && refuses(waf, verdict.kind))) {
        return waf_verdict_unknown(waf, r,
                                   inspect_over_name(waf->inspect->over));
    }
    if (!refuses(waf, verdict.kind)) {
        return DECLINED;
    }
    waf->is_refused = 1;
    waf->verdict = verdict;
    waf->refusal =
        act(waf, r, waf_verdict_status(verdict.kind, verdict.status));
    return waf->refusal;
}

int waf_verdict_limit(waf_request_t *waf, request_rec *r, int status,
                      const char *why)
{
    guard_verdict_t told = { .status = status,
                             .rule = "waf-limit",
                             .why = why };

    waf_log_text(waf, r, why);
    waf->is_limited = 1;
    if (waf_request_only_detects(waf)) {
        return DECLINED;
    }
    waf->is_refused = 1;
    waf->refusal = refuse(waf, r, &told);
    return waf->refusal;
}

int waf_verdict_unknown(waf_request_t *waf, request_rec *r, const char *what)
{
    const char *why = apr_psprintf(r->pool,
                                   "The rules were not all looked at: there "
                                   "are too many %s.",
                                   what);

    if (waf_settings_fails_open(waf->settings)) {
        if (!waf->is_told) {
            waf_log_text(waf, r, why);
        }
        waf->is_told = waf->is_limited = 1;
        return DECLINED;
    }
    return waf_verdict_limit(waf, r, HTTP_FORBIDDEN, why);
}
