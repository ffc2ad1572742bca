/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_list.c: see rule_list.h.  Layer L1. */
#include "rule_list.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

static const rule_default_t *defaults_of(rule_default_t one, apr_pool_t *pool)
{
    rule_default_t *defaults =
        apr_palloc(pool, sizeof(*defaults) * RULE_PHASES);
    int i;

    for (i = 0; i < RULE_PHASES; i++) {
        defaults[i] = one;
    }
    return defaults;
}

rule_list_t *rule_list_make(apr_pool_t *pool)
{
    rule_list_t *list = apr_pcalloc(pool, sizeof(*list));

    list->items = apr_array_make(pool, 16, sizeof(rule_item_t));
    list->defaults = defaults_of(rule_default(), pool);
    list->ids = apr_hash_make(pool);
    list->skipped = apr_array_make(pool, 2, sizeof(const char *));
    return list;
}

static rule_item_t *push_item(rule_list_t *list)
{
    rule_item_t *item = apr_array_push(list->items);

    memset(item, 0, sizeof(*item));
    return item;
}

/* ---- rules that cannot be loaded ---- */

static int is_of_name(char c)
{
    return char_is_alnum((unsigned char)c) || c == '_';
}

/* Does name stand in text, with nothing of a name around it? */
static int names(const char *text, const char *name)
{
    size_t n = strlen(name), left = text ? strlen(text) : 0, i;

    for (i = 0; i + n <= left; i++) {
        if (slice_eq_nocase(slice_make(text + i, n), slice_make(name, n))
            && (i == 0 || !is_of_name(text[i - 1]) || !is_of_name(*name))
            && !is_of_name(text[i + n])) {
            return 1;
        }
    }
    return 0;
}

/* @return the name that makes it one that may be left out, or NULL */
static const char *may_skip(const rule_list_t *list, const char *targets,
                            const char *op, const char *actions)
{
    int i;

    for (i = 0; list->skip && i < list->skip->nelts; i++) {
        const char *name = APR_ARRAY_IDX(list->skip, i, const char *);

        if (names(targets, name) || names(op, name) || names(actions, name)) {
            return name;
        }
    }
    return NULL;
}

/* The chain that is open goes with it: its first rule is the last item. */
static void drop_open(rule_list_t *list)
{
    const rule_t *starter = list->open_starter;

    if (starter) {
        apr_hash_set(list->ids, &starter->id, sizeof(starter->id), NULL);
        apr_array_pop(list->items);
        list->rules--;
    }
    list->open = NULL;
    list->open_starter = NULL;
}

static void leave_out(rule_list_t *list, const char *actions, const char *where,
                      const char *why, apr_pool_t *pool)
{
    drop_open(list);
    list->added = NULL;
    list->skips_links = names(actions, "chain");
    APR_ARRAY_PUSH(list->skipped, const char *) =
        apr_psprintf(pool, "%s: %s", where, why);
}

/* ---- rules ---- */

static const char *parse(rule_source_t *source, const char *targets,
                         const char *op, const char *actions, apr_pool_t *pool)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(rule_target_t));
    apr_array_header_t *said = apr_array_make(pool, 12, sizeof(rule_action_t));
    rule_t *rule = source->rule;
    const char *wrong = NULL;

    if (targets) {
        wrong = rule_targets_parse(targets, list, pool);
        if (!wrong) {
            wrong = rule_operator_parse(op, &rule->op, pool);
        }
    }
    rule->target = (rule_target_t *)list->elts;
    rule->target_count = list->nelts;
    source->actions = said;
    return wrong ? wrong
                 : rule_actions_parse(actions ? actions : "", said, pool);
}

static const char *register_id(rule_list_t *list, const rule_t *rule,
                               apr_pool_t *pool)
{
    const rule_t *other = apr_hash_get(list->ids, &rule->id, sizeof(rule->id));

    if (other) {
        return apr_psprintf(pool,
                            "there is a rule with id:%" APR_UINT64_T_FMT
                            " already, at %s",
                            (apr_uint64_t)rule->id, other->where);
    }
    apr_hash_set(list->ids, &rule->id, sizeof(rule->id), rule);
    return NULL;
}

static void add_link(rule_list_t *list, rule_source_t *source)
{
    list->open->rule->link = source->rule;
    list->open->link = source;
}

static const char *add_starter(rule_list_t *list, rule_source_t *source,
                               apr_pool_t *pool)
{
    const char *wrong = register_id(list, source->rule, pool);
    rule_item_t *item;

    if (wrong) {
        return wrong;
    }
    item = push_item(list);
    item->rule = source->rule;
    item->source = source;
    list->open_starter = source->rule;
    list->rules++;
    return NULL;
}

static const char *build_rule(rule_list_t *list, rule_source_t *source,
                              apr_pool_t *pool)
{
    const char *wrong = rule_build(source->actions, list->defaults,
                                   list->open_starter, source->rule, pool);

    if (wrong) {
        return wrong;
    }
    if (list->open) {
        add_link(list, source);
    }
    else {
        wrong = add_starter(list, source, pool);
    }
    list->open = source->rule->is_chained ? source : NULL;
    list->open_starter = list->open ? list->open_starter : NULL;
    return wrong;
}

const char *rule_list_add(rule_list_t *list, const char *targets,
                          const char *op, const char *actions,
                          const char *where, apr_pool_t *pool)
{
    rule_source_t *source = apr_pcalloc(pool, sizeof(*source));
    const char *wrong;

    list->added = NULL;
    if (list->skips_links) {
        list->skips_links = names(actions, "chain");
        return NULL;
    }
    source->rule = apr_pcalloc(pool, sizeof(*source->rule));
    source->rule->where = where;
    source->defaults = list->defaults;
    wrong = parse(source, targets, op, actions, pool);
    if (!wrong) {
        wrong = build_rule(list, source, pool);
    }
    list->added = source;
    if (wrong && may_skip(list, targets, op, actions)) {
        leave_out(list, actions, where, wrong, pool);
        return NULL;
    }
    return wrong;
}

/* ---- the rest of what stands in a list ---- */

static const char *open_chain(const rule_list_t *list, apr_pool_t *pool)
{
    return list->open_starter
               ? apr_psprintf(pool,
                              "the chain of rule %" APR_UINT64_T_FMT
                              " at %s waits for its next rule",
                              (apr_uint64_t)list->open_starter->id,
                              list->open_starter->where)
               : NULL;
}

const char *rule_list_marker(rule_list_t *list, const char *name,
                             apr_pool_t *pool)
{
    const char *wrong = open_chain(list, pool);

    if (!wrong) {
        push_item(list)->marker = slice_str(name);
    }
    return wrong;
}

const char *rule_list_default(rule_list_t *list, const char *actions,
                              apr_pool_t *pool)
{
    apr_array_header_t *said = apr_array_make(pool, 8, sizeof(rule_action_t));
    const char *wrong = rule_actions_parse(actions, said, pool);
    rule_default_t made = { 0 };
    int phase;

    if (!wrong) {
        wrong = rule_default_build(said, &made, &phase, pool);
    }
    if (!wrong) {
        list->defaults = defaults_of(made, pool);
    }
    return wrong;
}

static void append_all(rule_list_t *list, const rule_list_t *from)
{
    if (from) {
        apr_array_cat(list->items, from->items);
        apr_array_cat(list->skipped, from->skipped);
        list->rules += from->rules;
        list->changes += from->changes;
        list->open = from->open ? from->open : list->open;
        list->open_starter =
            from->open_starter ? from->open_starter : list->open_starter;
    }
}

rule_list_t *rule_list_join(const rule_list_t *outer, const rule_list_t *inner,
                            apr_pool_t *pool)
{
    rule_list_t *list;

    if (!outer && !inner) {
        return NULL;
    }
    list = rule_list_make(pool);
    append_all(list, outer);
    append_all(list, inner);
    return list;
}

const char *rule_list_check(const rule_list_t *list, apr_pool_t *pool)
{
    return open_chain(list, pool);
}
