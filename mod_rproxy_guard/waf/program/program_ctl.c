/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* program_ctl.c: actions that speak of other rules, by id, tag or message.
 * Layer L1.
 *
 * Which rules those are is known when the program is made: a bit for each, so
 * that a request that such a rule matches joins bits and compares no tags. */
#include "program_private.h"

#include <apr_strings.h>

typedef enum {
    BY_ID,
    BY_TAG,
    BY_MESSAGE,
    BY_NOTHING
} by_e;

static by_e by_what(rule_ctl_e kind)
{
    switch (kind) {
    case CTL_RULE_REMOVE_BY_ID:
    case CTL_RULE_REMOVE_TARGET_ID:
        return BY_ID;
    case CTL_RULE_REMOVE_BY_TAG:
    case CTL_RULE_REMOVE_TARGET_TAG:
        return BY_TAG;
    case CTL_RULE_REMOVE_BY_MSG:
    case CTL_RULE_REMOVE_TARGET_MSG:
        return BY_MESSAGE;
    default:
        return BY_NOTHING;
    }
}

/* As the rule has it, variables too. */
static slice_t message_of(const rule_t *rule, apr_pool_t *pool)
{
    char *text = apr_pstrdup(pool, "");
    int i;

    for (i = 0; i < rule->msg.count; i++) {
        const rule_text_part_t *part = &rule->msg.part[i];

        text =
            part->variable < 0
                ? apr_psprintf(pool, "%s%.*s", text, (int)part->text.len,
                               part->text.p)
                : apr_psprintf(pool, "%s%%{%s%s%.*s}", text,
                               rule_variable_name(part->variable),
                               part->text.len ? "." : "", (int)part->text.len,
                               part->text.p ? part->text.p : "");
    }
    return slice_str(text);
}

static int has_tag(const rule_t *rule, const expression_t *expression)
{
    int i;

    for (i = 0; i < rule->tag_count; i++) {
        if (expression_run(expression, rule->tag[i], NULL, NULL) == MATCH_YES) {
            return 1;
        }
    }
    return 0;
}

/* Does it speak of the chain of this starter? */
static int speaks_of(const program_maker_t *m, const rule_ctl_t *ctl,
                     const expression_t *expression, const rule_t *starter)
{
    switch (by_what(ctl->kind)) {
    case BY_ID:
        return starter->id >= ctl->first && starter->id <= ctl->last;
    case BY_TAG:
        return has_tag(starter, expression);
    default:
        return expression_run(expression, message_of(starter, m->pool), NULL,
                              NULL)
               == MATCH_YES;
    }
}

static const uint64_t *make_set(const program_maker_t *m, const rule_ctl_t *ctl,
                                const expression_t *expression)
{
    uint64_t *bits =
        apr_pcalloc(m->pool, sizeof(*bits) * (m->program->rule_count / 64 + 1));
    int phase, i;

    for (phase = 0; phase < RULE_PHASES; phase++) {
        for (i = 0; i < m->phase[phase]->nelts; i++) {
            const program_rule_t *rule =
                APR_ARRAY_IDX(m->phase[phase], i, program_rule_t *);
            int set = speaks_of(m, ctl, expression, rule->rule);

            for (; set && rule; rule = rule->link) {
                bits[rule->number >> 6] |= UINT64_C(1) << (rule->number & 63);
            }
        }
    }
    return bits;
}

/* The same texts come again and again: their sets are made once. */
static const char *find_set(program_maker_t *m, const rule_ctl_t *ctl,
                            const uint64_t **set)
{
    by_e by = by_what(ctl->kind);
    const char *key =
        apr_psprintf(m->pool,
                     "%d %" APR_UINT64_T_FMT "-%" APR_UINT64_T_FMT " %.*s",
                     (int)by, by == BY_ID ? (apr_uint64_t)ctl->first : 0,
                     by == BY_ID ? (apr_uint64_t)ctl->last : 0,
                     by == BY_ID ? 0 : (int)ctl->value.len,
                     ctl->value.p ? ctl->value.p : "");
    const expression_t *expression = NULL;
    const char *wrong = NULL;

    *set = apr_hash_get(m->rule_sets, key, APR_HASH_KEY_STRING);
    if (*set) {
        return NULL;
    }
    if (by != BY_ID) {
        wrong = program_expression(m, ctl->value, 0, &expression);
    }
    if (!wrong) {
        *set = make_set(m, ctl, expression);
        apr_hash_set(m->rule_sets, key, APR_HASH_KEY_STRING, *set);
    }
    return wrong;
}

static const char *make_ctl(program_maker_t *m, const rule_ctl_t *ctl,
                            program_ctl_t *made)
{
    const char *wrong =
        program_selectors(m, ctl->target, ctl->target_count, &made->selector);

    if (wrong || by_what(ctl->kind) == BY_NOTHING) {
        return wrong;
    }
    return find_set(m, ctl, &made->rules);
}

const char *program_ctl_make_all(program_maker_t *m)
{
    const char *wrong;
    int i, k;

    for (i = 0; i < m->rules->nelts; i++) {
        program_rule_t *rule = APR_ARRAY_IDX(m->rules, i, program_rule_t *);
        int count = rule->rule->ctl_count;
        program_ctl_t *ctl =
            apr_pcalloc(m->pool, sizeof(*ctl) * (size_t)(count ? count : 1));

        for (k = 0; k < count; k++) {
            wrong = make_ctl(m, &rule->rule->ctl[k], &ctl[k]);
            if (wrong) {
                return apr_psprintf(m->pool, "%s: %s",
                                    rule->rule->where ? rule->rule->where : "",
                                    wrong);
            }
        }
        rule->ctl = ctl;
    }
    return NULL;
}
