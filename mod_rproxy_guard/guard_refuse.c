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
#include "guard_page.h"
#include "seen/seen.h"
#include "rproxy_random.h"
#include "status/log_pace.h"

enum {
    LINES_A_SECOND = 50,
    DIGITS_MAX = 10 /* of 32 bits */
};

/* ---- the id that visitor and log have in common ---- */

static const char *make_id(request_rec *r)
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    const unsigned char *bytes = rproxy_random_bytes(PAGE_ID_LENGTH);
    char *id = apr_palloc(r->pool, PAGE_ID_LENGTH + 1);
    int i;

    for (i = 0; i < PAGE_ID_LENGTH; i++) {
        id[i] = bytes ? letters[bytes[i] & 31] : '0';
    }
    id[PAGE_ID_LENGTH] = '\0';
    return id;
}

/* ---- the log ---- */

static log_pace_t pace; /* of this process */

int guard_refuse_has_line(request_rec *r)
{
    uint32_t more;

    if (!log_pace_take(&pace, (uint32_t)apr_time_sec(r->request_time),
                       LINES_A_SECOND, &more)) {
        return 0;
    }
    if (more) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4001) "%u more requests were refused in a second "
                                    "than are logged one by one",
                      more);
    }
    return 1;
}

void guard_refuse_log(request_rec *r, const guard_verdict_t *v, const char *id)
{
    const char *where = v->where ? v->where : "RProxyGuard";

    audit_log_write(r, v, seen_add(r, v, id != NULL), id);
    apr_table_setn(r->notes, RPROXY_NOTE_GUARD,
                   id ? v->rule
                      : apr_pstrcat(r->pool, "would-", v->rule, NULL));
    if (!guard_refuse_has_line(r)) {
        return;
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

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

static char *put_number(char *at, uint32_t number)
{
    char digits[DIGITS_MAX];
    int i = DIGITS_MAX;

    do {
        digits[--i] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return put(at, digits + i, (size_t)(DIGITS_MAX - i));
}

/* "name";r=0;t=60
 * @return what follows t= */
static const char *set_rate(request_rec *r, const guard_verdict_t *v)
{
    size_t len = strlen(v->limit->name);
    char *text = apr_palloc(r->pool, len + sizeof("\"\";r=;t=")
                                         + 2 * (size_t)DIGITS_MAX);
    char *at = put(text, "\"", 1), *seconds;

    at = put(at, v->limit->name, len);
    at = put(at, "\";r=", 4);
    at = put_number(at, v->rate.remaining);
    seconds = put(at, ";t=", 3);
    at = put_number(seconds, (uint32_t)v->retry_after_s);
    *at = '\0';
    apr_table_setn(r->err_headers_out, "RateLimit-Policy", v->limit->policy);
    apr_table_setn(r->err_headers_out, "RateLimit", text);
    return seconds;
}

static void set_fields(request_rec *r, const guard_verdict_t *v)
{
    const char *seconds = NULL;

    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    if (v->limit && v->limit->policy) {
        seconds = set_rate(r, v);
    }
    else if (v->retry_after_s) {
        seconds = apr_itoa(r->pool, v->retry_after_s);
    }
    if (v->limit || v->retry_after_s) {
        apr_table_setn(r->err_headers_out, "Retry-After",
                       v->retry_after_s ? seconds : "1");
    }
}

const char *guard_refuse_tell(request_rec *r, const guard_verdict_t *v)
{
    const char *id = make_id(r);

    apr_table_setn(r->notes, "rproxy-guard-id", id);
    apr_table_setn(r->subprocess_env, "RPROXY_GUARD_ID", id);
    guard_refuse_log(r, v, id);
    return id;
}

static guard_page_t tell(request_rec *r, const guard_verdict_t *v)
{
    const char *id = guard_refuse_tell(r, v);

    set_fields(r, v);
    return guard_page_make(r->pool, v->status, v->limit != NULL, id);
}

/* As httpd answers errors. */
static int leave_to_httpd(request_rec *r, int status, const guard_page_t *page)
{
    if (!ap_response_code_string(r, ap_index_of_response(status))) {
        ap_custom_response(r, status, guard_page_text(r->pool, page));
    }
    return status;
}

int guard_refuse_response(request_rec *r, const guard_verdict_t *v)
{
    guard_page_t page = tell(r, v);

    return leave_to_httpd(r, v->status, &page);
}

int guard_refuse(request_rec *r, const guard_verdict_t *v)
{
    int may = guard_answer_may(r, v->status);
    guard_page_t page = tell(r, v);

    return may ? guard_answer(r, v->status, &page)
               : leave_to_httpd(r, v->status, &page);
}
