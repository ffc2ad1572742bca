/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_asked.c: which variables the rules of a program look at, or tell of:
 * values of others need not be kept.  Layer L1. */
#include "program_private.h"

/* What is looked at by others than rules. */
static const rule_variable_e always[] = {
    VARIABLE_ARGS,          VARIABLE_QUERY_STRING,    VARIABLE_REMOTE_ADDR,
    VARIABLE_REQBODY_ERROR, VARIABLE_REQUEST_HEADERS, VARIABLE_TX
};

static void ask_text(variable_set_t *asked, const rule_text_t *text)
{
    int i;

    for (i = 0; text && i < text->count; i++) {
        if (text->part[i].variable >= 0) {
            variable_set_add(asked, (rule_variable_e)text->part[i].variable);
        }
    }
}

static void ask_one(variable_set_t *asked, const program_rule_t *made)
{
    const rule_t *rule = made->rule;
    int i;

    for (i = 0; i < rule->target_count; i++) {
        variable_set_add(asked, rule->target[i].variable);
    }
    for (i = 0; i < rule->setvar_count; i++) {
        ask_text(asked, &rule->setvar[i].name);
        ask_text(asked, &rule->setvar[i].value);
    }
    ask_text(asked, &rule->msg);
    ask_text(asked, &rule->logdata);
    ask_text(asked, &rule->redirect);
    if (made->matcher) {
        ask_text(asked, matcher_argument(made->matcher));
    }
}

void program_asked_add(variable_set_t *asked, const program_rule_t *starter)
{
    for (; starter; starter = starter->link) {
        ask_one(asked, starter);
    }
}

void program_asked_make(program_maker_t *m)
{
    size_t i;

    for (i = 0; i < sizeof(always) / sizeof(*always); i++) {
        variable_set_add(&m->program->asked, always[i]);
    }
    for (i = 0; i < (size_t)m->rules->nelts; i++) {
        ask_one(&m->program->asked,
                APR_ARRAY_IDX(m->rules, i, program_rule_t *));
    }
}
