/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_settings.c: see waf_settings.h.  Layer L2. */
#include "guard_private.h"
#include "waf_settings.h"

#include <apr_file_io.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_main.h>

enum {
    LOG_LINES = 100
};

waf_global_t *waf_global;

void waf_settings_begin(apr_pool_t *pconf)
{
    waf_global = apr_pcalloc(pconf, sizeof(*waf_global));
    waf_global->pool = pconf;
    waf_global->log_lines = LOG_LINES;
    waf_global->skip = apr_array_make(pconf, 2, sizeof(const char *));
    waf_global->notes = apr_array_make(pconf, 8, sizeof(const char *));
    waf_global->audit_logs = apr_array_make(pconf, 2, sizeof(const char *));
    if (apr_temp_dir_get(&waf_global->folder, pconf) != APR_SUCCESS) {
        waf_global->folder = "/tmp";
    }
    waf_place_forget();
}

waf_settings_t *waf_settings_create(apr_pool_t *pool)
{
    waf_settings_t *s = apr_pcalloc(pool, sizeof(*s));

    s->engine = s->request_body = s->response_body = -1;
    s->request_body_limit = s->request_body_no_files = -1;
    s->request_body_memory = s->response_body_limit = -1;
    s->request_body_limit_action = s->response_body_limit_action = -1;
    s->json_depth = s->files_limit = -1;
    s->saves_files = s->keeps_files = -1;
    s->time_max = -1;
    s->audit = s->fails_open = s->htaccess = s->inherits = -1;
    return s;
}

/* ---- merging ---- */

static void merge_bodies(waf_settings_t *out, const waf_settings_t *inner)
{
#define MERGE(field) out->field = inner->field != -1 ? inner->field : out->field
    MERGE(request_body);
    MERGE(request_body_limit);
    MERGE(request_body_no_files);
    MERGE(request_body_memory);
    MERGE(request_body_limit_action);
    MERGE(json_depth);
    MERGE(files_limit);
    MERGE(saves_files);
    MERGE(keeps_files);
    MERGE(response_body);
    MERGE(response_body_limit);
    MERGE(response_body_limit_action);
}

static void merge_rest(waf_settings_t *out, const waf_settings_t *inner,
                       apr_pool_t *pool)
{
    MERGE(engine);
    MERGE(audit);
    MERGE(time_max);
    MERGE(fails_open);
    MERGE(htaccess);
#undef MERGE
#define MERGE(field) out->field = inner->field ? inner->field : out->field
    MERGE(arguments_limit);
    MERGE(separator);
    MERGE(audit_status);
    MERGE(audit_parts);
    MERGE(audit_log);
    MERGE(folder);
    MERGE(webapp_id);
#undef MERGE
    if (inner->types || inner->types_cleared) {
        out->types = !inner->types_cleared && out->types && inner->types
                         ? apr_array_append(pool, out->types, inner->types)
                         : inner->types;
        out->types_cleared |= inner->types_cleared;
    }
}

static void told(const char *wrong)
{
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                 RPLOGNO(4340) "rules of a section do not fit to those around "
                               "it, which hold alone: %s",
                 wrong);
}

static void take_step(waf_settings_t *out, const waf_settings_t *step,
                      apr_pool_t *pool)
{
    const waf_place_t *outer = step->inherits == 0 ? NULL : out->place;
    const waf_place_t *made = outer;
    const char *wrong = NULL;

    if (step->is_of_htaccess && out->htaccess != 1) {
        return;
    }
    if (step->rules && step->is_of_htaccess) {
        wrong =
            outer ? waf_place_except(outer, step->rules, &made, pool) : NULL;
    }
    else if (step->rules) {
        wrong = waf_place_within(outer, step->rules, &made, pool);
    }
    if (wrong) {
        told(wrong);
        return;
    }
    out->place = made;
    out->program = made ? made->program : NULL;
}

/* The sections whose words on rules settings have. */
static const apr_array_header_t *steps_of(const waf_settings_t *settings,
                                          apr_pool_t *pool)
{
    apr_array_header_t *steps;

    if (settings->steps) {
        return settings->steps;
    }
    steps = apr_array_make(pool, 1, sizeof(const waf_settings_t *));
    if (settings->rules || settings->inherits == 0) {
        APR_ARRAY_PUSH(steps, const waf_settings_t *) = settings;
    }
    return steps;
}

/* Requests come.  httpd may merge sections with one another first, then all of
 * them with the host. */
static void merge_places(waf_settings_t *out, const waf_settings_t *outer,
                         const waf_settings_t *inner, apr_pool_t *pool)
{
    const apr_array_header_t *steps = steps_of(inner, pool);
    int i;

    if (!out->is_host) {
        out->steps = apr_array_append(pool, steps_of(outer, pool), steps);
        return;
    }
    for (i = 0; i < steps->nelts; i++) {
        take_step(out, APR_ARRAY_IDX(steps, i, const waf_settings_t *), pool);
    }
}

/* The configuration is read: a virtual host and the server. */
static void merge_rules(waf_settings_t *out, const waf_settings_t *outer,
                        const waf_settings_t *inner)
{
    out->rules = inner->rules;
    out->outer_rules = inner->inherits == 0 ? NULL : outer->rules;
}

waf_settings_t *waf_settings_merge(apr_pool_t *pool, waf_settings_t *outer,
                                   waf_settings_t *inner)
{
    waf_settings_t *out;

    if (!inner || !outer) {
        return inner ? inner : outer;
    }
    out = apr_pmemdup(pool, outer, sizeof(*out));
    merge_bodies(out, inner);
    merge_rest(out, inner, pool);
    if (waf_place_has_begun()) {
        merge_places(out, outer, inner, pool);
    }
    else {
        merge_rules(out, outer, inner);
    }
    return out;
}

/* ---- what holds ---- */

static apr_off_t or_else(apr_off_t said, apr_off_t otherwise)
{
    return said >= 0 ? said : otherwise;
}

waf_engine_e waf_settings_engine(const waf_settings_t *settings)
{
    return (waf_engine_e)or_else(settings->engine, WAF_OFF);
}

int waf_settings_request_body(const waf_settings_t *settings)
{
    return settings->request_body == 1;
}

size_t waf_settings_request_body_limit(const waf_settings_t *settings)
{
    return (size_t)or_else(settings->request_body_limit, 134217728);
}

size_t waf_settings_request_body_memory(const waf_settings_t *settings)
{
    return (size_t)or_else(settings->request_body_memory, 131072);
}

size_t waf_settings_request_body_no_files(const waf_settings_t *settings)
{
    return (size_t)or_else(settings->request_body_no_files, 1048576);
}

int waf_settings_response_body(const waf_settings_t *settings)
{
    return settings->response_body == 1;
}

size_t waf_settings_response_body_limit(const waf_settings_t *settings)
{
    return (size_t)or_else(settings->response_body_limit, 524288);
}

static int is_type(const char *type, size_t len, const char *wanted)
{
    return strlen(wanted) == len && strncasecmp(type, wanted, len) == 0;
}

int waf_settings_is_response_type(const waf_settings_t *settings,
                                  const char *type)
{
    size_t len = type ? strcspn(type, "; \t") : 0;
    int i;

    if (!settings->types && !settings->types_cleared) {
        return type
               && (is_type(type, len, "text/plain")
                   || is_type(type, len, "text/html"));
    }
    for (i = 0; settings->types && i < settings->types->nelts; i++) {
        const char *wanted = APR_ARRAY_IDX(settings->types, i, const char *);

        if (type ? is_type(type, len, wanted) : strcmp(wanted, "null") == 0) {
            return 1;
        }
    }
    return 0;
}

body_limits_t waf_settings_body_limits(const waf_settings_t *settings)
{
    body_limits_t limits = {
        .arguments_most = settings->arguments_limit,
        .depth_most = (int)or_else(settings->json_depth, 0),
        .files_most = (int)or_else(settings->files_limit, 0),
        .counts_files = settings->saves_files > 0 || settings->keeps_files > 0,
        .keeps_files = settings->program && settings->program->asks_files,
        .separator = (char)settings->separator,
        .outside_most = waf_settings_request_body_no_files(settings),
    };

    return limits;
}

/* 0, "no limit", is -1 there, and the default 0. */
static apr_interval_time_t time_limit(const waf_settings_t *settings)
{
    if (settings->time_max == -1) {
        return 0;
    }
    return settings->time_max ? settings->time_max : -1;
}

inspect_limits_t waf_settings_limits(const waf_settings_t *settings,
                                     int detects_only)
{
    inspect_limits_t limits = {
        .engine = detects_only ? WAF_DETECT : waf_settings_engine(settings),
        .time_max = time_limit(settings),
    };

    return limits;
}

int waf_settings_audit(const waf_settings_t *settings)
{
    return (int)or_else(settings->audit, WAF_AUDIT_OFF);
}

const char *waf_settings_audit_parts(const waf_settings_t *settings)
{
    return settings->audit_parts ? settings->audit_parts : "ABCFHZ";
}

const char *waf_settings_folder(const waf_settings_t *settings)
{
    return settings->folder ? settings->folder : waf_global->folder;
}

int waf_settings_fails_open(const waf_settings_t *settings)
{
    return settings->fails_open == 1;
}
