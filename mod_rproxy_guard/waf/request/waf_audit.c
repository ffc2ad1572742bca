/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_audit.c: SecAuditLog, a line of JSON for a request, in the form that
 * mod_security2 has for SecAuditLogFormat JSON.  Layer L2.
 *
 * What is written here comes from clients: bodies are cut. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_strings.h>
#include <http_core.h>

#include "waf_audit_file.h"
#include "waf_json.h"
#include "waf_line.h"

enum {
    BODY_MOST = 8192
};

/* ---- is it to be written? ---- */

static int is_relevant_status(const waf_request_t *waf, const request_rec *r)
{
    const ap_regex_t *status = waf->settings->audit_status;

    return status
           && ap_regexec(status, apr_itoa(waf->r->pool, r->status), 0, NULL, 0)
                  == 0;
}

/* SecAuditEngine, or what ctl:auditEngine says. */
static int engine_of(const waf_request_t *waf)
{
    slice_t said = waf->inspect->ctl.audit_engine;

    return !said.p ? waf_settings_audit(waf->settings)
           : slice_eq_nocase(said, SLICE_LIT("On"))  ? WAF_AUDIT_ON
           : slice_eq_nocase(said, SLICE_LIT("Off")) ? WAF_AUDIT_OFF
                                                     : WAF_AUDIT_RELEVANT;
}

static int is_wanted(const waf_request_t *waf, const request_rec *r)
{
    switch (engine_of(waf)) {
    case WAF_AUDIT_ON:
        return 1;
    case WAF_AUDIT_RELEVANT:
        return waf->inspect->audit_marks || is_relevant_status(waf, r);
    default:
        return 0;
    }
}

/* "ABCF" is all there is, "+E" comes on top, "-C" does not. */
static int has_part(const waf_request_t *waf, char part)
{
    const apr_array_header_t *said = waf->inspect->ctl.audit_parts;
    int has = strchr(waf_settings_audit_parts(waf->settings), part) != NULL;
    int i;

    for (i = 0; said && i < said->nelts; i++) {
        slice_t word = APR_ARRAY_IDX(said, i, slice_t);
        int named = word.len && memchr(word.p, part, word.len) != NULL;

        has = word.len && word.p[0] == '+'   ? has || named
              : word.len && word.p[0] == '-' ? has && !named
                                             : named;
    }
    return has;
}

/* ---- the parts ---- */

static void put_table(waf_json_t *json, const char *name,
                      const apr_table_t *table, const apr_table_t *more)
{
    const apr_table_t *tables[2] = { table, more };
    int i, k;

    waf_json_open(json, name, '{');
    for (k = 0; k < 2; k++) {
        const apr_array_header_t *all =
            tables[k] ? apr_table_elts(tables[k]) : NULL;

        for (i = 0; all && i < all->nelts; i++) {
            const apr_table_entry_t *entry =
                &APR_ARRAY_IDX(all, i, apr_table_entry_t);

            waf_json_text(json, entry->key, slice_str(entry->val));
        }
    }
    waf_json_close(json, '}');
}

static const char *time_text(request_rec *r)
{
    apr_time_exp_t t;
    char text[64];
    apr_size_t len;

    apr_time_exp_lt(&t, r->request_time);
    apr_strftime(text, &len, sizeof(text), "%d/%b/%Y:%H:%M:%S", &t);
    return apr_psprintf(r->pool, "%s.%06d %c%02d%02d", text, t.tm_usec,
                        t.tm_gmtoff < 0 ? '-' : '+', abs(t.tm_gmtoff) / 3600,
                        abs(t.tm_gmtoff) / 60 % 60);
}

static void put_transaction(waf_json_t *json, const waf_request_t *waf)
{
    request_rec *r = waf->r;

    waf_json_open(json, "transaction", '{');
    waf_json_text(json, "time", slice_str(time_text(r)));
    waf_json_text(json, "transaction_id", slice_str(waf->unique_id));
    waf_json_text(json, "remote_address", slice_str(r->useragent_ip));
    waf_json_number(json, "remote_port", r->useragent_addr->port);
    waf_json_text(json, "local_address", slice_str(r->connection->local_ip));
    waf_json_number(json, "local_port", r->connection->local_addr->port);
    waf_json_close(json, '}');
}

static void put_body(waf_json_t *json, waf_spool_t *spool)
{
    slice_t body = spool ? waf_spool_text(spool) : slice_make(NULL, 0);

    body.len = body.p ? body.len : 0;
    body.len = body.len < BODY_MOST ? body.len : BODY_MOST;
    waf_json_open(json, "body", '[');
    if (body.len) {
        waf_json_text(json, NULL, body);
    }
    waf_json_close(json, ']');
}

static void put_request(waf_json_t *json, const waf_request_t *waf)
{
    waf_json_open(json, "request", '{');
    waf_json_text(json, "request_line", slice_str(waf->r->the_request));
    if (has_part(waf, 'B')) {
        put_table(json, "headers", waf->r->headers_in, NULL);
    }
    if (has_part(waf, 'C') || has_part(waf, 'I')) {
        put_body(json, waf->body.spool);
    }
    waf_json_close(json, '}');
}

static void put_response(waf_json_t *json, const waf_request_t *waf,
                         const request_rec *r)
{
    waf_json_open(json, "response", '{');
    waf_json_text(json, "protocol", slice_str(r->protocol));
    waf_json_number(json, "status", r->status);
    if (has_part(waf, 'F')) {
        put_table(json, "headers", r->headers_out, r->err_headers_out);
    }
    if (has_part(waf, 'E')) {
        put_body(json, waf->response.spool);
    }
    waf_json_close(json, '}');
}

static void put_action(waf_json_t *json, const waf_request_t *waf)
{
    const detection_t *by = waf->verdict.by;

    if (!waf->is_refused || !by) {
        return;
    }
    waf_json_open(json, "action", '{');
    waf_json_bool(json, "intercepted", 1);
    waf_json_number(json, "phase", by->phase);
    waf_json_text(json, "message", inspect_message(waf->inspect, by));
    waf_json_close(json, '}');
}

static void put_trailer(waf_json_t *json, const waf_request_t *waf)
{
    const apr_array_header_t *found = waf->inspect->detections;
    int i;

    waf_json_open(json, "audit_data", '{');
    waf_json_open(json, "messages", '[');
    for (i = 0; i < found->nelts; i++) {
        waf_json_text(json, NULL,
                      slice_str(
                          waf_log_words(waf,
                                        &APR_ARRAY_IDX(found, i, detection_t),
                                        waf->r->pool)));
    }
    waf_json_close(json, ']');
    put_action(json, waf);
    waf_json_text(json, "producer", SLICE_LIT("mod_rproxy_guard"));
    waf_json_text(json, "server", slice_str(ap_get_server_banner()));
    waf_json_text(json, "engine_mode",
                  waf_request_only_detects(waf) ? SLICE_LIT("DETECTION_ONLY")
                                                : SLICE_LIT("ENABLED"));
    waf_json_close(json, '}');
}

static void put_rule(waf_json_t *json, const detection_t *found)
{
    const rule_t *rule = found->rule;
    slice_t file;
    int i, line;

    waf_line_where(rule->where, &file, &line);
    waf_json_open(json, NULL, '{');
    waf_json_text(json, "id",
                  slice_str(apr_psprintf(json->pool, "%" APR_UINT64_T_FMT,
                                         rule->id)));
    waf_json_number(json, "phase", rule->phase);
    waf_json_number(json, "severity", rule->severity);
    waf_json_text(json, "msg", found->msg);
    waf_json_text(json, "data", found->data);
    waf_json_open(json, "tags", '[');
    for (i = 0; i < rule->tag_count; i++) {
        waf_json_text(json, NULL, rule->tag[i]);
    }
    waf_json_close(json, ']');
    waf_json_text(json, "filename", file);
    waf_json_number(json, "line_num", line);
    waf_json_close(json, '}');
}

static void put_rules(waf_json_t *json, const waf_request_t *waf)
{
    const apr_array_header_t *found = waf->inspect->detections;
    int i;

    waf_json_open(json, "matched_rules", '[');
    for (i = 0; i < found->nelts; i++) {
        put_rule(json, &APR_ARRAY_IDX(found, i, detection_t));
    }
    waf_json_close(json, ']');
}

void waf_audit_write(waf_request_t *waf, request_rec *r)
{
    waf_json_t json;

    if (!waf->settings->audit_log || !is_wanted(waf, r)) {
        return;
    }
    waf_json_init(&json, waf->r->pool);
    waf_json_open(&json, NULL, '{');
    put_transaction(&json, waf);
    put_request(&json, waf);
    put_response(&json, waf, r);
    if (has_part(waf, 'H')) {
        put_trailer(&json, waf);
    }
    if (has_part(waf, 'K')) {
        put_rules(&json, waf);
    }
    waf_json_close(&json, '}');
    waf_audit_file_put(waf->settings->audit_log, waf_json_end(&json));
}
