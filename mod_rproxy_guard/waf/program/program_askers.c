/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_askers.c: which operators look at what a list of transformations
 * makes of values.  Layer L1.
 *
 * Half of the lists are one rule's: values that cannot have what it wants,
 * whatever the list makes of them, need not be transformed. */
#include "program_private.h"

#include "waf/match/match_union.h"

static void add_asker(program_askers_t *askers, const matcher_t *matcher)
{
    int i;

    for (i = 0; i < askers->count; i++) {
        if (askers->matcher[i] == matcher) {
            return;
        }
    }
    if (askers->count < PROGRAM_ASKERS) {
        askers->matcher[askers->count] = matcher;
        askers->count++;
    }
    else {
        askers->are_many = 1;
    }
}

/* With multiMatch what each step leaves is looked at. */
static void add_rule(const program_maker_t *m, program_askers_t *askers,
                     const program_rule_t *made)
{
    int list = made->chain;

    if (!made->matcher || made->rule->op.negated
        || !match_union_asks(made->matcher)) {
        return;
    }
    add_asker(&askers[list], made->matcher);
    while (made->rule->multi_match && list) {
        list = transform_chains_node(m->chains, list)->parent;
        add_asker(&askers[list], made->matcher);
    }
}

void program_askers_make_all(program_maker_t *m)
{
    program_askers_t *askers =
        apr_pcalloc(m->pool, sizeof(*askers) * (size_t)m->chains->nodes->nelts);
    int i;

    for (i = 0; i < m->rules->nelts; i++) {
        add_rule(m, askers, APR_ARRAY_IDX(m->rules, i, program_rule_t *));
    }
    m->program->askers = askers;
}
