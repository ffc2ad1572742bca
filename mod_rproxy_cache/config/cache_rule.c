/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_rule.c: see cache_rule.h.  Layer L2. */
#include "cache_rule.h"

#include <apr_lib.h>
#include <apr_strings.h>

#include "cache_private.h"
#include "config/config_option.h"
#include "http1/h1_fields.h"
#include "policy/wildcard.h"

static const char *const kinds[] = { "cookie", "path", "query", "header",
                                     "method", "expr", NULL };
static const char *const key_kinds[] = { "cookie", "header", "expr", NULL };

static const char *parse_expr(cmd_parms *cmd, const char *text, int as_key,
                              cache_rule_t *rule)
{
    const char *error = NULL;

    rule->expr =
        ap_expr_parse_cmd(cmd, text, as_key ? AP_EXPR_FLAG_STRING_RESULT : 0,
                          &error, NULL);
    return error ? apr_psprintf(cmd->pool, "%s: expression '%s': %s",
                                cmd->cmd->name, text, error)
                 : NULL;
}

static int is_capital(const char *name)
{
    while (apr_isupper(*name) || *name == '-') {
        name++;
    }
    return !*name;
}

/* What could never fit is a mistake. */
static const char *check_name(cmd_parms *cmd, const cache_rule_t *rule)
{
    static const char *const expected[] = {
        [RULE_COOKIE] = "cookie=NAME, a name alone",
        [RULE_PATH] = "path=/PATH or path=*PATH",
        [RULE_QUERY] = "query=NAME, a name alone",
        [RULE_HEADER] = "header=NAME or header=NAME:VALUE, the name in full",
        [RULE_METHOD] = "method=NAME in capital letters",
    };
    const char *name = rule->name;
    int is_good = rule->kind == RULE_PATH ? *name == '/' || *name == '*'
                  : rule->kind == RULE_HEADER
                      ? h1_is_token(slice_str(name)) && !strchr(name, '*')
                  : rule->kind == RULE_METHOD ? is_capital(name)
                                              : !strpbrk(name, "=;& ");

    return is_good
               ? NULL
               : config_option_expected(cmd, rule->text, expected[rule->kind]);
}

const char *cache_rule_parse(cmd_parms *cmd, const char *word, int as_key,
                             cache_rule_t *rule)
{
    const char *key, *value;
    char *colon;
    int kind;

    if (!config_option_split(cmd->pool, word, &key, &value) || !*value) {
        return config_option_expected(cmd, word,
                                      as_key ? "cookie=NAME, header=NAME, "
                                               "expr=EXPRESSION, no-host or "
                                               "no-scheme"
                                             : "cookie=NAME, path=/PATH, "
                                               "query=NAME, header=NAME, "
                                               "method=NAME or "
                                               "expr=EXPRESSION; * stands for "
                                               "any characters");
    }
    kind = config_option_find(kinds, key);
    if (kind < 0 || (as_key && config_option_find(key_kinds, key) < 0)) {
        return config_option_unknown(cmd, "key", key,
                                     as_key ? key_kinds : kinds);
    }
    rule->kind = (rule_kind_e)kind;
    rule->text = word;
    rule->name = apr_pstrdup(cmd->pool, value);
    rule->value = NULL;
    rule->where = config_option_where(cmd);
    if (rule->kind == RULE_HEADER && (colon = strchr(rule->name, ':'))) {
        *colon = '\0';
        rule->value = colon + 1;
    }
    return rule->kind == RULE_EXPR ? parse_expr(cmd, value, as_key, rule)
                                   : check_name(cmd, rule);
}

/* As applications may read it, which decode what they are asked for. */
static slice_t decoded(apr_pool_t *pool, slice_t text)
{
    char *copy;

    if (!text.len || !memchr(text.p, '%', text.len)) {
        return text;
    }
    copy = apr_pstrmemdup(pool, text.p, text.len);
    ap_unescape_all(copy);
    return slice_str(copy);
}

static int fits_decoded(apr_pool_t *pool, slice_t pattern, slice_t text)
{
    slice_t plain = decoded(pool, text);

    return wildcard_matches(pattern, text, 0)
           || (plain.p != text.p && wildcard_matches(pattern, plain, 0));
}

/* Most paths: nobody reads them in another way. */
static int has_one_spelling(slice_t path)
{
    size_t i;

    for (i = 0; i < path.len; i++) {
        if (path.p[i] == '%'
            || (path.p[i] == '/' && i + 1 < path.len
                && (path.p[i + 1] == '/' || path.p[i + 1] == '.'))) {
            return 0;
        }
    }
    return 1;
}

/* Origins also resolve dot segments and join slashes. */
static int path_fits(apr_pool_t *pool, slice_t pattern, slice_t path)
{
    slice_t plain;
    char *shortest;

    if (has_one_spelling(path)) {
        return wildcard_matches(pattern, path, 0);
    }
    plain = decoded(pool, path);
    shortest = apr_pstrmemdup(pool, plain.p, plain.len);
    ap_no2slash(shortest);
    ap_getparents(shortest);
    return fits_decoded(pool, pattern, path)
           || wildcard_matches(pattern, slice_str(shortest), 0);
}

static size_t length_before(slice_t text, const char *ends)
{
    size_t len = 0;

    while (len < text.len && !strchr(ends, text.p[len])) {
        len++;
    }
    return len;
}

static int query_has(apr_pool_t *pool, slice_t query, slice_t pattern)
{
    while (query.len) {
        /* Some origins take ";" for "&". */
        size_t len = length_before(query, "&;");
        const char *equals = memchr(query.p, '=', len);
        size_t name = equals ? (size_t)(equals - query.p) : len;

        if (fits_decoded(pool, pattern, slice_make(query.p, name))) {
            return 1;
        }
        len += len < query.len;
        query.p += len;
        query.len -= len;
    }
    return 0;
}

static int header_fits(const cache_rule_t *rule, const request_rec *r)
{
    const char *value = apr_table_get(r->headers_in, rule->name);

    return value
           && (!rule->value
               || wildcard_matches(slice_str(rule->value), slice_str(value),
                                   1));
}

static int cookie_fits(const cache_rule_t *rule, const request_rec *r)
{
    const char *cookies = apr_table_get(r->headers_in, "Cookie");

    return cookies
           && wildcard_cookie_is_sent(slice_str(rule->name),
                                      slice_str(cookies));
}

static int fits(const cache_rule_t *rule, request_rec *r, slice_t path,
                slice_t query)
{
    const char *error = NULL;

    switch (rule->kind) {
    case RULE_COOKIE:
        return cookie_fits(rule, r);
    case RULE_PATH:
        return path_fits(r->pool, slice_str(rule->name), path);
    case RULE_QUERY:
        return query_has(r->pool, query, slice_str(rule->name));
    case RULE_HEADER:
        return header_fits(rule, r);
    case RULE_METHOD:
        return strcmp(rule->name, r->method) == 0;
    case RULE_EXPR:
        /* An expression that fails keeps the cache out. */
        return ap_expr_exec(r, rule->expr, &error) != 0;
    }
    return 1;
}

const cache_rule_t *cache_rule_find(const apr_array_header_t *rules,
                                    request_rec *r, slice_t path, slice_t query)
{
    int i;

    for (i = 0; rules && i < rules->nelts; i++) {
        const cache_rule_t *rule = &APR_ARRAY_IDX(rules, i, cache_rule_t);
        if (fits(rule, r, path, query)) {
            return rule;
        }
    }
    return NULL;
}

/* All cookies whose name matches, in the order the client sent them. */
static const char *cookies_of(const cache_rule_t *rule, request_rec *r)
{
    const char *cookies = apr_table_get(r->headers_in, "Cookie");
    slice_t pattern = slice_str(rule->name);
    char *out, *end, *one, *state = NULL, *copy;

    if (!cookies) {
        return "";
    }
    copy = apr_pstrdup(r->pool, cookies);
    out = end = apr_palloc(r->pool, strlen(cookies) + 1);
    for (one = apr_strtok(copy, ";", &state); one;
         one = apr_strtok(NULL, ";", &state)) {
        slice_t cookie = slice_trim(slice_str(one));
        if (cookie.len && wildcard_cookie(pattern, cookie, NULL)) {
            if (end > out) {
                *end++ = ';';
            }
            memcpy(end, cookie.p, cookie.len);
            end += cookie.len;
        }
    }
    *end = '\0';
    return out;
}

const char *cache_rule_value(const cache_rule_t *rule, request_rec *r)
{
    const char *value = NULL, *error = NULL;

    switch (rule->kind) {
    case RULE_COOKIE:
        return cookies_of(rule, r);
    case RULE_HEADER:
        value = apr_table_get(r->headers_in, rule->name);
        break;
    case RULE_EXPR:
        value = ap_expr_str_exec(r, rule->expr, &error);
        break;
    default:
        break;
    }
    return value ? value : "";
}

int cache_rules_need_phases(const apr_array_header_t *rules)
{
    int i;

    for (i = 0; rules && i < rules->nelts; i++) {
        if (APR_ARRAY_IDX(rules, i, cache_rule_t).kind == RULE_EXPR) {
            return 1;
        }
    }
    return 0;
}
