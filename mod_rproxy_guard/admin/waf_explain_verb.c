/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_explain_verb.c: waf-explain: a request that somebody wrote down, and what
 * the rules of its host say of it.  Nothing of it is logged or counted.
 * Layer L2. */
#include "waf_verbs.h"

#include <apr_base64.h>
#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "admin/json_object.h"
#include "waf/inspect/inspect_text.h"
#include "waf/request/waf_line.h"
#include "waf/seen/hit_make.h"

#ifdef HAVE_JANSSON

#define TIME_MAX apr_time_from_sec(5)

typedef struct {
    request_rec *r;
    slice_t text;
    const char *host, *client; /* NULL: as the text says; 127.0.0.1 */
    request_text_t request;
    const server_rec *server;
    int is_named; /* the server has that name */
    const waf_settings_t *waf;
    int detects; /* RProxyGuard DetectOnly */
    inspect_t *inspect;
    inspect_verdict_t verdict;
    int phase;
} explain_t;

/* ---- the question ---- */

static const char *read_bytes(explain_t *x, const char *plain,
                              const char *base64)
{
    char *bytes;

    if (!plain == !base64) {
        return "expected \"request\", the text of a request, or \"base64\"";
    }
    if (plain) {
        x->text = slice_str(plain);
        return NULL;
    }
    bytes = apr_palloc(x->r->pool, (size_t)apr_base64_decode_len(base64) + 1);
    x->text = slice_make(bytes, (size_t)apr_base64_decode(bytes, base64));
    return NULL;
}

static const char *read_question(explain_t *x,
                                 const rproxy_admin_request_t *request)
{
    const char *plain = NULL, *base64 = NULL;
    const json_member_t members[] = {
        { .name = "request", .text = &plain },
        { .name = "base64", .text = &base64 },
        { .name = "host", .text = &x->host },
        { .name = "client", .text = &x->client },
        { NULL },
    };
    apr_pool_t *pool = x->r->pool;
    const char *fault =
        json_object_read(request->json, request->len, members, pool);

    fault = fault ? fault : read_bytes(x, plain, base64);
    fault = fault ? fault : request_text_read(x->text, &x->request, pool);
    return fault;
}

/* ---- its host ---- */

static int has_name(const apr_array_header_t *names, const char *host)
{
    int i;

    for (i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (name && ap_strcasecmp_match(host, name) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_of_host(const server_rec *s, const char *host)
{
    return (s->server_hostname && strcasecmp(s->server_hostname, host) == 0)
           || has_name(s->names, host) || has_name(s->wild_names, host);
}

/* One that has rules, if several have the name; the one that answers here if
 * none has. */
static void find_host(explain_t *x)
{
    slice_t named = x->request.head.server_name;
    const char *host =
        x->host ? x->host : apr_pstrmemdup(x->r->pool, named.p, named.len);
    const guard_settings_t *settings;
    const server_rec *s;

    x->server = x->r->server;
    for (s = ap_server_conf; s; s = s->next) {
        if (is_of_host(s, host)
            && (!x->is_named || !waf_verbs_program(x->server))) {
            x->server = s;
            x->is_named = 1;
        }
    }
    settings = guard_settings_of(x->server->lookup_defaults);
    x->waf = settings->waf;
    x->detects = settings->mode == GUARD_DETECT;
}

/* ---- the answer ---- */

static void write_slice(writer_t *w, const char *name, slice_t text)
{
    if (text.len) {
        write_format(w, ", \"%s\": ", name);
        write_json(w, waf_line_escape(text, w->pool));
    }
}

static void write_detection(writer_t *w, const explain_t *x,
                            const detection_t *found)
{
    hit_t hit =
        hit_make(x->inspect, found, x->request.head.server_name,
                 x->request.head.uri_raw, x->inspect->engine == WAF_DETECT);

    write_text(w, "{");
    waf_verbs_write_hit(w, &hit);
    write_text(w, ", \"message\": ");
    write_json(w,
               apr_pstrmemdup(w->pool, found->message.p, found->message.len));
    write_slice(w, "msg", found->msg);
    write_slice(w, "data", found->data);
    if (waf_line_severity(found->rule->severity)) {
        write_format(w, ", \"severity\": \"%s\"",
                     waf_line_severity(found->rule->severity));
    }
    write_text(w, ", \"defined_at\": ");
    write_json(w, found->rule->where ? found->rule->where : "");
    write_text(w, "}");
}

/* TX variables that rule sets count in: "...score...", but those at 0. */
static void write_scores(writer_t *w, const explain_t *x)
{
    const values_t *values = x->inspect->values;
    const char *comma = "";
    int i;

    write_text(w, ", \"scores\": {");
    for (i = 0; i < values_count(values, VARIABLE_TX); i++) {
        const value_t *value = values_at(values, VARIABLE_TX, i);
        const char *name = waf_line_escape(value->name, w->pool);
        slice_t text = strings_text(values->strings, value->text);

        if (ap_strcasestr(name, "score") && text.len
            && !slice_eq(text, SLICE_LIT("0"))) {
            write_text(w, comma);
            write_json(w, name);
            write_text(w, ": ");
            write_json(w, waf_line_escape(text, w->pool));
            comma = ", ";
        }
    }
    write_text(w, "}");
}

static const char *engine_of(waf_engine_e engine)
{
    return engine == WAF_ON    ? "On"
           : engine == WAF_OFF ? "Off"
                               : "DetectionOnly";
}

static hit_verdict_e verdict_of(const explain_t *x)
{
    if (x->verdict.kind == RULE_PASS) {
        return x->inspect->detections->nelts ? HIT_MATCH : HIT_PASS;
    }
    return x->inspect->engine == WAF_ON ? HIT_REFUSE : HIT_DETECT;
}

static void write_verdict(writer_t *w, const explain_t *x)
{
    write_format(w, ", \"verdict\": \"%s\"", hit_verdict_name(verdict_of(x)));
    if (x->verdict.kind != RULE_PASS) {
        write_format(w, ", \"phase\": %d, \"status\": %d", x->phase,
                     x->verdict.status ? x->verdict.status : HTTP_FORBIDDEN);
    }
    if (x->verdict.by) {
        write_format(w, ", \"by\": %" APR_UINT64_T_FMT,
                     (apr_uint64_t)x->verdict.by->rule->id);
    }
    if (x->inspect->over) {
        write_format(w, ", \"limit\": \"too many %s\"",
                     inspect_over_name(x->inspect->over));
    }
}

static void write_answer(writer_t *w, const explain_t *x)
{
    const apr_array_header_t *found = x->inspect->detections;
    const server_rec *s = x->server;
    int i;

    write_text(w, "{\"host\": ");
    write_json(w, s->server_hostname ? s->server_hostname : "");
    write_format(w, ", \"named\": %s, \"engine\": \"%s\"",
                 x->is_named ? "true" : "false",
                 x->detects ? "DetectionOnly"
                            : engine_of(waf_settings_engine(x->waf)));
    if (s->defn_name) {
        write_text(w, ", \"defined_at\": ");
        write_json(w, apr_psprintf(w->pool, "%s:%u", s->defn_name,
                                   s->defn_line_number));
    }
    write_slice(w, "request", x->request.head.line);
    write_verdict(w, x);
    write_scores(w, x);
    write_text(w, ", \"matches\": [");
    for (i = 0; i < found->nelts; i++) {
        write_text(w, i ? ", " : "");
        write_detection(w, x, &APR_ARRAY_IDX(found, i, detection_t));
    }
    write_text(w, "]}");
}

/* ---- the verb ---- */

static void look(explain_t *x)
{
    inspect_limits_t limits =
        waf_settings_limits(x->waf,
                            x->detects
                                || waf_settings_engine(x->waf) != WAF_ON);
    body_limits_t body = waf_settings_body_limits(x->waf);
    waf_head_t *head = &x->request.head;

    limits.now = apr_time_now;
    limits.time_max = TIME_MAX;
    head->time = x->r->request_time;
    head->separator = body.separator;
    head->arguments_most = body.arguments_most;
    head->unique_id = SLICE_LIT("explained");
    head->webapp_id = slice_str(x->waf->webapp_id);
    if (x->client) {
        head->client = slice_str(x->client);
    }
    x->inspect = inspect_make(x->waf->program, &limits, x->r->pool);
    x->verdict =
        inspect_text_run(x->inspect, &x->request,
                         waf_settings_request_body(x->waf), &body, &x->phase);
}

int waf_verbs_explain(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    explain_t x = { .r = r };
    const char *fault = read_question(&x, request);
    writer_t w;

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    find_host(&x);
    if (!x.waf || !x.waf->program) {
        return guard_verbs_refuse(bb, HTTP_NOT_FOUND,
                                  apr_psprintf(r->pool,
                                               "the host %s has no rules",
                                               x.server->server_hostname
                                                   ? x.server->server_hostname
                                                   : "that answers here"));
    }
    look(&x);
    w = writer_make(bb);
    write_answer(&w, &x);
    writer_end(&w);
    return HTTP_OK;
}

#endif
