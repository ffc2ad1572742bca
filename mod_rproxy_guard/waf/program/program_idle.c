/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_idle.c: rules that set what nobody asks for, and do nothing else: the
 * Core Rule Set 3 makes a hash of each User-Agent for a collection that is not
 * there.  Layer L1. */
#include "program_private.h"

/* ---- names of TX that are asked for ---- */

static void ask_name(program_maker_t *m, slice_t name)
{
    int number = name.len ? tx_names_find(m->tx_names, name) : TX_NO_NAME;

    m->is_all_of_tx_asked |= !name.len;
    if (number != TX_NO_NAME) {
        m->asked_tx[number >> 6] |= UINT64_C(1) << (number & 63);
    }
}

static void ask_names(program_maker_t *m, const uint64_t *bits)
{
    int words = tx_names_count(m->tx_names) / 64 + 1, i;

    for (i = 0; bits && i < words; i++) {
        m->asked_tx[i] |= bits[i];
    }
    m->is_all_of_tx_asked |= !bits;
}

static void ask_text_names(program_maker_t *m, const rule_text_t *text)
{
    int i;

    for (i = 0; text && i < text->count; i++) {
        if (text->part[i].variable == VARIABLE_TX) {
            ask_name(m, text->part[i].text);
        }
    }
}

static void ask_target_names(program_maker_t *m, const program_rule_t *made)
{
    int i;

    for (i = 0; i < made->rule->target_count; i++) {
        const rule_target_t *target = &made->rule->target[i];

        if (target->variable != VARIABLE_TX) {
            continue;
        }
        if (target->is_pattern) {
            ask_names(m, made->selector[i].tx);
        }
        else {
            ask_name(m, target->selector);
        }
    }
}

static void ask_all_names(program_maker_t *m, const program_rule_t *made)
{
    const rule_t *rule = made->rule;
    int i;

    ask_target_names(m, made);
    for (i = 0; i < rule->setvar_count; i++) {
        ask_text_names(m, &rule->setvar[i].name);
        ask_text_names(m, &rule->setvar[i].value);
    }
    ask_text_names(m, &rule->msg);
    ask_text_names(m, &rule->logdata);
    ask_text_names(m, &rule->redirect);
    if (made->matcher) {
        ask_text_names(m, matcher_argument(made->matcher));
    }
}

/* Explanations and statistics tell of them. */
static int is_score(slice_t name)
{
    static const slice_t score = SLICE_LIT("score");
    size_t i;

    for (i = 0; i + score.len <= name.len; i++) {
        if (slice_eq_nocase(slice_make(name.p + i, score.len), score)) {
            return 1;
        }
    }
    return 0;
}

void program_idle_begin(program_maker_t *m)
{
    const apr_array_header_t *names = m->tx_names->all;
    int i;

    m->asked_tx = apr_pcalloc(m->pool, sizeof(*m->asked_tx)
                                           * ((size_t)names->nelts / 64 + 1));
    for (i = 0; i < names->nelts; i++) {
        slice_t name = APR_ARRAY_IDX(names, i, slice_t);

        if (is_score(name)) {
            ask_name(m, name);
        }
    }
    for (i = 0; i < m->rules->nelts; i++) {
        ask_all_names(m, APR_ARRAY_IDX(m->rules, i, program_rule_t *));
    }
}

/* ---- rules ---- */

static int is_setvar_idle(const program_maker_t *m, const program_rule_t *made,
                          int i)
{
    int number = made->setvar[i].name;

    return made->rule->setvar[i].collection != VARIABLE_TX
           || (number != TX_NO_NAME && !m->is_all_of_tx_asked
               && !program_bit(m->asked_tx, (uint32_t)number));
}

int program_idle_is(const program_maker_t *m, const program_rule_t *starter)
{
    const rule_t *rule = starter->rule;
    int i;

    if (starter->link || starter->skip_to >= 0 || rule->verdict != RULE_PASS
        || rule->logs || rule->logs_audit || rule->severity >= 0
        || rule->ctl_count || rule->captures
        || (starter->matcher && matcher_may_meet_limit(starter->matcher))) {
        return 0;
    }
    for (i = 0; i < rule->setvar_count; i++) {
        if (!is_setvar_idle(m, starter, i)) {
            return 0;
        }
    }
    return 1;
}
