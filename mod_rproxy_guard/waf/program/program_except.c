/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_except.c: see program_except.h.  Layer L1. */
#include "program_except.h"

#include <apr_strings.h>

#include "program_private.h"

/* In the place of a rule that is gone: others keep their places in the list, to
 * which skips lead. */
static const program_rule_t *nothing(const program_rule_t *gone,
                                     apr_pool_t *pool)
{
    program_rule_t *made = apr_pcalloc(pool, sizeof(*made));
    rule_t *rule = apr_pcalloc(pool, sizeof(*rule));

    rule->id = gone->rule->id;
    rule->phase = gone->rule->phase;
    rule->where = gone->rule->where;
    rule->severity = -1;
    made->rule = rule;
    made->number = gone->number;
    made->skip_to = -1;
    return made;
}

static const program_selector_t no_pattern = { .number = TX_NO_NAME };

/* Of a target that the change has added, or the rule had. */
static program_selector_t selector_for(const program_rule_t *from,
                                       const rule_change_t *change,
                                       const rule_target_t *target)
{
    program_selector_t made = no_pattern;
    int i;

    for (i = 0; i < change->target_count; i++) {
        if (slice_eq(change->target[i].selector, target->selector)
            && change->target[i].is_pattern) {
            made.pattern = change->selector[i];
            made.must = selector_of(target->selector);
            return made;
        }
    }
    for (i = 0; from->selector && i < from->rule->target_count; i++) {
        if (slice_eq(from->rule->target[i].selector, target->selector)
            && from->selector[i].pattern) {
            return from->selector[i];
        }
    }
    return made;
}

static const program_selector_t *selectors(const program_rule_t *from,
                                           const rule_change_t *change,
                                           const rule_t *rule, apr_pool_t *pool)
{
    program_selector_t *all =
        apr_pcalloc(pool, sizeof(*all) * (size_t)(rule->target_count + 1));
    int i;

    for (i = 0; i < rule->target_count; i++) {
        all[i] = rule->target[i].is_pattern
                     ? selector_for(from, change, &rule->target[i])
                     : no_pattern;
    }
    return all;
}

/* @param rule  with its new targets, its links too */
static const program_rule_t *with_targets(const program_rule_t *from,
                                          const rule_change_t *change,
                                          const rule_t *rule, apr_pool_t *pool)
{
    program_rule_t *made = apr_pmemdup(pool, from, sizeof(*from));

    made->rule = rule;
    made->selector = selectors(from, change, rule, pool);
    if (from->link) {
        made->link = with_targets(from->link, change, rule->link, pool);
    }
    return made;
}

static const program_rule_t *changed(const program_rule_t *from,
                                     const rule_change_t *change,
                                     apr_pool_t *pool)
{
    return change->kind == CHANGE_REMOVE
               ? nothing(from, pool)
               : with_targets(from, change,
                              rule_change_targets(change, from->rule, pool),
                              pool);
}

static int asks_for_tx(const rule_change_t *change)
{
    int i;

    for (i = 0; i < change->target_count; i++) {
        if (change->target[i].variable == VARIABLE_TX
            && !change->target[i].excludes) {
            return 1;
        }
    }
    return 0;
}

/* Now somebody may ask for what idle rules set. */
static void wake_idle(program_gate_t *gates, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (gates[i].kind == GATE_IDLE) {
            gates[i].kind = GATE_OPEN;
        }
    }
}

/* Of a changed rule nothing is known before it runs. */
static void change_phase(program_t *copy, int phase,
                         const apr_array_header_t *items, apr_pool_t *pool)
{
    size_t count = (size_t)copy->phase_count[phase], i;
    size_t room = count ? count : 1;
    const program_rule_t **rules =
        apr_pmemdup(pool, copy->phase[phase], sizeof(*rules) * room);
    program_gate_t *gates =
        apr_pmemdup(pool, copy->gate[phase], sizeof(*gates) * room);
    int k;

    for (k = 0; k < items->nelts; k++) {
        const rule_change_t *change =
            APR_ARRAY_IDX(items, k, rule_item_t).change;

        for (i = 0; i < count; i++) {
            if (rule_change_is_of(change, rules[i]->rule)) {
                rules[i] = changed(rules[i], change, pool);
                gates[i].kind = GATE_OPEN;
                program_asked_add(&copy->asked, rules[i]);
                copy->asks_before |= program_gate_asks_before(rules[i]);
            }
        }
        if (asks_for_tx(change)) {
            wake_idle(gates, count);
        }
    }
    copy->phase[phase] = rules;
    copy->gate[phase] = gates;
}

const char *program_except(const program_t *program,
                           const rule_list_t *exceptions,
                           const program_t **made, apr_pool_t *pool)
{
    program_t *copy;
    int phase;

    *made = program;
    if (!program) {
        return NULL;
    }
    copy = apr_pmemdup(pool, program, sizeof(*program));
    for (phase = 0; phase < RULE_PHASES; phase++) {
        change_phase(copy, phase, exceptions->items, pool);
    }
    *made = copy;
    return NULL;
}
