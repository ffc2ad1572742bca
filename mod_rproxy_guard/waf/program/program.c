/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program.c: see program.h.  Layer L1. */
#include "program_private.h"

#include <apr_strings.h>

/* ---- one rule ---- */

const char *program_expression(program_maker_t *m, slice_t text,
                               int ignores_case, const expression_t **made)
{
    const char *key = apr_psprintf(m->pool, "%d %.*s", ignores_case,
                                   (int)text.len, text.p ? text.p : "");
    const char *wrong;

    *made = apr_hash_get(m->expressions, key, APR_HASH_KEY_STRING);
    if (*made) {
        return NULL;
    }
    wrong = expression_make(text, ignores_case, m->limit, made, m->pool);
    if (!wrong) {
        apr_hash_set(m->expressions, key, APR_HASH_KEY_STRING, *made);
    }
    return wrong;
}

static int asks_for(const rule_t *rule, rule_variable_e variable)
{
    int i, found = 0;

    for (i = 0; i < rule->target_count && !found; i++) {
        found = rule->target[i].variable == variable;
    }
    return found;
}

static const char *make_rule(program_maker_t *m, const rule_t *rule,
                             const char *where, program_rule_t *made)
{
    const char *wrong;

    made->rule = rule;
    made->number = m->program->rule_count++;
    made->skip_to = -1;
    made->chain =
        transform_chains_add(m->chains, rule->transform, rule->transform_count);
    APR_ARRAY_PUSH(m->rules, program_rule_t *) = made;
    m->program->asks_files |= asks_for(rule, VARIABLE_FILES_TMP_CONTENT);
    if (!rule->target_count) {
        return NULL;
    }
    wrong =
        program_selectors(m, rule->target, rule->target_count, &made->selector);
    return wrong ? wrong
                 : matcher_make(m->matchers, &rule->op,
                                rule->where ? rule->where : where,
                                &made->matcher);
}

/* The first operator of a chain that is not there; NULL: all are. */
static const char *unsupported(const rule_t *rule)
{
    for (; rule; rule = rule->link) {
        if (rule->target_count && !matcher_supports(rule->op.kind)) {
            return rule_operator_name(rule->op.kind);
        }
    }
    return NULL;
}

static const char *add_chain(program_maker_t *m, const rule_t *starter)
{
    apr_array_header_t *phase = m->phase[starter->phase - 1];
    const char *missing = unsupported(starter), *wrong = NULL;
    const rule_t *rule;
    program_rule_t *made, *last = NULL;

    if (missing) {
        APR_ARRAY_PUSH(m->left_out, const char *) =
            apr_psprintf(m->pool,
                         "%s: rule %" APR_UINT64_T_FMT ": @%s is not supported",
                         starter->where, (apr_uint64_t)starter->id, missing);
        return NULL;
    }
    for (rule = starter; rule && !wrong; rule = rule->link) {
        made = apr_pcalloc(m->pool, sizeof(*made));
        wrong = make_rule(m, rule, starter->where, made);
        if (last) {
            last->link = made;
        }
        else {
            APR_ARRAY_PUSH(phase, program_rule_t *) = made;
        }
        last = made;
    }
    return wrong
               ? apr_psprintf(m->pool, "%s: rule %" APR_UINT64_T_FMT ": %s",
                              starter->where, (apr_uint64_t)starter->id, wrong)
               : NULL;
}

/* ---- where rules skip to ---- */

static void add_marker(program_maker_t *m, slice_t name)
{
    program_marker_t marker = { .name = name };
    int i;

    for (i = 0; i < RULE_PHASES; i++) {
        marker.place[i] = m->phase[i]->nelts;
    }
    APR_ARRAY_PUSH(m->markers, program_marker_t) = marker;
}

/* Behind the place of a rule; the end, where nothing has the name. */
static int place_behind(const program_maker_t *m, int phase, int from,
                        slice_t name)
{
    const apr_array_header_t *rules = m->phase[phase];
    int end = rules->nelts, i;
    uint64_t id, last;

    for (i = 0; i < m->markers->nelts; i++) {
        const program_marker_t *marker =
            &APR_ARRAY_IDX(m->markers, i, program_marker_t);

        if (marker->place[phase] > from && slice_eq(marker->name, name)) {
            end = marker->place[phase];
            break;
        }
    }
    if (rule_ids_parse(name, &id, &last) && id == last) {
        for (i = from + 1; i < end; i++) {
            if (APR_ARRAY_IDX(rules, i, program_rule_t *)->rule->id == id) {
                return i + 1;
            }
        }
    }
    return end;
}

static int skip_to(const program_maker_t *m, int phase, int from,
                   const rule_t *rule)
{
    int count = m->phase[phase]->nelts;

    if (rule->skip_after.len) {
        return place_behind(m, phase, from, rule->skip_after);
    }
    if (rule->skip) {
        return rule->skip < count - from - 1 ? from + 1 + rule->skip : count;
    }
    return -1;
}

static void set_skips(program_maker_t *m)
{
    int phase, i;

    for (phase = 0; phase < RULE_PHASES; phase++) {
        for (i = 0; i < m->phase[phase]->nelts; i++) {
            program_rule_t *rule =
                APR_ARRAY_IDX(m->phase[phase], i, program_rule_t *);

            for (; rule; rule = (program_rule_t *)(uintptr_t)rule->link) {
                rule->skip_to = skip_to(m, phase, i, rule->rule);
            }
        }
    }
}

/* ---- the whole ---- */

static program_maker_t begin(const unicode_map_t *map, uint32_t limit,
                             apr_pool_t *pool)
{
    program_maker_t m = { .pool = pool, .limit = limit };
    int i;

    m.program = apr_pcalloc(pool, sizeof(*m.program));
    m.matchers = matcher_maker_make(limit, pool);
    m.chains = transform_chains_make(pool);
    m.chains->map = map;
    m.tx_names = tx_names_make(pool);
    m.view_numbers = apr_hash_make(pool);
    m.views = apr_array_make(pool, 64, sizeof(program_view_t));
    m.sets = apr_array_make(pool, 64, sizeof(program_set_t));
    m.expressions = apr_hash_make(pool);
    m.rule_sets = apr_hash_make(pool);
    m.rules = apr_array_make(pool, 1024, sizeof(program_rule_t *));
    m.markers = apr_array_make(pool, 64, sizeof(program_marker_t));
    m.left_out = apr_array_make(pool, 4, sizeof(const char *));
    for (i = 0; i < RULE_PHASES; i++) {
        m.phase[i] = apr_array_make(pool, 256, sizeof(program_rule_t *));
    }
    return m;
}

static const char *add_all(program_maker_t *m, const rule_list_t *list)
{
    const char *wrong = NULL;
    int i;

    for (i = 0; i < list->items->nelts && !wrong; i++) {
        const rule_item_t *item = &APR_ARRAY_IDX(list->items, i, rule_item_t);

        if (item->rule) {
            wrong = add_chain(m, item->rule);
        }
        else if (item->marker.p) {
            add_marker(m, item->marker);
        }
    }
    return wrong;
}

static const char *finish(program_maker_t *m)
{
    int i;

    set_skips(m);
    program_gate_make_all(m);
    program_askers_make_all(m);
    program_asked_make(m);
    for (i = 0; i < RULE_PHASES; i++) {
        m->program->phase[i] = (const program_rule_t *const *)m->phase[i]->elts;
        m->program->phase_count[i] = m->phase[i]->nelts;
    }
    m->program->left_out = m->left_out;
    return matcher_maker_plan(m->matchers, m->chains, &m->program->plan);
}

const char *program_make(const rule_list_t *list, const unicode_map_t *map,
                         uint32_t limit, const program_t **made,
                         apr_pool_t *pool)
{
    program_maker_t m = begin(map, limit, pool);
    const char *wrong = add_all(&m, list);

    if (!wrong) {
        wrong = program_ctl_make_all(&m);
    }
    if (!wrong) {
        wrong = finish(&m);
    }
    *made = wrong ? NULL : m.program;
    return wrong;
}
