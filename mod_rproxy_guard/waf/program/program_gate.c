/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_gate.c: what tells that a rule matches nothing before it is run.
 * Layer L1.
 *
 * A third of the rules of a request ask for a paranoia level, or whether a
 * setting is there: SecRule TX:EXECUTING_PARANOIA_LEVEL "@lt 2".  Half of them
 * look for words that the request does not have. */
#include "program_private.h"

#include "waf/match/match_union.h"
#include "waf/match/operators.h"

/* ---- what was matched before ---- */

/* Texts of a rule, of RULE, may name the others. */
static int is_of_match(int variable)
{
    return variable == VARIABLE_MATCHED_VAR
           || variable == VARIABLE_MATCHED_VAR_NAME
           || variable == VARIABLE_RULE;
}

int program_gate_asks_before(const program_rule_t *starter)
{
    const rule_text_t *text =
        starter->matcher ? matcher_argument(starter->matcher) : NULL;
    int i;

    for (i = 0; i < starter->rule->target_count; i++) {
        if (is_of_match(starter->rule->target[i].variable)) {
            return 1;
        }
    }
    for (i = 0; text && i < text->count; i++) {
        if (is_of_match(text->part[i].variable)) {
            return 1;
        }
    }
    return 0;
}

/* ---- names of TX ---- */

static int add_name(const program_maker_t *m, slice_t name)
{
    return name.len ? tx_names_add(m->tx_names, name, m->pool) : TX_NO_NAME;
}

static void add_texts(const program_maker_t *m, const rule_text_t *text)
{
    int i;

    for (i = 0; text && i < text->count; i++) {
        if (text->part[i].variable == VARIABLE_TX) {
            add_name(m, text->part[i].text);
        }
    }
}

/* @param variable  -1: the text itself is the name
 * @return TX_NO_NAME: it says something else, or more */
static int name_in(const program_maker_t *m, const rule_text_t *text,
                   int variable)
{
    return text->count == 1 && text->part[0].variable == variable
               ? add_name(m, text->part[0].text)
               : TX_NO_NAME;
}

static void add_setvars(const program_maker_t *m, program_rule_t *made)
{
    int count = made->rule->setvar_count, i;
    program_setvar_t *setvars =
        apr_palloc(m->pool, sizeof(*setvars) * (size_t)(count ? count : 1));

    for (i = 0; i < count; i++) {
        const rule_setvar_t *setvar = &made->rule->setvar[i];

        setvars[i].name = setvar->collection == VARIABLE_TX
                              ? name_in(m, &setvar->name, -1)
                              : TX_NO_NAME;
        setvars[i].value = name_in(m, &setvar->value, VARIABLE_TX);
        add_texts(m, &setvar->value);
    }
    made->setvar = setvars;
}

static void add_names(const program_maker_t *m, program_rule_t *made)
{
    const rule_t *rule = made->rule;
    int i;

    for (i = 0; i < rule->target_count; i++) {
        if (rule->target[i].variable == VARIABLE_TX
            && !rule->target[i].is_pattern) {
            add_name(m, rule->target[i].selector);
        }
    }
    add_setvars(m, made);
    made->argument = TX_NO_NAME;
    if (made->matcher && matcher_argument(made->matcher)) {
        add_texts(m, matcher_argument(made->matcher));
        made->argument =
            name_in(m, matcher_argument(made->matcher), VARIABLE_TX);
    }
}

/* ---- gates ---- */

static int is_of_numbers(rule_operator_e kind)
{
    switch (kind) {
    case OPERATOR_EQ:
    case OPERATOR_GE:
    case OPERATOR_GT:
    case OPERATOR_LE:
    case OPERATOR_LT:
        return 1;
    default:
        return 0;
    }
}

/* Does it say nothing of what has matched, or of the rule? */
static int is_of_tx(const rule_text_t *text)
{
    int i;

    for (i = 0; i < text->count; i++) {
        if (text->part[i].variable >= 0
            && text->part[i].variable != VARIABLE_TX) {
            return 0;
        }
    }
    return 1;
}

/* All that it sets; once, as no more than one value matches. */
static int sets_quietly(const rule_t *rule)
{
    int i;

    for (i = 0; i < rule->setvar_count; i++) {
        if (rule->target_count > 1 || !is_of_tx(&rule->setvar[i].name)
            || !is_of_tx(&rule->setvar[i].value)) {
            return 0;
        }
    }
    return 1;
}

/* Whatever has matched, TX and the place where rules go on tell all of it. */
static int is_quiet(const program_rule_t *made)
{
    const rule_t *rule = made->rule;

    return rule->verdict == RULE_PASS && !rule->logs && !rule->logs_audit
           && rule->severity < 0 && !rule->ctl_count && !made->link
           && sets_quietly(rule);
}

/* One name, in all targets.  @return TX_NO_NAME: there are others */
static int tx_name_of(const program_maker_t *m, const rule_t *rule,
                      program_gate_t *gate)
{
    int number = TX_NO_NAME, i;

    for (i = 0; i < rule->target_count; i++) {
        const rule_target_t *target = &rule->target[i];
        int found = target->variable == VARIABLE_TX && target->selector.len
                            && !target->is_pattern && !target->excludes
                        ? tx_names_find(m->tx_names, target->selector)
                        : TX_NO_NAME;

        if (found == TX_NO_NAME || (i && found != number)) {
            return TX_NO_NAME;
        }
        number = found;
        gate->asks_count |= target->counts != 0;
        gate->asks_value |= !target->counts;
    }
    return number;
}

/* @return 0: there is none */
static int make_tx(const program_maker_t *m, const program_rule_t *made,
                   program_gate_t *gate)
{
    const rule_t *rule = made->rule;
    int name;

    if (matcher_argument(made->matcher) || made->chain || rule->multi_match
        || !is_of_numbers(rule->op.kind)) {
        return 0;
    }
    name = tx_name_of(m, rule, gate);
    gate->kind = GATE_TX;
    gate->op = (uint8_t)rule->op.kind;
    gate->negated = rule->op.negated != 0;
    gate->is_quiet = (uint8_t)is_quiet(made);
    gate->name = (uint16_t)name;
    gate->number = operator_number(rule->op.argument);
    gate->skip_to = made->skip_to;
    return name != TX_NO_NAME;
}

static program_gate_t of_action(const program_rule_t *made)
{
    program_gate_t gate = { .kind = GATE_OPEN };

    if (is_quiet(made)) {
        gate.kind = GATE_NONE;
        gate.is_quiet = 1;
        gate.skip_to = made->skip_to;
    }
    return gate;
}

/* @return 0: there is none */
static int make_values(program_maker_t *m, const program_rule_t *made,
                       program_gate_t *gate)
{
    int view, mark;

    if (made->rule->op.negated || !match_union_asks(made->matcher)) {
        return 0;
    }
    view = program_view_of(m, made);
    mark = match_union_mark(made->matcher);
    gate->kind = GATE_VALUES;
    gate->view = (uint16_t)view;
    gate->mark = mark < 0 ? GATE_NO_MARK : (uint16_t)mark;
    return view >= 0;
}

static program_gate_t gate_of(program_maker_t *m, const program_rule_t *made)
{
    program_gate_t open = { .kind = GATE_OPEN }, tx = open, values = open;

    if (program_idle_is(m, made)) {
        return (program_gate_t){ .kind = GATE_IDLE };
    }
    if (!made->matcher) {
        return of_action(made);
    }
    return make_tx(m, made, &tx)           ? tx
           : make_values(m, made, &values) ? values
                                           : open;
}

void program_gate_make_all(program_maker_t *m)
{
    program_gate_t *gates;
    int phase, i;

    for (i = 0; i < m->rules->nelts; i++) {
        add_names(m, APR_ARRAY_IDX(m->rules, i, program_rule_t *));
    }
    program_selectors_finish(m);
    program_idle_begin(m);
    for (phase = 0; phase < RULE_PHASES; phase++) {
        const apr_array_header_t *rules = m->phase[phase];

        gates =
            apr_palloc(m->pool, sizeof(*gates) * ((size_t)rules->nelts + 1));
        for (i = 0; i < rules->nelts; i++) {
            const program_rule_t *rule =
                APR_ARRAY_IDX(rules, i, program_rule_t *);

            gates[i] = gate_of(m, rule);
            if (gates[i].is_quiet) {
                program_sets_add(m, rule, &gates[i]);
            }
            m->program->asks_before |= program_gate_asks_before(rule);
        }
        m->program->gate[phase] = gates;
    }
    program_sets_finish(m);
    m->program->tx_names = m->tx_names;
    m->program->view = (const program_view_t *)m->views->elts;
    m->program->view_count = m->views->nelts;
}
