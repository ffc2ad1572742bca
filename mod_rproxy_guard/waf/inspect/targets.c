/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targets.c: which values a rule looks at, and what they are called.  Layer L1.
 *
 *   ARGS|!ARGS:note|&REQUEST_HEADERS:Host */
#include "inspect_private.h"

#include "selector.h"
#include "waf/request/waf_line.h"

/* What nobody knows is told, and not kept. */
static int pattern_run(inspect_t *inspect, const expression_t *pattern,
                       slice_t name, selected_t *kept)
{
    inspect_run_t *run = inspect->run;
    match_e found = run->is_out_of_time
                        ? MATCH_LIMIT
                        : expression_run(pattern, name, &run->time, NULL);

    if (found == MATCH_LIMIT) {
        inspect_say_match_limit(inspect);
        return 0;
    }
    kept->pattern = pattern;
    kept->name = name;
    kept->selects = found == MATCH_YES;
    return kept->selects;
}

/* Rules ask the same of the same names again and again. */
static int pattern_selects(inspect_t *inspect, const expression_t *pattern,
                           slice_t name)
{
    uintptr_t mix = (uintptr_t)pattern / 16 * 31 + (uintptr_t)name.p;
    selected_t *kept = &inspect->run->selected[mix & (SELECTED_KEPT - 1)];

    if (kept->pattern == pattern && kept->name.p == name.p
        && kept->name.len == name.len) {
        return kept->selects;
    }
    return pattern_run(inspect, pattern, name, kept);
}

/* @return 0: not, or nobody knows; what is excluded is so for certain */
static int selects(inspect_t *inspect, const rule_target_t *target,
                   const expression_t *pattern, slice_t name)
{
    if (pattern) {
        return pattern_selects(inspect, pattern, name);
    }
    return target->selector.len == 0 || slice_eq_nocase(target->selector, name);
}

static void push(inspect_t *inspect, const target_t *target)
{
    apr_array_header_t *targets = inspect->run->targets;

    if (targets->nelts == targets->nalloc) {
        APR_ARRAY_PUSH(targets, target_t) = *target;
        return;
    }
    ((target_t *)targets->elts)[targets->nelts++] = *target;
}

/* ---- one variable ---- */

typedef struct {
    inspect_t *inspect;
    const rule_target_t *target;
    const expression_t *pattern; /* of its selector, or NULL */
    selector_t must;             /* what it asks of names */
} choice_t;

static void add_own(const choice_t *choice)
{
    inspect_t *inspect = choice->inspect;
    rule_variable_e variable = choice->target->variable;
    int count = matched_count(inspect, variable), i;

    for (i = 0; i < count; i++) {
        target_t target =
            matched_at(inspect, variable, choice->target->selector, i);

        if (variable == VARIABLE_RULE
            || selects(choice->inspect, choice->target, choice->pattern,
                       target.name)) {
            push(inspect, &target);
        }
    }
}

static void add_value(const choice_t *choice, const value_t *value)
{
    target_t target = { .variable = choice->target->variable,
                        .name = value->name,
                        .text = value->text };

    push(choice->inspect, &target);
}

static void add_values(const choice_t *choice)
{
    const values_t *values = choice->inspect->values;
    rule_variable_e variable = choice->target->variable;
    int count = values_count(values, variable), i;

    if (variable == VARIABLE_TX && !choice->pattern
        && choice->target->selector.len) {
        const value_t *value =
            tx_find(choice->inspect, choice->target->selector);

        if (value) {
            add_value(choice, value);
        }
        return;
    }
    for (i = 0; i < count; i++) {
        const value_t *value = values_at(values, variable, i);

        if (selector_may(&choice->must, value->name)
            && (choice->must.is_all
                || selects(choice->inspect, choice->target, choice->pattern,
                           value->name))) {
            add_value(choice, value);
        }
    }
}

static void add_variable(const choice_t *choice)
{
    if (matched_knows(choice->target->variable)) {
        add_own(choice);
    }
    else {
        add_values(choice);
    }
}

/* In the place of the values that were added. */
static void count_them(const choice_t *choice, int before)
{
    inspect_t *inspect = choice->inspect;
    apr_array_header_t *targets = inspect->run->targets;
    target_t target = { .variable = choice->target->variable, .counts = 1 };
    int count = targets->nelts - before;

    targets->nelts = before;
    target.text = strings_add(inspect->strings, expand_number(inspect, count));
    if (target.text == STRINGS_FULL) {
        inspect_say_over(inspect, INSPECT_OVER_BYTES);
        return;
    }
    push(inspect, &target);
}

/* MATCHED_VARS are excluded by the names of what matched. */
static void take_away(const choice_t *choice)
{
    apr_array_header_t *targets = choice->inspect->run->targets;
    target_t *kept = (target_t *)targets->elts;
    int i;

    for (i = 0; i < targets->nelts; i++) {
        target_t target = APR_ARRAY_IDX(targets, i, target_t);

        if (target.counts || target.variable != choice->target->variable
            || !selects(choice->inspect, choice->target, choice->pattern,
                        target.name)) {
            *kept++ = target;
        }
    }
    targets->nelts = (int)(kept - (target_t *)targets->elts);
}

void targets_of(inspect_t *inspect, const program_rule_t *rule)
{
    apr_array_header_t *targets = inspect->run->targets;
    int i, before;

    targets->nelts = 0;
    for (i = 0; i < rule->rule->target_count; i++) {
        choice_t choice = { .inspect = inspect,
                            .target = &rule->rule->target[i],
                            .pattern =
                                rule->selector ? rule->selector[i] : NULL };

        before = targets->nelts;
        if (choice.target->excludes) {
            take_away(&choice);
            continue;
        }
        if (!choice.target->counts
            && !unions_may(inspect, rule, choice.target->variable)) {
            continue;
        }
        if (choice.pattern) {
            choice.must = selector_of(choice.target->selector);
        }
        add_variable(&choice);
        if (choice.target->counts) {
            count_them(&choice, before);
        }
    }
}

/* ---- exceptions ---- */

static int exception_takes(inspect_t *inspect, const exception_t *exception,
                           const target_t *target)
{
    int i;

    for (i = 0; i < exception->ctl->target_count; i++) {
        const rule_target_t *of = &exception->ctl->target[i];
        const expression_t *pattern =
            exception->of->selector ? exception->of->selector[i] : NULL;

        if (of->variable == target->variable
            && selects(inspect, of, pattern,
                       target->counts ? VALUE_ALONE : target->name)) {
            return 1;
        }
    }
    return 0;
}

int targets_excepted(inspect_t *inspect, const program_rule_t *rule,
                     const target_t *target)
{
    const inspect_run_t *run = inspect->run;
    int i;

    if (!run->excepted || !rule->rule->id
        || !program_bit(run->excepted, rule->number)) {
        return 0;
    }
    for (i = 0; i < run->exceptions->nelts; i++) {
        const exception_t *exception =
            &APR_ARRAY_IDX(run->exceptions, i, exception_t);

        if (program_bit(exception->of->rules, rule->number)
            && exception_takes(inspect, exception, target)) {
            return 1;
        }
    }
    return 0;
}

/* ---- names ---- */

slice_t targets_name(inspect_t *inspect, const target_t *target)
{
    slice_t variable = slice_str(rule_variable_name(target->variable)), part;
    char *name;

    if (target->variable == VARIABLE_MATCHED_VARS
        || target->variable == VARIABLE_MATCHED_VARS_NAMES) {
        return target->name;
    }
    if (target->counts || target->variable == VARIABLE_XML
        || target->variable == VARIABLE_RULE
        || !rule_variable_has_parts(target->variable)) {
        return variable;
    }
    part = slice_str(waf_line_escape(target->name, inspect->pool));
    name = expand_room(inspect, variable.len + 1 + part.len);
    if (!name) {
        return variable;
    }
    memcpy(name, variable.p, variable.len);
    name[variable.len] = ':';
    memcpy(name + variable.len + 1, part.p, part.len);
    return slice_make(name, variable.len + 1 + part.len);
}
