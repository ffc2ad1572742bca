/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_change.c: SecRuleRemoveById and its kin, said and carried out; see
 * rule_list.h.  Layer L1. */
#include "rule_list.h"

#include <stdlib.h>

#include <apr_strings.h>

#include "waf/match/expression.h"

/* ---- said ---- */

static const char *read_ids(rule_change_t *change, const char *text,
                            apr_pool_t *pool)
{
    apr_array_header_t *ids = apr_array_make(pool, 1, sizeof(rule_ids_t));
    const char *p = text;

    do {
        size_t n = strcspn(p, ",");
        rule_ids_t range;

        if (!rule_ids_parse(slice_make(p, n), &range.first, &range.last)) {
            return apr_psprintf(pool,
                                "'%s' is neither an id of a rule nor ids as "
                                "942100-942199",
                                text);
        }
        APR_ARRAY_PUSH(ids, rule_ids_t) = range;
        p += n;
    } while (*p++ == ',');
    change->ids = (rule_ids_t *)ids->elts;
    change->ids_count = ids->nelts;
    return NULL;
}

static const char *read_which(rule_change_t *change, const char *which,
                              apr_pool_t *pool)
{
    if (change->by == CHANGE_BY_ID) {
        return read_ids(change, which, pool);
    }
    change->pattern = which;
    return expression_make(slice_str(which), 0, 0, &change->expression, pool);
}

static rule_change_t *make_change(rule_change_e kind, rule_change_by_e by,
                                  const char *where, apr_pool_t *pool)
{
    rule_change_t *change = apr_pcalloc(pool, sizeof(*change));

    change->kind = kind;
    change->by = by;
    change->where = where;
    return change;
}

static void push_change(rule_list_t *list, const rule_change_t *change)
{
    rule_item_t *item = apr_array_push(list->items);

    memset(item, 0, sizeof(*item));
    item->change = change;
    list->changes++;
}

static const char *remove_by(rule_list_t *list, rule_change_by_e by,
                             const char *which, const char *where,
                             apr_pool_t *pool)
{
    rule_change_t *change = make_change(CHANGE_REMOVE, by, where, pool);
    const char *wrong = read_which(change, which, pool);

    if (!wrong) {
        push_change(list, change);
    }
    return wrong;
}

const char *rule_list_remove_id(rule_list_t *list, const char *ids,
                                const char *where, apr_pool_t *pool)
{
    return remove_by(list, CHANGE_BY_ID, ids, where, pool);
}

const char *rule_list_remove_tag(rule_list_t *list, const char *pattern,
                                 const char *where, apr_pool_t *pool)
{
    return remove_by(list, CHANGE_BY_TAG, pattern, where, pool);
}

const char *rule_list_remove_msg(rule_list_t *list, const char *pattern,
                                 const char *where, apr_pool_t *pool)
{
    return remove_by(list, CHANGE_BY_MSG, pattern, where, pool);
}

static const char *make_selectors(rule_change_t *change, apr_pool_t *pool)
{
    const expression_t **all =
        apr_pcalloc(pool, sizeof(*all) * (size_t)(change->target_count + 1));
    const char *wrong = NULL;
    int i;

    for (i = 0; i < change->target_count && !wrong; i++) {
        if (change->target[i].is_pattern) {
            wrong = expression_make(change->target[i].selector, 1, 0, &all[i],
                                    pool);
        }
    }
    change->selector = all;
    return wrong;
}

const char *rule_list_update_target(rule_list_t *list, rule_change_by_e by,
                                    const char *which, const char *targets,
                                    const char *in_place_of, const char *where,
                                    apr_pool_t *pool)
{
    apr_array_header_t *added = apr_array_make(pool, 2, sizeof(rule_target_t));
    apr_array_header_t *old = apr_array_make(pool, 1, sizeof(rule_target_t));
    rule_change_t *change = make_change(CHANGE_TARGETS, by, where, pool);
    const char *wrong = read_which(change, which, pool);

    if (!wrong) {
        wrong = rule_targets_parse(targets, added, pool);
    }
    if (!wrong && in_place_of) {
        wrong = rule_targets_parse(in_place_of, old, pool);
    }
    if (wrong) {
        return wrong;
    }
    if (old->nelts > 1) {
        return apr_psprintf(pool, "'%s' is more than one target", in_place_of);
    }
    change->target = (rule_target_t *)added->elts;
    change->target_count = added->nelts;
    change->in_place_of = old->nelts ? (rule_target_t *)old->elts : NULL;
    wrong = make_selectors(change, pool);
    if (!wrong) {
        push_change(list, change);
    }
    return wrong;
}

static const char *check_actions(const apr_array_header_t *actions,
                                 apr_pool_t *pool)
{
    int i;

    for (i = 0; i < actions->nelts; i++) {
        rule_action_e kind = APR_ARRAY_IDX(actions, i, rule_action_t).kind;

        if (kind == ACTION_ID || kind == ACTION_PHASE) {
            return apr_psprintf(pool, "the %s of a rule stays as it is",
                                rule_action_name(kind));
        }
    }
    return NULL;
}

const char *rule_list_update_action(rule_list_t *list, const char *which,
                                    const char *actions, const char *where,
                                    apr_pool_t *pool)
{
    rule_change_t *change =
        make_change(CHANGE_ACTIONS, CHANGE_BY_ID, where, pool);
    apr_array_header_t *said = apr_array_make(pool, 4, sizeof(rule_action_t));
    const char *colon = strchr(which, ':'), *wrong;

    if (colon) {
        if (colon[1] < '0' || colon[1] > '9' || strlen(colon + 1) > 3) {
            return apr_psprintf(pool, "'%s' is no rule of a chain as 942100:1",
                                which);
        }
        change->link = atoi(colon + 1);
        which = apr_pstrmemdup(pool, which, (apr_size_t)(colon - which));
    }
    wrong = read_ids(change, which, pool);
    if (!wrong) {
        wrong = rule_actions_parse(actions, said, pool);
    }
    if (!wrong) {
        wrong = check_actions(said, pool);
    }
    if (!wrong) {
        change->actions = said;
        push_change(list, change);
    }
    return wrong;
}

/* ---- carried out ---- */

static int has_id(const rule_change_t *change, uint64_t id)
{
    int i;

    for (i = 0; i < change->ids_count; i++) {
        if (id >= change->ids[i].first && id <= change->ids[i].last) {
            return 1;
        }
    }
    return 0;
}

static int is_found(const rule_change_t *change, slice_t text)
{
    return expression_run(change->expression, text, NULL, NULL) == MATCH_YES;
}

int rule_change_is_of(const rule_change_t *change, const rule_t *rule)
{
    int i;

    switch (change->by) {
    case CHANGE_BY_ID:
        return has_id(change, rule->id);
    case CHANGE_BY_MSG:
        return rule->msg_text.len && is_found(change, rule->msg_text);
    default:
        break;
    }
    for (i = 0; i < rule->tag_count; i++) {
        if (is_found(change, rule->tag[i])) {
            return 1;
        }
    }
    return 0;
}

static int is_same(const rule_target_t *a, const rule_target_t *b)
{
    return a->variable == b->variable && a->counts == b->counts
           && a->excludes == b->excludes && a->is_pattern == b->is_pattern
           && slice_eq_nocase(a->selector, b->selector);
}

/* @return NULL: the rule has none of those that others should replace */
static const apr_array_header_t *changed_targets(const rule_change_t *change,
                                                 const rule_t *rule,
                                                 apr_pool_t *pool)
{
    apr_array_header_t *targets =
        apr_array_make(pool, rule->target_count + change->target_count,
                       sizeof(rule_target_t));
    int i, is_there = !change->in_place_of;

    for (i = 0; i < rule->target_count; i++) {
        if (change->in_place_of
            && is_same(&rule->target[i], change->in_place_of)) {
            is_there = 1;
        }
        else {
            APR_ARRAY_PUSH(targets, rule_target_t) = rule->target[i];
        }
    }
    for (i = 0; i < change->target_count; i++) {
        APR_ARRAY_PUSH(targets, rule_target_t) = change->target[i];
    }
    return is_there ? targets : NULL;
}

rule_t *rule_change_targets(const rule_change_t *change, const rule_t *rule,
                            apr_pool_t *pool)
{
    rule_t *made = apr_pmemdup(pool, rule, sizeof(*rule));
    const apr_array_header_t *targets =
        rule->target_count ? changed_targets(change, rule, pool) : NULL;

    if (targets) {
        made->target = (rule_target_t *)targets->elts;
        made->target_count = targets->nelts;
    }
    if (rule->link) {
        made->link = rule_change_targets(change, rule->link, pool);
    }
    return made;
}

/* The rule again, of what it was built of and what is said now. */
static const char *rebuild(rule_source_t *source, const rule_change_t *change,
                           const rule_t *starter, apr_pool_t *pool)
{
    rule_t *old = source->rule, *rule = apr_pcalloc(pool, sizeof(*rule));
    const char *wrong;

    rule->where = old->where;
    rule->target = old->target;
    rule->target_count = old->target_count;
    rule->op = old->op;
    source->actions = apr_array_append(pool, source->actions, change->actions);
    wrong = rule_build(source->actions, source->defaults, starter, rule, pool);
    rule->link = old->link;
    if (!wrong && rule->is_chained != (rule->link != NULL)) {
        wrong = "a rule that stands alone cannot begin a chain";
    }
    source->rule = rule;
    return wrong;
}

/* A copy of the rule and its source up to the link that changes, whose copies
 * the new ones hang on. */
static const char *with_actions(rule_item_t *item, const rule_change_t *change,
                                apr_pool_t *pool)
{
    const rule_t *rule = item->rule, *starter = NULL;
    const rule_source_t *from = item->source;
    rule_source_t *above = NULL;
    const char *wrong = NULL;
    int i;

    for (i = 0; rule && i <= change->link && !wrong; i++) {
        rule_source_t *source = apr_pmemdup(pool, from, sizeof(*from));

        source->rule = apr_pmemdup(pool, rule, sizeof(*rule));
        if (i == change->link) {
            wrong = rebuild(source, change, starter, pool);
        }
        if (above) {
            above->link = source;
            above->rule->link = source->rule;
        }
        else {
            item->rule = starter = source->rule;
            item->source = source;
        }
        above = source;
        rule = rule->link;
        from = from->link;
    }
    return wrong               ? wrong
           : i <= change->link ? "its chain has no such rule"
                               : NULL;
}

/* @return NULL and *item changed (no rule: it is removed), or what is wrong */
static const char *carry_out(rule_item_t *item, const rule_change_t *change,
                             apr_pool_t *pool)
{
    switch (change->kind) {
    case CHANGE_REMOVE:
        item->rule = NULL;
        return NULL;
    case CHANGE_TARGETS:
        item->rule = rule_change_targets(change, item->rule, pool);
        return NULL;
    default:
        return with_actions(item, change, pool);
    }
}

static const char *change_all(apr_array_header_t *items,
                              const rule_change_t *change, apr_pool_t *pool)
{
    int i, kept = 0;

    for (i = 0; i < items->nelts; i++) {
        rule_item_t item = APR_ARRAY_IDX(items, i, rule_item_t);
        int speaks = item.rule && rule_change_is_of(change, item.rule);
        const char *wrong = speaks ? carry_out(&item, change, pool) : NULL;

        if (wrong) {
            return apr_psprintf(pool, "%s: rule %" APR_UINT64_T_FMT ": %s",
                                change->where, (apr_uint64_t)item.rule->id,
                                wrong);
        }
        if (item.rule || item.marker.p) {
            APR_ARRAY_IDX(items, kept++, rule_item_t) = item;
        }
    }
    items->nelts = kept;
    return NULL;
}

int rule_list_is_exceptions(const rule_list_t *list)
{
    int i;

    for (i = 0; i < list->items->nelts; i++) {
        const rule_change_t *change =
            APR_ARRAY_IDX(list->items, i, rule_item_t).change;

        if (!change || change->kind == CHANGE_ACTIONS) {
            return 0;
        }
    }
    return 1;
}

const char *rule_list_finish(const rule_list_t *list,
                             const rule_list_t **finished, apr_pool_t *pool)
{
    rule_list_t *made = rule_list_make(pool);
    const char *wrong = rule_list_check(list, pool);
    int i;

    for (i = 0; i < list->items->nelts && !wrong; i++) {
        const rule_item_t *item = &APR_ARRAY_IDX(list->items, i, rule_item_t);

        if (item->change) {
            wrong = change_all(made->items, item->change, pool);
        }
        else {
            APR_ARRAY_PUSH(made->items, rule_item_t) = *item;
        }
    }
    for (i = 0; i < made->items->nelts; i++) {
        made->rules += APR_ARRAY_IDX(made->items, i, rule_item_t).rule != NULL;
    }
    *finished = made;
    return wrong;
}
