/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_explain_verb.c: waf-explain: a request that somebody wrote down, and what
 * the rules of its place say of it.  Nothing of it is logged or counted.
 * Layer L2. */
#include "waf_verbs.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "admin/host_find.h"
#include "waf/inspect/inspect_text.h"
#include "waf/request/waf_line.h"
#include "waf/seen/hit_make.h"
#include "written_request.h"

#ifdef HAVE_JANSSON

#define TIME_MAX apr_time_from_sec(5)

typedef struct {
    request_rec *r;
    written_request_t question;
    const server_rec *server;
    int is_named;      /* the server has that name */
    int is_of_section; /* sections or .htaccess files say something, too */
    int status;        /* OK, or httpd would end the request with it */
    const waf_settings_t *waf;
    int detects; /* RProxyGuard DetectOnly */
    inspect_t *inspect;
    inspect_verdict_t verdict;
    int phase;
} explain_t;

/* ---- its place ---- */

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

/* The port of one that has rules, if several have the name and none is said. */
static void choose_port(stand_in_order_t *order)
{
    const server_rec *s = host_find(order->host, order->usual_port);

    if (order->port || waf_verbs_program(s)) {
        return;
    }
    for (s = ap_server_conf; s; s = s->next) {
        if (is_of_host(s, order->host) && waf_verbs_program(s)) {
            order->port = s->addrs ? s->addrs->host_port : 0;
            return;
        }
    }
}

static int is_other(const explain_t *x, const guard_settings_t *host)
{
    return x->waf && host->waf
           && (x->waf->program != host->waf->program
               || waf_settings_engine(x->waf) != waf_settings_engine(host->waf)
               || x->detects != (host->mode == GUARD_DETECT));
}

/* What a request to there would find: its host, sections, .htaccess files.
 * Where httpd would end it on the way, what was known until then. */
static void find_place(explain_t *x, stand_in_order_t *order)
{
    const guard_settings_t *settings;
    stand_in_t stand_in;

    choose_port(order);
    stand_in_make(&stand_in, x->r, order);
    stand_in_walk(&stand_in);
    x->server = stand_in.r->server;
    x->is_named = is_of_host(x->server, order->host);
    x->status = stand_in.status;
    settings = guard_settings_of(x->status == OK ? stand_in.r->per_dir_config
                                                 : stand_in.of_location);
    x->waf = settings->waf;
    x->detects = settings->mode == GUARD_DETECT;
    x->is_of_section =
        is_other(x, guard_settings_of(x->server->lookup_defaults));
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
        hit_make(x->inspect, found, x->question.request.head.server_name,
                 x->question.request.head.uri_raw,
                 x->inspect->engine == WAF_DETECT);
    slice_t message = inspect_message(x->inspect, found);

    write_text(w, "{");
    waf_verbs_write_hit(w, &hit);
    write_text(w, ", \"message\": ");
    write_json(w, apr_pstrmemdup(w->pool, message.p, message.len));
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
    write_format(w, ", \"named\": %s, \"sections\": %s, \"engine\": \"%s\"",
                 x->is_named ? "true" : "false",
                 x->is_of_section ? "true" : "false",
                 x->detects ? "DetectionOnly"
                            : engine_of(waf_settings_engine(x->waf)));
    if (s->defn_name) {
        write_text(w, ", \"defined_at\": ");
        write_json(w, apr_psprintf(w->pool, "%s:%u", s->defn_name,
                                   s->defn_line_number));
    }
    if (x->status != OK) {
        write_format(w, ", \"ends_with\": %d", x->status);
    }
    write_slice(w, "request", x->question.request.head.line);
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
    waf_head_t *head = &x->question.request.head;

    limits.now = apr_time_now;
    limits.time_max = TIME_MAX;
    head->time = x->r->request_time;
    head->separator = body.separator;
    head->arguments_most = body.arguments_most;
    head->unique_id = SLICE_LIT("explained");
    head->webapp_id = slice_str(x->waf->webapp_id);
    if (x->question.client) {
        head->client = slice_str(x->question.client);
    }
    x->inspect = inspect_make(x->waf->program, &limits, x->r->pool);
    x->verdict =
        inspect_text_run(x->inspect, &x->question.request,
                         waf_settings_request_body(x->waf), &body, &x->phase);
}

int waf_verbs_explain(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    explain_t *x = apr_pcalloc(r->pool, sizeof(*x));
    stand_in_order_t order = { NULL };
    const char *fault = written_request_read(request, &x->question, r->pool);
    writer_t w;

    x->r = r;
    fault =
        fault ? fault : written_request_order(&x->question, &order, r->pool);
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    find_place(x, &order);
    if (!x->waf || !x->waf->program) {
        return guard_verbs_refuse(bb, HTTP_NOT_FOUND,
                                  apr_psprintf(r->pool,
                                               "the host %s has no rules",
                                               x->server->server_hostname
                                                   ? x->server->server_hostname
                                                   : "that answers here"));
    }
    look(x);
    w = writer_make(bb);
    write_answer(&w, x);
    writer_end(&w);
    return HTTP_OK;
}

#endif
