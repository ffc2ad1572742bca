/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_setvar.c: what setvar and ctl say.  Layer L1. */
#include "rule.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

static slice_t cut(slice_t *text, char at)
{
    const char *mark = text->len ? memchr(text->p, at, text->len) : NULL;
    slice_t before = *text;

    if (!mark) {
        *text = slice_make(text->p + text->len, 0);
        return before;
    }
    before.len = (size_t)(mark - text->p);
    *text = slice_make(mark + 1, text->len - before.len - 1);
    return before;
}

static rule_setvar_e kind_of_value(slice_t *value)
{
    rule_setvar_e kind = SETVAR_SET;

    if (value->len && (value->p[0] == '+' || value->p[0] == '-')) {
        kind = value->p[0] == '+' ? SETVAR_ADD : SETVAR_SUBTRACT;
        value->p++;
        value->len--;
    }
    return kind;
}

const char *rule_setvar_parse(slice_t text, rule_setvar_t *setvar,
                              apr_pool_t *pool)
{
    slice_t rest = text, name, collection;
    int unset = text.len && text.p[0] == '!', has_value, variable;

    if (unset) {
        rest = slice_make(text.p + 1, text.len - 1);
    }
    has_value = memchr(rest.p ? rest.p : "", '=', rest.len) != NULL;
    name = cut(&rest, '=');
    collection = cut(&name, '.');
    variable = rule_variable_find(collection);
    if (variable < 0 || name.len == 0 || !rule_variable_has_parts(variable)) {
        return apr_psprintf(pool,
                            "setvar:%.*s names no variable of a collection, "
                            "as tx.name=value does",
                            (int)text.len, text.p ? text.p : "");
    }
    setvar->collection = (rule_variable_e)variable;
    setvar->name = rule_text_parse(name, pool);
    setvar->kind = unset ? SETVAR_UNSET : kind_of_value(&rest);
    setvar->value = rule_text_parse(has_value ? rest : SLICE_LIT("1"), pool);
    return NULL;
}

/* ---- ctl ---- */

static const struct {
    slice_t name;
    char value;
} ctls[] = {
#define X(id, name, value) { SLICE_LIT(name), value },
    RULE_CTLS(X)
#undef X
};

static int read_number(slice_t text, uint64_t *out)
{
    size_t i;

    *out = 0;
    for (i = 0; i < text.len; i++) {
        if (!char_is_digit((unsigned char)text.p[i])
            || *out > UINT64_MAX / 10 - 1) {
            return 0;
        }
        *out = *out * 10 + (uint64_t)(text.p[i] - '0');
    }
    return text.len > 0;
}

int rule_ids_parse(slice_t text, uint64_t *first, uint64_t *last)
{
    slice_t rest = text, from = cut(&rest, '-');

    if (!read_number(from, first)) {
        return 0;
    }
    *last = *first;
    return from.len == text.len || (read_number(rest, last) && *last >= *first);
}

static const char *ctl_targets(rule_ctl_t *ctl, slice_t text, apr_pool_t *pool)
{
    apr_array_header_t *targets =
        apr_array_make(pool, 1, sizeof(rule_target_t));
    const char *wrong =
        rule_targets_parse(apr_pstrmemdup(pool, text.p, text.len), targets,
                           pool);

    ctl->target = (rule_target_t *)targets->elts;
    ctl->target_count = targets->nelts;
    return wrong;
}

static int ctl_is_switch(slice_t value)
{
    return slice_eq_nocase(value, SLICE_LIT("On"))
           || slice_eq_nocase(value, SLICE_LIT("Off"));
}

/* ModSecurity knows more words here than elsewhere; kept as one of two. */
static const char *ctl_access(rule_ctl_t *ctl, slice_t value)
{
    if (slice_eq_nocase(value, SLICE_LIT("On"))
        || slice_eq_nocase(value, SLICE_LIT("true"))
        || slice_eq(value, SLICE_LIT("1"))) {
        ctl->value = SLICE_LIT("On");
        return NULL;
    }
    if (slice_eq_nocase(value, SLICE_LIT("Off"))
        || slice_eq_nocase(value, SLICE_LIT("false"))
        || slice_eq(value, SLICE_LIT("0"))) {
        ctl->value = SLICE_LIT("Off");
        return NULL;
    }
    return "wants On or Off";
}

/* What is neither would be taken for one of them. */
static const char *ctl_word(rule_ctl_t *ctl, slice_t value)
{
    ctl->value = value;
    switch (ctl->kind) {
    case CTL_FORCE_REQUEST_BODY:
        return ctl_is_switch(value) ? NULL : "wants On or Off";
    case CTL_REQUEST_BODY_ACCESS:
    case CTL_RESPONSE_BODY_ACCESS:
        return ctl_access(ctl, value);
    case CTL_RULE_ENGINE:
        return ctl_is_switch(value)
                       || slice_eq_nocase(value, SLICE_LIT("DetectionOnly"))
                   ? NULL
                   : "wants On, Off or DetectionOnly";
    case CTL_AUDIT_ENGINE:
        return ctl_is_switch(value)
                       || slice_eq_nocase(value, SLICE_LIT("RelevantOnly"))
                   ? NULL
                   : "wants On, Off or RelevantOnly";
    default:
        return value.len ? NULL : "wants a value";
    }
}

static const char *read_value(rule_ctl_t *ctl, slice_t value, apr_pool_t *pool)
{
    slice_t rest = value;

    switch (ctls[ctl->kind].value) {
    case 'i':
        return rule_ids_parse(value, &ctl->first, &ctl->last)
                   ? NULL
                   : "wants an id or two, as 942100-942199";
    case 'n':
        return read_number(value, &ctl->first) ? NULL : "wants a number";
    case 'I':
        return rule_ids_parse(cut(&rest, ';'), &ctl->first, &ctl->last)
                   ? ctl_targets(ctl, rest, pool)
                   : "wants an id and a target, as 942100;ARGS:note";
    case 'T':
        ctl->value = cut(&rest, ';');
        return ctl_targets(ctl, rest, pool);
    default:
        return ctl_word(ctl, value);
    }
}

const char *rule_ctl_parse(slice_t text, rule_ctl_t *ctl, apr_pool_t *pool)
{
    slice_t rest = text, name = cut(&rest, '=');
    const char *wrong;
    int i;

    memset(ctl, 0, sizeof(*ctl));
    for (i = 0; i < CTL_COUNT && !slice_eq_nocase(name, ctls[i].name); i++) {
    }
    if (i == CTL_COUNT) {
        return apr_psprintf(pool, "there is no ctl:%.*s", (int)name.len,
                            name.p);
    }
    ctl->kind = (rule_ctl_e)i;
    wrong = read_value(ctl, rest, pool);
    return wrong ? apr_psprintf(pool, "ctl:%s: %s", ctls[i].name.p, wrong)
                 : NULL;
}
