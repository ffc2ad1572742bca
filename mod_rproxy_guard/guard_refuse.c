/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_refuse.c: page, fields and log line of a refusal.  Layer L2.
 * RFC 6585 4 (429), RFC 9110 10.2.3 (Retry-After), the RateLimit fields as
 * draft-ietf-httpapi-ratelimit-headers has them. */
#include "guard_private.h"
#include "guard_refuse.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <mod_core.h>

#include "audit/audit_log.h"
#include "guard_answer.h"
#include "seen/seen.h"
#include "rproxy_random.h"
#include "status/log_pace.h"

enum {
    ID_LENGTH = 12,
    LINES_A_SECOND = 50
};

/* ---- the id that visitor and log have in common ---- */

static const char *make_id(request_rec *r)
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    const unsigned char *bytes = rproxy_random_bytes(ID_LENGTH);
    char *id = apr_palloc(r->pool, ID_LENGTH + 1);
    int i;

    for (i = 0; i < ID_LENGTH; i++) {
        id[i] = bytes ? letters[bytes[i] & 31] : '0';
    }
    id[ID_LENGTH] = '\0';
    return id;
}

/* ---- the log ---- */

static log_pace_t pace; /* of this process */

void guard_refuse_log(request_rec *r, const guard_verdict_t *v, const char *id)
{
    const char *where = v->where ? v->where : "RProxyGuard";
    uint32_t more;

    audit_log_write(r, v, seen_add(r, v, id != NULL), id);
    apr_table_setn(r->notes, RPROXY_NOTE_GUARD,
                   id ? v->rule
                      : apr_pstrcat(r->pool, "would-", v->rule, NULL));
    if (!log_pace_take(&pace, (uint32_t)apr_time_sec(r->request_time),
                       LINES_A_SECOND, &more)) {
        return;
    }
    if (more) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4001) "%u more requests were refused in a second "
                                    "than are logged one by one",
                      more);
    }
    if (id) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4002) "refused by %s: %s (%d, %s) id=%s", v->rule,
                      verdict_why(r, v), v->status, where, id);
    }
    else {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4003) "would be refused by %s: %s (%d, %s)",
                      v->rule, verdict_why(r, v), v->status, where);
    }
}

/* ---- the response ---- */

static void set_fields(request_rec *r, const guard_verdict_t *v)
{
    apr_table_t *fields = r->err_headers_out;

    apr_table_setn(fields, "Cache-Control", "no-store");
    if (v->limit || v->retry_after_s) {
        apr_table_setn(fields, "Retry-After",
                       apr_itoa(r->pool,
                                v->retry_after_s ? v->retry_after_s : 1));
    }
    if (!v->limit || !v->limit->policy) {
        return;
    }
    apr_table_setn(fields, "RateLimit-Policy", v->limit->policy);
    apr_table_setn(fields, "RateLimit",
                   apr_pstrcat(r->pool, "\"", v->limit->name, "\";r=",
                               apr_itoa(r->pool, (int)v->rate.remaining), ";t=",
                               apr_itoa(r->pool, v->retry_after_s), NULL));
}

static const char *sentence_of(const guard_verdict_t *v)
{
    return v->limit ? "There were too many requests from your side. Please "
                      "try again in a moment."
                    : "This request was refused by the site's protection.";
}

static const char *make_page(request_rec *r, const guard_verdict_t *v,
                             const char *id)
{
    const char *title = ap_get_status_line(v->status);

    return apr_pstrcat(
        r->pool,
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>",
        title, "</title><h1>", title, "</h1><p>", sentence_of(v),
        "</p><p>If you think this is a mistake, tell the site's owner this "
        "number: <b>",
        id, "</b></p></html>\n", NULL);
}

const char *guard_refuse_tell(request_rec *r, const guard_verdict_t *v)
{
    const char *id = make_id(r);

    apr_table_setn(r->notes, "rproxy-guard-id", id);
    apr_table_setn(r->subprocess_env, "RPROXY_GUARD_ID", id);
    guard_refuse_log(r, v, id);
    return id;
}

/* As httpd answers errors. */
static int leave_to_httpd(request_rec *r, int status, const char *page)
{
    if (!ap_response_code_string(r, ap_index_of_response(status))) {
        ap_custom_response(r, status, page);
    }
    return status;
}

int guard_refuse_response(request_rec *r, const guard_verdict_t *v)
{
    const char *id = guard_refuse_tell(r, v);

    set_fields(r, v);
    return leave_to_httpd(r, v->status, make_page(r, v, id));
}

int guard_refuse(request_rec *r, const guard_verdict_t *v)
{
    const char *id, *page;

    if (!guard_answer_may(r, v->status)) {
        return guard_refuse_response(r, v);
    }
    id = guard_refuse_tell(r, v);
    set_fields(r, v);
    page = make_page(r, v, id);
    return guard_answer(r, v->status, page);
}
