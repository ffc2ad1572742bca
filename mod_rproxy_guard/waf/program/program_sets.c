/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_sets.c: what rules set in TX that do nothing else, side by side.
 * Layer L1.
 *
 * A rule set begins with scores of rules that give names their first values.
 * A rule is a kilobyte in a dozen places; what is here is read in a row. */
#include "program_private.h"

enum {
    SETS_MAX = UINT16_MAX
};

/* @return 0: it is no constant, or its name is not known */
static int read_set(const program_rule_t *made, int i, program_set_t *set)
{
    const rule_setvar_t *setvar = &made->rule->setvar[i];

    set->name = setvar->name.count ? setvar->name.part[0].text : SLICE_LIT("");
    set->number = made->setvar[i].name;
    set->text =
        setvar->value.count ? setvar->value.part[0].text : SLICE_LIT("");
    return setvar->kind == SETVAR_SET && setvar->collection == VARIABLE_TX
           && set->number != TX_NO_NAME && setvar->value.count == 1
           && setvar->value.part[0].variable < 0;
}

void program_sets_add(program_maker_t *m, const program_rule_t *made,
                      program_gate_t *gate)
{
    int before = m->sets->nelts, count = made->rule->setvar_count, i;

    for (i = 0; i < count; i++) {
        program_set_t set;

        if (!read_set(made, i, &set) || before + count > SETS_MAX) {
            m->sets->nelts = before;
            return;
        }
        APR_ARRAY_PUSH(m->sets, program_set_t) = set;
    }
    gate->set_first = (uint16_t)before;
    gate->set_count = (uint16_t)count;
}

void program_sets_finish(program_maker_t *m)
{
    program_set_t *set = (program_set_t *)m->sets->elts;
    size_t length = 0;
    char *text;
    int i;

    for (i = 0; i < m->sets->nelts; i++) {
        length += set[i].text.len;
    }
    text = apr_palloc(m->pool, length + 1);
    for (i = 0; i < m->sets->nelts; i++) {
        memcpy(text, set[i].text.p, set[i].text.len);
        set[i].text.p = text;
        text += set[i].text.len;
    }
    m->program->set = set;
}
