/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* credential_check.c: RProxyGuardRequire.  Layer L2.
 * RFC 9110 11.6.1 (WWW-Authenticate), RFC 6750 3 (Bearer). */
#include "guard_private.h"
#include "credentials.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "../config/guard_config.h"
#include "../guard_refuse.h"
#include "../guard_request.h"
#include "field_names.h"
#include "forward_auth.h"

/* clang-format off */
static const struct {
    const char *name;      /* of the rule, in logs */
    const char *challenge; /* NULL: a client cannot be asked for it */
    credential_check_fn *check;
} kinds[CREDENTIAL_KINDS] = {
    [CREDENTIAL_KEY] = { "key", "ApiKey", api_key_check },
    [CREDENTIAL_JWT] = { "jwt", "Bearer", jwt_check },
    [CREDENTIAL_URL] = { "signed-url", NULL, url_check },
    [CREDENTIAL_AUTH] = { "forward-auth", NULL, forward_auth_check },
};
/* clang-format on */

/* ---- whose it is ---- */

static void count(const credential_result_t *result, const request_rec *r,
                  usage_count_e what, uint64_t n)
{
    usage_row_t *row = result->row ? result->row : credentials_row("-");

    if (row) {
        usage_add(row, usage_day(apr_time_sec(r->request_time)), what, n);
    }
}

typedef void name_fn(request_rec *r, const char *name);

/* The fields that settings vouch for. */
static void each_name(request_rec *r, const credential_settings_t *s,
                      name_fn *fn)
{
    int i;

    if (s->keys && s->keys->tell) {
        fn(r, s->keys->tell);
    }
    for (i = 0; s->auth && i < s->auth->headers->nelts; i++) {
        fn(r, APR_ARRAY_IDX(s->auth->headers, i, const char *));
    }
    for (i = 0; s->jwt && i < s->jwt->claims->nelts; i++) {
        fn(r, APR_ARRAY_IDX(s->jwt->claims, i, jwt_claim_t).field);
    }
}

static void note_told(request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->headers_in, name);

    if (value) {
        apr_table_set(guard_request_of(r)->told, name, value);
    }
}

/* Longer than a request that only looks whether something is there. */
static void remember(request_rec *r, const credential_settings_t *s,
                     const credential_result_t *result)
{
    guard_request_t *request = guard_request_of(r);
    apr_pool_t *pool = guard_request_head(r)->pool;

    request->label = apr_pstrdup(pool, result->label);
    request->usage = result->row;
    request->let_in_by = apr_pmemdup(pool, s, sizeof(*s));
    request->claims =
        result->claims ? apr_table_clone(pool, result->claims) : NULL;
    request->is_shared = result->is_shared;
    request->told = apr_table_make(pool, 4);
    each_name(r, s, note_told);
}

/* For logs and applications; of an internal redirect too, where httpd has put
 * REDIRECT_ before what was there. */
static void say(request_rec *r)
{
    const guard_request_t *request = guard_request_of(r);

    if (request->label) {
        apr_table_setn(r->subprocess_env, "RPROXY_KEY", request->label);
    }
    if (request->claims) {
        apr_table_overlap(r->subprocess_env, request->claims,
                          APR_OVERLAP_TABLES_SET);
    }
}

/* ---- who is refused ---- */

static void challenge(request_rec *r, const credential_rule_t *rule,
                      const credential_result_t *result)
{
    int i;

    for (i = 0; i < CREDENTIAL_KINDS; i++) {
        if (!(rule->kinds & 1u << i) || !kinds[i].challenge) {
            continue;
        }
        apr_table_addn(r->err_headers_out, "WWW-Authenticate",
                       apr_psprintf(r->pool, "%s realm=\"%s\"%s%s%s",
                                    kinds[i].challenge, rule->realm,
                                    result->error ? ", error=\"" : "",
                                    result->error ? result->error : "",
                                    result->error ? "\"" : ""));
    }
}

/* What the service has answered; that a client has to log in is no refusal to
 * be told of. */
static int pass_on(request_rec *r, const credential_result_t *result,
                   const guard_verdict_t *verdict)
{
    r->err_headers_out =
        apr_table_overlay(r->pool, r->err_headers_out, result->fields);
    if (!ap_is_HTTP_REDIRECT(result->status)) {
        return guard_refuse(r, verdict);
    }
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "Location",
                   apr_table_get(r->err_headers_out, "Location"));
    apr_table_unset(r->err_headers_out, "Location");
    return result->status;
}

static int refuse(request_rec *r, const credential_rule_t *rule,
                  const credential_result_t *result, const char *name)
{
    guard_verdict_t verdict = { .status = result->status,
                                .rule = name,
                                .why = result->why,
                                .where = rule->where };

    count(result, r, USAGE_REFUSED, 1);
    if (rule->log_only) {
        guard_refuse_log(r, &verdict, NULL);
        return DECLINED;
    }
    if (result->fields) {
        return pass_on(r, result, &verdict);
    }
    if (result->status == HTTP_UNAUTHORIZED
        || (result->status == HTTP_FORBIDDEN && result->error)) {
        challenge(r, rule, result);
    }
    if (result->retry_after_s) {
        apr_table_setn(r->err_headers_out, "Retry-After",
                       apr_itoa(r->pool, result->retry_after_s));
    }
    return guard_refuse(r, &verdict);
}

/* Of all kinds that would do, none was shown. */
static credential_result_t nothing(const credential_rule_t *rule)
{
    credential_result_t result =
        credential_bad(HTTP_FORBIDDEN, "it has none of what the path needs");
    int i;

    result.error = NULL;
    for (i = 0; i < CREDENTIAL_KINDS; i++) {
        if (rule->kinds & 1u << i && kinds[i].challenge) {
            result.status = HTTP_UNAUTHORIZED;
        }
    }
    return result;
}

/* One of several will do; a bad one says more than one that is not there. */
credential_result_t credentials_ask(request_rec *r,
                                    const credential_settings_t *s,
                                    const char **name)
{
    credential_result_t worst = { CREDENTIAL_ABSENT, 0 };
    int i;

    *name = "credential";
    for (i = 0; i < CREDENTIAL_KINDS; i++) {
        credential_result_t result;

        if (!(s->rule->kinds & 1u << i)) {
            continue;
        }
        result = kinds[i].check(r, s, s->rule->scope);
        if (result.answer >= worst.answer || result.answer == CREDENTIAL_GOOD) {
            worst = result;
            *name = kinds[i].name;
        }
        if (result.answer == CREDENTIAL_GOOD
            || result.answer == CREDENTIAL_LATER) {
            return result;
        }
    }
    if (worst.answer == CREDENTIAL_ABSENT) {
        worst = nothing(s->rule);
    }
    else if (worst.answer == CREDENTIAL_CLOSED) {
        worst.status = HTTP_SERVICE_UNAVAILABLE;
    }
    return worst;
}

/* ---- hooks ---- */

static const credential_settings_t *settings_of(const request_rec *r)
{
    return &guard_settings_of(r->per_dir_config)->credentials;
}

/* What only we may say, whoever it was that said it; and nobody keeps it from
 * the origin, by Connection for example. */
static void claim(request_rec *r, const char *name)
{
    const char *names = apr_table_get(r->notes, RPROXY_NOTE_VOUCHED);

    field_names_remove(r->headers_in, name);
    if (!names || !h1_list_has(slice_str(names), slice_str(name))) {
        apr_table_mergen(r->notes, RPROXY_NOTE_VOUCHED, name);
    }
}

static int needs_one(const credential_settings_t *s)
{
    return s->rule && s->rule->kinds;
}

/* By what stands here; or, where nothing does, by what stood before. */
static int is_let_in(const guard_request_t *request,
                     const credential_settings_t *s)
{
    return request->let_in_by
           && (!needs_one(s)
               || credential_settings_equal(request->let_in_by, s));
}

static void set_fields(request_rec *r, const credential_settings_t *s)
{
    const guard_request_t *request = guard_request_of(r);

    each_name(r, s, claim);
    if (!request->let_in_by) {
        return;
    }
    each_name(r, request->let_in_by, claim); /* of another place, maybe */
    if (!is_let_in(request, s)) {
        return;
    }
    apr_table_overlap(r->headers_in, request->told, APR_OVERLAP_TABLES_SET);
    if (request->hidden) {
        apr_table_unset(r->headers_in, request->hidden);
    }
}

/* All sections are known; neither access control nor Satisfy has been asked. */
static int post_perdir_config(request_rec *r)
{
    const credential_settings_t *s = settings_of(r);
    credential_result_t result;
    const char *name;

    if (!r->main) {
        guard_request_of(r)->place = r->per_dir_config;
    }
    set_fields(r, s);
    if (!needs_one(s)) {
        return DECLINED;
    }
    if (!is_let_in(guard_request_of(r), s)) {
        result = credentials_ask(r, s, &name);
        if (result.answer == CREDENTIAL_LATER) {
            return DECLINED;
        }
        if (result.answer != CREDENTIAL_GOOD) {
            return refuse(r, s->rule, &result, name);
        }
        remember(r, s, &result);
    }
    say(r);
    return DECLINED;
}

/* httpd may have found another place since, by a request of its own whose
 * fields are not those of this one: DirectoryIndex. */
static int handler(request_rec *r)
{
    if (r->main || guard_request_of(r)->place != r->per_dir_config) {
        set_fields(r, settings_of(r));
    }
    return DECLINED;
}

/* The label is the request's user where httpd itself has found none: logs show
 * it, and caches know that the response is not for all. */
static int fixups(request_rec *r)
{
    const guard_request_t *request = guard_request_of(r);

    if (request->label && !request->is_shared && !r->user) {
        r->user = apr_pstrdup(r->pool, request->label);
    }
    return DECLINED;
}

int credentials_finish(request_rec *r, credential_result_t *result,
                       const char *kind)
{
    const credential_settings_t *s = settings_of(r);

    if (result->answer == CREDENTIAL_GOOD) {
        remember(r, s, result);
        say(r);
        return fixups(r);
    }
    return refuse(r, s->rule, result, kind);
}

static int log_transaction(request_rec *r)
{
    usage_row_t *row = guard_request_of(r)->usage;

    while (r->next) {
        r = r->next;
    }
    if (row && r->bytes_sent > 0) {
        usage_add(row, usage_day(apr_time_sec(r->request_time)), USAGE_BYTES,
                  (uint64_t)r->bytes_sent);
    }
    return DECLINED;
}

void credentials_register(void)
{
    static const char *const behind[] = { "mod_rproxy.c", "mod_rproxy_cache.c",
                                          NULL };

    ap_hook_post_perdir_config(post_perdir_config, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(handler, NULL, behind, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_MIDDLE);
}
