/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matched.c: variables that the inspection itself knows: MATCHED_VAR and its
 * kin, RULE, HIGHEST_SEVERITY, DURATION.  Layer L1. */
#include "inspect_private.h"

int matched_knows(rule_variable_e variable)
{
    switch (variable) {
    case VARIABLE_DURATION:
    case VARIABLE_HIGHEST_SEVERITY:
    case VARIABLE_MATCHED_VAR:
    case VARIABLE_MATCHED_VARS:
    case VARIABLE_MATCHED_VARS_NAMES:
    case VARIABLE_MATCHED_VAR_NAME:
    case VARIABLE_RULE:
        return 1;
    default:
        return 0;
    }
}

static int is_list(rule_variable_e variable)
{
    return variable == VARIABLE_MATCHED_VARS
           || variable == VARIABLE_MATCHED_VARS_NAMES;
}

int matched_count(const inspect_t *inspect, rule_variable_e variable)
{
    return is_list(variable) ? inspect->run->matches->nelts : 1;
}

/* "%{rule.msg}" stands for the text as it is written in the rule; in that text
 * it is nothing. */
static slice_t rule_text(inspect_t *inspect, const rule_text_t *text)
{
    const program_rule_t *rule = inspect->run->rule;
    slice_t expanded;

    if (text->count == 1 && text->part[0].variable < 0) {
        return text->part[0].text;
    }
    inspect->run->rule = NULL;
    expanded = expand_text(inspect, text);
    inspect->run->rule = rule;
    return expanded;
}

static slice_t of_rule(inspect_t *inspect, slice_t name)
{
    const rule_t *rule = inspect->run->rule ? inspect->run->rule->rule : NULL;

    if (!rule) {
        return VALUE_ALONE;
    }
    if (slice_eq_nocase(name, SLICE_LIT("id"))) {
        return expand_number(inspect, (apr_int64_t)rule->id);
    }
    if (slice_eq_nocase(name, SLICE_LIT("msg"))) {
        return rule_text(inspect, &rule->msg);
    }
    if (slice_eq_nocase(name, SLICE_LIT("logdata"))) {
        return rule_text(inspect, &rule->logdata);
    }
    if (slice_eq_nocase(name, SLICE_LIT("severity"))) {
        return rule->severity < 0 ? VALUE_ALONE
                                  : expand_number(inspect, rule->severity);
    }
    if (slice_eq_nocase(name, SLICE_LIT("rev"))) {
        return rule->rev;
    }
    return VALUE_ALONE;
}

static slice_t duration(inspect_t *inspect)
{
    return inspect->limits.now
               ? expand_number(inspect,
                               inspect->limits.now() - inspect->run->started)
               : SLICE_LIT("0");
}

static slice_t text_of(inspect_t *inspect, rule_variable_e variable,
                       slice_t name)
{
    const inspect_run_t *run = inspect->run;

    switch (variable) {
    case VARIABLE_DURATION:
        return duration(inspect);
    case VARIABLE_HIGHEST_SEVERITY:
        return expand_number(inspect, run->highest_severity);
    case VARIABLE_MATCHED_VAR:
        return run->has_matched
                   ? strings_text(inspect->strings, run->matched.text)
                   : VALUE_ALONE;
    case VARIABLE_MATCHED_VAR_NAME:
        return run->has_matched ? targets_name(inspect, &run->matched.target)
                                : VALUE_ALONE;
    default:
        return of_rule(inspect, name);
    }
}

static int string_of(inspect_t *inspect, slice_t text)
{
    int number = strings_add(inspect->strings, text);

    if (number == STRINGS_FULL) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        number = strings_add(inspect->strings, VALUE_ALONE);
    }
    return number == STRINGS_FULL ? 0 : number;
}

target_t matched_at(inspect_t *inspect, rule_variable_e variable, slice_t name,
                    int i)
{
    target_t target = { .variable = variable, .name = name };
    const matched_t *matched;

    if (!is_list(variable)) {
        target.text = string_of(inspect, text_of(inspect, variable, name));
        return target;
    }
    matched = &APR_ARRAY_IDX(inspect->run->matches, i, matched_t);
    target.name = targets_name(inspect, &matched->target);
    target.text = variable == VARIABLE_MATCHED_VARS
                      ? matched->text
                      : string_of(inspect, target.name);
    return target;
}
