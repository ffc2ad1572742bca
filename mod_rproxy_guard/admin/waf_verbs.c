/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_verbs.c: waf-hits, waf-stats, waf-suggest, waf-explain.  Layer L2. */
#include "waf_verbs.h"

#include <apr_strings.h>
#include <http_main.h>

#include "admin/json_object.h"
#include "status/guard_report.h"
#include "waf/suggest/suggest.h"

const program_t *waf_verbs_program(const server_rec *host)
{
    const waf_settings_t *waf = guard_settings_of(host->lookup_defaults)->waf;

    return waf ? waf->program : NULL;
}

#ifdef HAVE_JANSSON

enum {
    LIMIT_DEFAULT = 50,
    NO_RULES = 503
};

/* What a GET asks for. */
typedef struct {
    const char *host, *path; /* NULL: any */
    int64_t rule;            /* 0: any */
    int64_t limit, requests, id;
} question_t;

/* What a question may say. */
typedef enum {
    OF_HITS,
    OF_SUGGESTIONS
} kind_e;

static const char *read_question(const rproxy_admin_request_t *request,
                                 kind_e kind, question_t *out, apr_pool_t *pool)
{
    const json_member_t members[] = {
        { .name = "host", .text = &out->host },
        { .name = "path", .text = &out->path },
        { .name = kind == OF_HITS ? "rule" : "id",
          .number = kind == OF_HITS ? &out->rule : &out->id,
          .least = 1,
          .most = APR_INT64_MAX },
        { .name = kind == OF_HITS ? "limit" : "requests",
          .number = kind == OF_HITS ? &out->limit : &out->requests,
          .least = 1,
          .most = HIT_PLACES },
        { NULL },
    };

    *out = (question_t){ .limit = LIMIT_DEFAULT, .requests = 1 };
    return json_object_read(request->json, request->len, members, pool);
}

static int no_rules(apr_bucket_brigade *bb)
{
    return guard_verbs_refuse(bb, NO_RULES,
                              "there are no rules: no SecRule is in the "
                              "configuration");
}

/* @return how many, newest first */
static int read_hits(hit_t **hits, apr_pool_t *pool)
{
    *hits = apr_palloc(pool, sizeof(hit_t) * HIT_PLACES);
    return hit_ring_read_all(&waf_seen()->hits, *hits, HIT_PLACES);
}

/* ---- hits ---- */

void waf_verbs_write_hit(writer_t *w, const hit_t *hit)
{
    const char *variable =
        hit->variable < VARIABLE_COUNT
            ? rule_variable_name((rule_variable_e)hit->variable)
            : "";

    write_text(w, "\"target\": ");
    write_json(w,
               apr_pstrcat(w->pool, hit->flags & HIT_IS_COUNT ? "&" : "",
                           variable, *hit->part ? ":" : "", hit->part, NULL));
    write_format(w,
                 ", \"rule\": %" APR_UINT64_T_FMT
                 ", \"phase\": %d, \"verdict\": \"%s\", \"score\": ",
                 (apr_uint64_t)hit->rule, hit->phase,
                 hit_verdict_name(hit->verdict));
    if (hit->score < 0) {
        write_text(w, "null");
    }
    else {
        write_number(w, hit->score);
    }
    write_text(w, ", \"text\": ");
    write_json(w, hit->text);
}

static void write_hit(writer_t *w, const hit_t *hit)
{
    write_format(w,
                 "{\"time\": %" APR_INT64_T_FMT ".%03d, \"request\": "
                 "\"%016" APR_UINT64_T_HEX_FMT "\", \"client\": "
                 "\"%016" APR_UINT64_T_HEX_FMT "\", \"host\": ",
                 (apr_int64_t)apr_time_sec(hit->time_us),
                 (int)apr_time_msec(hit->time_us), (apr_uint64_t)hit->request,
                 (apr_uint64_t)hit->client);
    write_json(w, hit->host);
    write_text(w, ", \"path\": ");
    write_json(w, hit->path);
    write_text(w, ", ");
    waf_verbs_write_hit(w, hit);
    write_text(w, "}");
}

static int is_asked_for(const question_t *question, const hit_t *hit)
{
    return (!question->host || strcasecmp(question->host, hit->host) == 0)
           && (!question->path || strcmp(question->path, hit->path) == 0)
           && (!question->rule || (uint64_t)question->rule == hit->rule);
}

static int call_hits(request_rec *r, const rproxy_admin_request_t *request,
                     apr_bucket_brigade *bb)
{
    question_t question;
    const char *fault = read_question(request, OF_HITS, &question, r->pool);
    const char *comma = "";
    hit_t *hits;
    writer_t w;
    int i, n;

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    if (!waf_seen()) {
        return no_rules(bb);
    }
    n = read_hits(&hits, r->pool);
    w = writer_make(bb);
    write_format(&w, "{\"count\": %" APR_UINT64_T_FMT ", \"kept\": %d, ",
                 (apr_uint64_t)hit_ring_count(&waf_seen()->hits), n);
    write_text(&w, "\"hits\": [");
    for (i = 0; i < n && question.limit > 0; i++) {
        if (is_asked_for(&question, &hits[i])) {
            write_text(&w, comma);
            write_hit(&w, &hits[i]);
            comma = ", ";
            question.limit--;
        }
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

/* ---- stats ---- */

static int call_stats(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    return waf_seen() ? guard_verbs_report(r, &waf_report, bb) : no_rules(bb);
}

/* ---- suggest ---- */

static void add_ids(apr_hash_t *set, const program_t *program)
{
    int phase, i;

    for (phase = 0; program && phase < RULE_PHASES; phase++) {
        for (i = 0; i < program->phase_count[phase]; i++) {
            const rule_t *rule = program->phase[phase][i]->rule;

            apr_hash_set(set, &rule->id, sizeof(rule->id), rule);
        }
    }
}

static apr_hash_t *ids_in_use(apr_pool_t *pool)
{
    apr_hash_t *set = apr_hash_make(pool);
    const server_rec *s;

    for (s = ap_server_conf; s; s = s->next) {
        add_ids(set, waf_verbs_program(s));
    }
    return set;
}

static void write_suggestion(writer_t *w, const suggestion_t *made)
{
    write_text(w, "{\"directive\": ");
    write_json(w, made->text);
    write_text(w, ", \"host\": ");
    write_json(w, made->like->host);
    write_text(w, ", \"path\": ");
    write_json(w, made->like->path);
    write_format(w,
                 ", \"hits\": %d, \"requests\": %d, \"clients\": %d, "
                 "\"clears\": %d, \"refused\": %s, \"last\": "
                 "%" APR_INT64_T_FMT ", ",
                 made->hits, made->requests, made->clients, made->clears,
                 made->was_refused ? "true" : "false",
                 (apr_int64_t)apr_time_sec(made->last_us));
    waf_verbs_write_hit(w, made->like);
    write_text(w, "}");
}

static int call_suggest(request_rec *r, const rproxy_admin_request_t *request,
                        apr_bucket_brigade *bb)
{
    question_t question;
    const char *fault =
        read_question(request, OF_SUGGESTIONS, &question, r->pool);
    suggest_options_t options = { .host = question.host,
                                  .path = question.path,
                                  .requests_least = (int)question.requests,
                                  .first_id = (uint64_t)question.id };
    suggest_result_t result;
    hit_t *hits;
    writer_t w;
    int i;

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    if (!waf_seen()) {
        return no_rules(bb);
    }
    options.id_set = ids_in_use(r->pool);
    i = read_hits(&hits, r->pool);
    result = suggest_make(hits, i, &options, r->pool);
    w = writer_make(bb);
    write_format(&w,
                 "{\"hits\": %d, \"of_values\": %d, \"silenced\": %d, "
                 "\"too_few\": %d, \"not_written\": %d, \"suggestions\": [",
                 result.hits, result.of_values, result.silenced, result.too_few,
                 result.not_written);
    for (i = 0; i < result.list->nelts; i++) {
        write_text(&w, i ? ", " : "");
        write_suggestion(&w, &APR_ARRAY_IDX(result.list, i, suggestion_t));
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

const rproxy_admin_verb_t waf_verbs[] = {
    { "waf-hits", RPROXY_ADMIN_GET, "what rules of the WAF have found lately",
      call_hits },
    { "waf-stats", RPROXY_ADMIN_GET,
      "requests that rules looked at: verdicts, time, rules, paths",
      call_stats },
    { "waf-suggest", RPROXY_ADMIN_GET,
      "narrow exceptions, made of what rules have found", call_suggest },
    { "waf-explain", RPROXY_ADMIN_POST,
      "what the rules of a host say of a request", waf_verbs_explain },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t waf_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
