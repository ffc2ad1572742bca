/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_selectors.c: which parts of a variable targets speak of by a pattern.
 * Layer L1.
 *
 * TX has some hundred parts, whose names are known when the program is made:
 * what a pattern says of them is known then, too. */
#include "program_private.h"

enum {
    TIME_MAX_MS = 20 /* of one pattern over all names */
};

static program_selector_t *make_all(const program_maker_t *m, int count)
{
    program_selector_t *all =
        apr_pcalloc(m->pool, sizeof(*all) * (size_t)count);
    int i;

    for (i = 0; i < count; i++) {
        all[i].number = TX_NO_NAME;
    }
    return all;
}

const char *program_selectors(program_maker_t *m, const rule_target_t *target,
                              int count, const program_selector_t **made)
{
    program_selector_t *selector = NULL;
    const char *wrong = NULL;
    int i;

    for (i = 0; i < count && !wrong; i++) {
        if (!selector
            && (target[i].is_pattern || target[i].variable == VARIABLE_TX)) {
            selector = make_all(m, count);
        }
        if (target[i].is_pattern) {
            selector[i].must = selector_of(target[i].selector);
            wrong = program_expression(m, target[i].selector, 1,
                                       &selector[i].pattern);
        }
    }
    *made = selector;
    return wrong;
}

/* Names are one without case, which some patterns tell apart: by options,
 * "(?-i)", by verbs, "(*UCP)", and by properties, "\p{Lu}". */
static int tells_cases(slice_t pattern)
{
    size_t i;

    for (i = 0; i < pattern.len; i++) {
        char next = i + 1 < pattern.len ? pattern.p[i + 1] : '\0';

        if (pattern.p[i] == '?' || (pattern.p[i] == '(' && next == '*')
            || (pattern.p[i] == '\\' && (next | 0x20) == 'p')) {
            return 1;
        }
    }
    return 0;
}

/* @return NULL: it takes too long */
static const uint64_t *tx_selected_by(const program_maker_t *m,
                                      const program_selector_t *selector)
{
    const apr_array_header_t *names = m->tx_names->all;
    work_time_t time = { .max_ns = TIME_MAX_MS * UINT64_C(1000000) };
    uint64_t *bits =
        apr_pcalloc(m->pool, sizeof(*bits) * ((size_t)names->nelts / 64 + 1));
    int i;

    for (i = 0; i < names->nelts; i++) {
        slice_t name = APR_ARRAY_IDX(names, i, slice_t);
        match_e found =
            selector_may(&selector->must, name)
                ? expression_run(selector->pattern, name, &time, NULL)
                : MATCH_NO;

        if (found == MATCH_LIMIT) {
            return NULL;
        }
        bits[i >> 6] |= (uint64_t)(found == MATCH_YES) << (i & 63);
    }
    return bits;
}

static void finish_one(const program_maker_t *m, const rule_target_t *target,
                       program_selector_t *selector)
{
    if (!target->selector.len) {
        return;
    }
    if (!selector->pattern) {
        selector->number = tx_names_find(m->tx_names, target->selector);
    }
    else if (!tells_cases(target->selector)) {
        selector->tx = tx_selected_by(m, selector);
    }
}

void program_selectors_finish(program_maker_t *m)
{
    int i, k;

    for (i = 0; i < m->rules->nelts; i++) {
        const program_rule_t *rule =
            APR_ARRAY_IDX(m->rules, i, program_rule_t *);
        program_selector_t *selector =
            (program_selector_t *)(uintptr_t)rule->selector;

        for (k = 0; selector && k < rule->rule->target_count; k++) {
            if (rule->rule->target[k].variable == VARIABLE_TX) {
                finish_one(m, &rule->rule->target[k], &selector[k]);
            }
        }
    }
}
