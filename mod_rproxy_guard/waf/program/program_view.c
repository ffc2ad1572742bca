/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_view.c: which values rules look at: most look at the same ones.
 * Layer L1. */
#include "program_private.h"

#include <apr_strings.h>

enum {
    VIEWS_MAX = 10000
};

/* Rules write to the others, or the inspection has them itself. */
static int is_steady(rule_variable_e variable)
{
    switch (variable) {
    case VARIABLE_DURATION:
    case VARIABLE_HIGHEST_SEVERITY:
    case VARIABLE_MATCHED_VAR:
    case VARIABLE_MATCHED_VARS:
    case VARIABLE_MATCHED_VARS_NAMES:
    case VARIABLE_MATCHED_VAR_NAME:
    case VARIABLE_REQBODY_PROCESSOR:
    case VARIABLE_RULE:
    case VARIABLE_TX:
        return 0;
    default:
        return 1;
    }
}

/* Exclusions only take from it: more than the rule looks at does no harm.
 * @return 0: it is no view */
static int add_part(const rule_target_t *target, apr_array_header_t *parts)
{
    program_view_part_t part = { .variable = target->variable };

    if (target->excludes) {
        return 1;
    }
    if (target->counts || !is_steady(target->variable)) {
        return 0;
    }
    if (!target->is_pattern) {
        part.name = target->selector;
    }
    APR_ARRAY_PUSH(parts, program_view_part_t) = part;
    return 1;
}

static const char *key_of(const program_view_t *view, apr_pool_t *pool)
{
    const char *key =
        apr_psprintf(pool, "%d%s", view->chain, view->has_steps ? "+" : "");
    int i;

    for (i = 0; i < view->count; i++) {
        const program_view_part_t *part = &view->part[i];

        /* lengths, as a name may look like the next part */
        key = apr_psprintf(pool, "%s|%d:%d:%.*s", key, (int)part->variable,
                           (int)part->name.len, (int)part->name.len,
                           part->name.len ? part->name.p : "");
    }
    return key;
}

static int find_or_add(program_maker_t *m, const program_view_t *view)
{
    const char *key = key_of(view, m->pool);
    const int *found = apr_hash_get(m->view_numbers, key, APR_HASH_KEY_STRING);
    int number = m->views->nelts;

    if (found) {
        return *found;
    }
    if (number == VIEWS_MAX) {
        return -1;
    }
    apr_hash_set(m->view_numbers, key, APR_HASH_KEY_STRING,
                 apr_pmemdup(m->pool, &number, sizeof(number)));
    APR_ARRAY_PUSH(m->views, program_view_t) = *view;
    return number;
}

int program_view_of(program_maker_t *m, const program_rule_t *made)
{
    const rule_t *rule = made->rule;
    apr_array_header_t *parts =
        apr_array_make(m->pool, rule->target_count ? rule->target_count : 1,
                       sizeof(program_view_part_t));
    program_view_t view = { .chain = made->chain,
                            .has_steps = rule->multi_match != 0 };
    int i;

    for (i = 0; i < rule->target_count; i++) {
        if (!add_part(&rule->target[i], parts)) {
            return -1;
        }
    }
    view.part = (const program_view_part_t *)parts->elts;
    view.count = parts->nelts;
    return find_or_add(m, &view);
}
