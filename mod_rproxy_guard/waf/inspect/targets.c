/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targets.c: which values a rule looks at, and what they are called.  Layer L1.
 *
 *   ARGS|!ARGS:note|&REQUEST_HEADERS:Host */
#include "inspect_private.h"

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
                   const program_selector_t *selector, slice_t name)
{
    if (selector) {
        return selector_may(&selector->must, name)
               && (selector->must.is_all
                   || pattern_selects(inspect, selector->pattern, name));
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

/* @return NULL: target i has no pattern */
static const program_selector_t *selector_at(const program_selector_t *selector,
                                             int i)
{
    return selector && selector[i].pattern ? &selector[i] : NULL;
}

/* ---- one variable ---- */

typedef struct {
    inspect_t *inspect;
    const rule_target_t *target;
    const program_selector_t *selector; /* NULL: it is no pattern */
    int number;                         /* of a name of TX, or TX_NO_NAME */
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
            || selects(inspect, choice->target, choice->selector,
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

static void add_tx_by_name(const choice_t *choice)
{
    const value_t *value =
        choice->number == TX_NO_NAME
            ? tx_find(choice->inspect, choice->target->selector)
            : tx_at(choice->inspect, choice->number);

    if (value) {
        add_value(choice, value);
    }
}

static void add_tx_by_pattern(const choice_t *choice)
{
    inspect_t *inspect = choice->inspect;
    const uint64_t *bits = choice->selector->tx;
    int count = values_count(inspect->values, VARIABLE_TX), i;

    for (i = 0; i < count; i++) {
        const value_t *value = values_at(inspect->values, VARIABLE_TX, i);

        if (value->number == TX_NO_NAME
                ? selects(inspect, choice->target, choice->selector,
                          value->name)
                : program_bit(bits, (uint32_t)value->number)) {
            add_value(choice, value);
        }
    }
}

static void add_by_name(const choice_t *choice)
{
    const values_t *values = choice->inspect->values;
    slice_t name = choice->target->selector;
    int count = values_count(values, choice->target->variable), i;

    for (i = 0; i < count; i++) {
        const value_t *value = values_at(values, choice->target->variable, i);

        if (!name.len || slice_eq_nocase(name, value->name)) {
            add_value(choice, value);
        }
    }
}

static void add_by_pattern(const choice_t *choice)
{
    const values_t *values = choice->inspect->values;
    int count = values_count(values, choice->target->variable), i;

    for (i = 0; i < count; i++) {
        const value_t *value = values_at(values, choice->target->variable, i);

        if (selects(choice->inspect, choice->target, choice->selector,
                    value->name)) {
            add_value(choice, value);
        }
    }
}

static void add_values(const choice_t *choice)
{
    int is_tx = choice->target->variable == VARIABLE_TX;

    if (is_tx && choice->selector && choice->selector->tx) {
        add_tx_by_pattern(choice);
    }
    else if (choice->selector) {
        add_by_pattern(choice);
    }
    else if (is_tx && choice->target->selector.len) {
        add_tx_by_name(choice);
    }
    else {
        add_by_name(choice);
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
            || !selects(choice->inspect, choice->target, choice->selector,
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
                            .selector = selector_at(rule->selector, i),
                            .number = rule->selector ? rule->selector[i].number
                                                     : TX_NO_NAME };

        before = targets->nelts;
        if (choice.target->excludes) {
            take_away(&choice);
            continue;
        }
        if (!choice.target->counts
            && !unions_may(inspect, rule, choice.target->variable)) {
            continue;
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

        if (of->variable == target->variable
            && selects(inspect, of, selector_at(exception->of->selector, i),
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
