/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt.c: RProxyGuardRequire jwt.  Layer L2. */
#include "guard_private.h"
#include "credentials.h"

#if defined(HAVE_JANSSON) && defined(HAVE_OPENSSL)

#include <apr_lib.h>
#include <apr_strings.h>

#include "../guard_request.h"
#include "jwt_verify.h"
#include "routing/cookie.h"

enum {
    VARIABLES_MAX = 32,
    VARIABLE_NAME_MAX = 40
};

static slice_t token_of(const request_rec *r, const jwt_source_t *source)
{
    slice_t token = slice_make(NULL, 0);
    h1_field_t cookies = { SLICE_LIT("Cookie"),
                           slice_str(apr_table_get(r->headers_in, "Cookie")) };

    if (source->header) {
        token = credentials_of_field(r, source->header);
    }
    if (!token.len && source->cookie && cookies.value.len) {
        cookie_find(&cookies, 1, slice_str(source->cookie), &token);
    }
    return token;
}

/* ---- what it says ---- */

static int is_variable(const char *name)
{
    size_t len = strlen(name), i;

    for (i = 0; i < len; i++) {
        if (!apr_isalnum(name[i]) && name[i] != '_') {
            return 0;
        }
    }
    return len > 0 && len <= VARIABLE_NAME_MAX;
}

static apr_table_t *variables_of(request_rec *r, json_t *claims)
{
    apr_table_t *variables = apr_table_make(r->pool, 8);
    int left = VARIABLES_MAX;
    void *at;

    for (at = json_object_iter(claims); at && left;
         at = json_object_iter_next(claims, at)) {
        const char *name = json_object_iter_key(at), *text;

        text = is_variable(name) ? jwt_claim_text(claims, name, r->pool) : NULL;
        if (text) {
            apr_table_setn(variables,
                           apr_pstrcat(r->pool, "RPROXY_CLAIM_", name, NULL),
                           text);
            left--;
        }
    }
    return variables;
}

/* The client's own are gone already. */
static void tell(request_rec *r, const jwt_source_t *source,
                 const json_t *claims)
{
    int i;

    for (i = 0; i < source->claims->nelts; i++) {
        const jwt_claim_t *one = &APR_ARRAY_IDX(source->claims, i, jwt_claim_t);
        const char *text = jwt_claim_text(claims, one->claim, r->pool);

        if (text) {
            apr_table_setn(r->headers_in, one->field, text);
        }
    }
    if (source->hide && source->header) {
        guard_request_of(r)->hidden = source->header;
        apr_table_unset(r->headers_in, source->header);
    }
}

static credential_result_t let_in(request_rec *r, const jwt_source_t *source,
                                  json_t *claims, const char *scope)
{
    credential_result_t result = { CREDENTIAL_GOOD, 0 };
    const char *subject;

    if (scope && !jwt_has_scope(claims, scope)) {
        result = credential_bad(HTTP_FORBIDDEN, "its token lacks the scope");
        result.error = "insufficient_scope";
        return result;
    }
    subject = jwt_claim_text(claims, "sub", r->pool);
    result.label = subject && *subject ? subject : "jwt";
    result.row = credentials_row("jwt");
    result.claims = variables_of(r, claims);
    credentials_count(r, result.row);
    tell(r, source, claims);
    return result;
}

credential_result_t jwt_check(request_rec *r, const credential_settings_t *s,
                              const char *scope)
{
    const jwt_source_t *source = s->jwt;
    credential_result_t result = { CREDENTIAL_CLOSED, 0 };
    slice_t token;
    const char *wrong;
    jwt_keys_t *keys;
    jwt_rule_t rule;
    json_t *claims;
    uint32_t place;

    if (!source) {
        result.why = "there is no RProxyGuardJwt for it";
        return result;
    }
    token = token_of(r, source);
    if (!token.len) {
        result.answer = CREDENTIAL_ABSENT;
        return result;
    }
    keys = watched_file_open(source->file, &place);
    if (!keys) {
        result.why = "there is no good file of keys";
        return result;
    }
    rule = (jwt_rule_t){ source->issuer, source->audience,
                         apr_time_sec(source->leeway) };
    wrong =
        jwt_verify(keys, &rule, token, apr_time_sec(r->request_time), &claims);
    watched_file_close(source->file, place);
    if (wrong) {
        return credential_bad(HTTP_UNAUTHORIZED,
                              apr_pstrcat(r->pool, "its token: ", wrong, NULL));
    }
    result = let_in(r, source, claims, scope);
    json_decref(claims);
    return result;
}

#else

credential_result_t jwt_check(request_rec *r, const credential_settings_t *s,
                              const char *scope)
{
    credential_result_t result = { .answer = CREDENTIAL_CLOSED,
                                   .why = "built without OpenSSL or jansson" };

    return result;
}

#endif
