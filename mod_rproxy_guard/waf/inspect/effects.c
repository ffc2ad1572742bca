/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* effects.c: what a match does besides its verdict: setvar, ctl.  Layer L1.
 *
 * Of collections only TX can be set: those that outlive a request are not
 * there, as in ModSecurity without initcol. */
#include "inspect_private.h"

#include "waf/match/operators.h"
#include "waf/transform/char_kind.h"

/* ---- setvar ---- */

/* Behind the sign of setvar; a second one makes it no number. */
static int change_of(slice_t text)
{
    return text.len && char_is_digit((unsigned char)text.p[0])
               ? operator_number(text)
               : 0;
}

/* Counters stay within an int, and never go below zero. */
static slice_t counted(inspect_t *inspect, const rule_setvar_t *setvar,
                       slice_t by, const value_t *value)
{
    apr_int64_t sum = 0, change = change_of(by);

    if (value) {
        sum = operator_number(strings_text(inspect->strings, value->text));
    }
    sum += setvar->kind == SETVAR_ADD ? change : -change;
    if (sum > INT32_MAX) {
        sum = INT32_MAX;
    }
    return expand_number(inspect, sum < 0 ? 0 : sum);
}

static void set_variable(inspect_t *inspect, const rule_setvar_t *setvar,
                         const program_setvar_t *of)
{
    int number = of->name;
    slice_t name, text;

    if (setvar->collection != VARIABLE_TX) {
        return;
    }
    if (number != TX_NO_NAME) {
        name = setvar->name.part[0].text;
    }
    else {
        name = expand_text(inspect, &setvar->name);
        number = tx_number(inspect, name);
    }
    if (setvar->kind == SETVAR_UNSET) {
        tx_remove(inspect, name);
        return;
    }
    text = expand_known(inspect, &setvar->value, of->value);
    if (setvar->kind != SETVAR_SET) {
        text = counted(inspect, setvar, text,
                       number == TX_NO_NAME ? tx_find(inspect, name)
                                            : tx_at(inspect, number));
    }
    tx_set(inspect, number, name, text);
}

void effects_set(inspect_t *inspect, const program_set_t *set, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        tx_set(inspect, set[i].number, set[i].name, set[i].text);
    }
}

/* ---- ctl ---- */

/* @param bits  of rules; made where there are none */
static void join_rules(inspect_t *inspect, uint64_t **bits,
                       const program_ctl_t *of)
{
    uint32_t words = inspect->program->rule_count / 64 + 1, i;

    if (!of->rules) {
        return;
    }
    if (!*bits) {
        *bits = apr_pcalloc(inspect->pool, words * sizeof(**bits));
    }
    for (i = 0; i < words; i++) {
        (*bits)[i] |= of->rules[i];
    }
}

static void add_exception(inspect_t *inspect, const rule_ctl_t *ctl,
                          const program_ctl_t *of)
{
    inspect_run_t *run = inspect->run;
    int i;

    if (!of->rules) {
        return;
    }
    for (i = 0; i < run->exceptions->nelts; i++) {
        if (APR_ARRAY_IDX(run->exceptions, i, exception_t).ctl == ctl) {
            return;
        }
    }
    APR_ARRAY_PUSH(run->exceptions, exception_t) = (exception_t){ ctl, of };
    join_rules(inspect, &run->excepted, of);
}

static int is_on(slice_t word)
{
    return slice_eq_nocase(word, SLICE_LIT("On"));
}

static void set_engine(inspect_t *inspect, slice_t word)
{
    inspect->engine = is_on(word) ? WAF_ON
                      : slice_eq_nocase(word, SLICE_LIT("DetectionOnly"))
                          ? WAF_DETECT
                          : WAF_OFF;
}

static void set_processor(inspect_t *inspect, slice_t word)
{
    inspect->ctl.processor = word;
    if (!values_set(inspect->values, VARIABLE_REQBODY_PROCESSOR, VALUE_ALONE,
                    word)) {
        inspect_say_over(inspect, INSPECT_OVER_VALUES);
    }
}

enum {
    AUDIT_PARTS_MAX = 64
};

static void change_audit_parts(inspect_t *inspect, slice_t parts)
{
    apr_array_header_t *all = inspect->ctl.audit_parts;

    if (!all) {
        all = apr_array_make(inspect->pool, 2, sizeof(slice_t));
        inspect->ctl.audit_parts = all;
    }
    if (all->nelts < AUDIT_PARTS_MAX) {
        APR_ARRAY_PUSH(all, slice_t) = parts;
    }
}

/* What the inspection itself has to do with. */
static void run_ctl_of_rules(inspect_t *inspect, const rule_ctl_t *ctl,
                             const program_ctl_t *of)
{
    switch (ctl->kind) {
    case CTL_RULE_REMOVE_BY_ID:
    case CTL_RULE_REMOVE_BY_MSG:
    case CTL_RULE_REMOVE_BY_TAG:
        join_rules(inspect, &inspect->run->removed, of);
        break;
    case CTL_RULE_REMOVE_TARGET_ID:
    case CTL_RULE_REMOVE_TARGET_MSG:
    case CTL_RULE_REMOVE_TARGET_TAG:
        add_exception(inspect, ctl, of);
        break;
    default:
        set_engine(inspect, ctl->value);
        break;
    }
}

static void run_ctl(inspect_t *inspect, const rule_ctl_t *ctl,
                    const program_ctl_t *of)
{
    switch (ctl->kind) {
    case CTL_AUDIT_ENGINE:
        inspect->ctl.audit_engine = ctl->value;
        break;
    case CTL_AUDIT_LOG_PARTS:
        change_audit_parts(inspect, ctl->value);
        break;
    case CTL_FORCE_REQUEST_BODY:
        inspect->ctl.force_request_body = is_on(ctl->value);
        break;
    case CTL_REQUEST_BODY_ACCESS:
        inspect->ctl.request_body_access = is_on(ctl->value);
        break;
    case CTL_REQUEST_BODY_LIMIT:
        inspect->ctl.request_body_limit = (apr_int64_t)ctl->first;
        break;
    case CTL_REQUEST_BODY_PROCESSOR:
        set_processor(inspect, ctl->value);
        break;
    case CTL_RESPONSE_BODY_ACCESS:
        inspect->ctl.response_body_access = is_on(ctl->value);
        break;
    case CTL_RESPONSE_BODY_LIMIT:
        inspect->ctl.response_body_limit = (apr_int64_t)ctl->first;
        break;
    default:
        run_ctl_of_rules(inspect, ctl, of);
        break;
    }
}

void effects_run(inspect_t *inspect, const program_rule_t *rule)
{
    int i;

    for (i = 0; i < rule->rule->setvar_count; i++) {
        set_variable(inspect, &rule->rule->setvar[i], &rule->setvar[i]);
    }
    for (i = 0; i < rule->rule->ctl_count; i++) {
        run_ctl(inspect, &rule->rule->ctl[i], &rule->ctl[i]);
    }
}
