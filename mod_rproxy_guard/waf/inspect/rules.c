/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rules.c: which rules of a phase run.  Layer L1.
 *
 * Most of those that are there match nothing: a gate (program.h) tells so
 * before any value is looked for. */
#include "inspect_private.h"

#include "waf/match/operators.h"

typedef enum {
    ANSWER_RUN, /* nobody knows */
    ANSWER_NO,  /* it matches nothing */
    ANSWER_DONE /* it matches, and did all that it does but skip */
} answer_e;

/* ---- TX ---- */

static int compares(const program_gate_t *gate, int number)
{
    switch (gate->op) {
    case OPERATOR_EQ:
        return number == gate->number;
    case OPERATOR_GE:
        return number >= gate->number;
    case OPERATOR_GT:
        return number > gate->number;
    case OPERATOR_LE:
        return number <= gate->number;
    default:
        return number < gate->number;
    }
}

static int tx_matches(const inspect_t *inspect, const program_gate_t *gate)
{
    const value_t *value = tx_at(inspect, gate->name);

    if (gate->asks_count && compares(gate, value != NULL) != gate->negated) {
        return 1;
    }
    return gate->asks_value && value
           && compares(gate, operator_number(
                                 strings_text(inspect->strings, value->text)))
                  != gate->negated;
}

/* One that matches. */
static answer_e ask_quiet(inspect_t *inspect, const program_gate_t *gate,
                          const program_rule_t *rule)
{
    const uint64_t *excepted = inspect->run->excepted;

    if (!gate->is_quiet || inspect->program->asks_before
        || (excepted && program_bit(excepted, rule->number))) {
        return ANSWER_RUN;
    }
    if (gate->set_count) {
        effects_set(inspect, inspect->program->set + gate->set_first,
                    gate->set_count);
    }
    else {
        effects_run(inspect, rule);
    }
    return ANSWER_DONE;
}

static answer_e ask_tx(inspect_t *inspect, const program_gate_t *gate,
                       const program_rule_t *const *rule)
{
    return tx_matches(inspect, gate) ? ask_quiet(inspect, gate, *rule)
                                     : ANSWER_NO;
}

/* ---- values ---- */

static int has_mark(const view_t *view, uint16_t mark)
{
    return mark == GATE_NO_MARK
           || (view->sum.marks[mark >> 6] >> (mark & 63) & 1);
}

static answer_e ask_values(inspect_t *inspect, const program_gate_t *gate,
                           const program_rule_t *const *rule)
{
    const view_t *view = views_of(inspect, gate->view);

    if (view->is_full || inspect->run->is_out_of_time) {
        return ANSWER_RUN;
    }
    return view->sum.marks && has_mark(view, gate->mark)
                   && match_union_may(&view->sum, (*rule)->matcher)
               ? ANSWER_RUN
               : ANSWER_NO;
}

/* ---- the phase ---- */

static answer_e ask(inspect_t *inspect, const program_gate_t *gate,
                    const program_rule_t *const *rule)
{
    switch (gate->kind) {
    case GATE_NONE:
        return ask_quiet(inspect, gate, *rule);
    case GATE_IDLE:
        return inspect->program->asks_before ? ANSWER_RUN : ANSWER_NO;
    case GATE_TX:
        return ask_tx(inspect, gate, rule);
    case GATE_VALUES:
        return ask_values(inspect, gate, rule);
    default:
        return ANSWER_RUN;
    }
}

static int has_ended(const inspect_t *inspect)
{
    return inspect->engine == WAF_OFF || inspect->run->is_intercepted
           || inspect->run->is_out_of_time;
}

void rules_run(inspect_t *inspect, int phase)
{
    const program_t *program = inspect->program;
    const program_rule_t *const *rules = program->phase[phase - 1];
    const program_gate_t *gates = program->gate[phase - 1];
    int count = program->phase_count[phase - 1], i, skip_to;
    inspect_run_t *run = inspect->run;
    answer_e answer;

    if (has_ended(inspect)) {
        return;
    }
    for (i = 0; i<count; i = skip_to> i ? skip_to : i + 1) {
        skip_to = -1;
        if (run->removed && program_bit(run->removed, rules[i]->number)) {
            continue;
        }
        answer = gates ? ask(inspect, &gates[i], &rules[i]) : ANSWER_RUN;
        if (answer == ANSWER_DONE) {
            skip_to = gates[i].skip_to;
        }
        else if (answer == ANSWER_RUN) {
            skip_to = chain_run(inspect, rules[i]);
            if (has_ended(inspect)) {
                return;
            }
        }
    }
}
