/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_parse.c: see rule_parse.h.  Layer L1. */
#include "rule_parse.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

static const char *skip_space(const char *p)
{
    while (char_is_space((unsigned char)*p)) {
        p++;
    }
    return p;
}

static int is_name_char(char c)
{
    return char_is_alnum((unsigned char)c) || c == '_';
}

static const char *skip_name(const char *p)
{
    while (is_name_char(*p)) {
        p++;
    }
    return p;
}

static slice_t between(const char *from, const char *to)
{
    return slice_make(from, (size_t)(to - from));
}

/* A quoted text at p, which is "'"; \' is a quote in it.
 * @return behind it; NULL: it does not end */
static const char *unquote(const char *p, slice_t *out, apr_pool_t *pool)
{
    char *text = apr_palloc(pool, strlen(p));
    size_t n = 0;

    for (p++; *p && *p != '\''; p++) {
        if (*p == '\\' && p[1] == '\'') {
            p++;
        }
        text[n++] = *p;
    }
    *out = slice_make(text, n);
    return *p ? p + 1 : NULL;
}

/* ---- targets ---- */

static void set_selector(rule_target_t *target, slice_t selector)
{
    target->selector = selector;
    if (target->variable != VARIABLE_XML && selector.len >= 2
        && selector.p[0] == '/' && selector.p[selector.len - 1] == '/') {
        target->is_pattern = 1;
        target->selector = slice_make(selector.p + 1, selector.len - 2);
    }
}

/* Behind the ":".  @return behind it; NULL and *wrong */
static const char *read_selector(const char *p, rule_target_t *target,
                                 const char **wrong, apr_pool_t *pool)
{
    const char *from = p;
    slice_t selector;

    if (*p == '\'') {
        p = unquote(p, &selector, pool);
        if (!p) {
            *wrong = "a quoted name of a part does not end";
            return NULL;
        }
    }
    else {
        while (*p && *p != '|' && *p != ',') {
            p++;
        }
        selector = between(from, p);
        while (selector.len
               && char_is_space((unsigned char)selector.p[selector.len - 1])) {
            selector.len--;
        }
    }
    if (selector.len == 0) {
        *wrong = "the name of a part is missing behind \":\"";
        return NULL;
    }
    set_selector(target, selector);
    return p;
}

/* @return behind it; NULL and *wrong */
static const char *read_target(const char *p, rule_target_t *target,
                               const char **wrong, apr_pool_t *pool)
{
    const char *from;
    int variable;

    memset(target, 0, sizeof(*target));
    for (; *p == '!' || *p == '&'; p++) {
        target->excludes |= *p == '!';
        target->counts |= *p == '&';
    }
    from = p;
    p = skip_name(p);
    variable = rule_variable_find(between(from, p));
    if (variable < 0) {
        *wrong = apr_psprintf(pool, "there is no variable %.*s",
                              (int)(p == from ? 1 : p - from), from);
        return NULL;
    }
    target->variable = (rule_variable_e)variable;
    if (*p != ':') {
        return p;
    }
    if (!rule_variable_has_parts(target->variable)) {
        *wrong = apr_psprintf(pool, "%s has no parts: leave out \"%s\"",
                              rule_variable_name(target->variable), p);
        return NULL;
    }
    return read_selector(p + 1, target, wrong, pool);
}

const char *rule_targets_parse(const char *text, apr_array_header_t *targets,
                               apr_pool_t *pool)
{
    const char *p = skip_space(text), *wrong = NULL;
    rule_target_t target;

    if (!*p) {
        return "variables are missing, as ARGS|REQUEST_HEADERS:User-Agent";
    }
    for (;;) {
        p = read_target(p, &target, &wrong, pool);
        if (!p) {
            return wrong;
        }
        APR_ARRAY_PUSH(targets, rule_target_t) = target;
        p = skip_space(p);
        if (!*p) {
            return NULL;
        }
        if (*p != '|' && *p != ',') {
            return apr_psprintf(pool,
                                "\"%s\" is behind a variable, where | "
                                "should be",
                                p);
        }
        p = skip_space(p + 1);
    }
}

/* ---- the operator ---- */

static int wants_argument(rule_operator_e kind)
{
    switch (kind) {
    case OPERATOR_DETECT_SQLI:
    case OPERATOR_DETECT_XSS:
    case OPERATOR_GEO_LOOKUP:
    case OPERATOR_NO_MATCH:
    case OPERATOR_RX:
    case OPERATOR_STREQ:
    case OPERATOR_UNCONDITIONAL_MATCH:
    case OPERATOR_VALIDATE_URL_ENCODING:
    case OPERATOR_VALIDATE_UTF8_ENCODING:
    case OPERATOR_WITHIN:
        return 0;
    default:
        return 1;
    }
}

const char *rule_operator_parse(const char *text, rule_operator_t *op,
                                apr_pool_t *pool)
{
    const char *p = text, *from;
    int kind;

    op->negated = *p == '!';
    p += op->negated;
    op->kind = OPERATOR_RX;
    if (*p != '@') {
        op->argument = slice_str(p);
        return NULL;
    }
    from = p + 1;
    p = skip_name(from);
    kind = rule_operator_find(between(from, p));
    if (kind < 0 || (*p && !char_is_space((unsigned char)*p))) {
        return apr_psprintf(pool, "there is no operator @%.*s",
                            (int)strcspn(from, " \t"), from);
    }
    op->kind = (rule_operator_e)kind;
    op->argument = slice_str(skip_space(p));
    if (op->argument.len == 0 && wants_argument(op->kind)) {
        return apr_psprintf(pool, "@%s needs an argument",
                            rule_operator_name(op->kind));
    }
    return NULL;
}

/* ---- actions ---- */

/* Behind the ":".  A value without quotes goes up to the next comma; in one
 * whose quotes are not the first thing (setvar:'...' has them first) they
 * stand for themselves.
 * @return behind it; NULL: quotes do not end */
static const char *read_argument(const char *p, slice_t *argument,
                                 apr_pool_t *pool)
{
    const char *from;

    p = skip_space(p);
    if (*p == '\'') {
        return unquote(p, argument, pool);
    }
    from = p;
    while (*p && *p != ',') {
        p++;
    }
    *argument = between(from, p);
    while (argument->len
           && char_is_space((unsigned char)argument->p[argument->len - 1])) {
        argument->len--;
    }
    return p;
}

/* @return behind it; NULL and *wrong */
static const char *read_action(const char *p, rule_action_t *action,
                               const char **wrong, apr_pool_t *pool)
{
    const char *from = p;
    int kind;

    memset(action, 0, sizeof(*action));
    p = skip_name(p);
    kind = rule_action_find(between(from, p));
    if (kind < 0) {
        *wrong = apr_psprintf(pool, "there is no action %.*s",
                              (int)strcspn(from, ":, "), from);
        return NULL;
    }
    action->kind = (rule_action_e)kind;
    p = skip_space(p);
    if (*p == ':') {
        p = read_argument(p + 1, &action->argument, pool);
        if (!p) {
            *wrong = apr_psprintf(pool, "the quotes of %s do not end",
                                  rule_action_name(action->kind));
            return NULL;
        }
    }
    if (action->argument.len == 0 && rule_action_argument(action->kind) == 1) {
        *wrong = apr_psprintf(pool, "%s needs a value behind \":\"",
                              rule_action_name(action->kind));
        return NULL;
    }
    if (action->argument.len && rule_action_argument(action->kind) == 0) {
        *wrong = apr_psprintf(pool, "%s takes no value",
                              rule_action_name(action->kind));
        return NULL;
    }
    return p;
}

const char *rule_actions_parse(const char *text, apr_array_header_t *actions,
                               apr_pool_t *pool)
{
    const char *p = skip_space(text), *wrong = NULL;
    rule_action_t action;

    while (*p) {
        p = read_action(p, &action, &wrong, pool);
        if (!p) {
            return wrong;
        }
        APR_ARRAY_PUSH(actions, rule_action_t) = action;
        p = skip_space(p);
        if (*p && *p != ',') {
            return apr_psprintf(pool,
                                "\"%s\" is behind %s, where a comma "
                                "should be",
                                p, rule_action_name(action.kind));
        }
        while (*p == ',' || char_is_space((unsigned char)*p)) {
            p++;
        }
    }
    return NULL;
}
