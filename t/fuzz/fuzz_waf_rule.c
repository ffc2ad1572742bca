/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_rule.c: any text as each of SecRule's arguments.  Promises: what is
 * taken lies within the text or is a copy of a part of it, and each thing that
 * is taken has a name. */
#include "fuzz.h"

#include "waf/rule/rule_parse.c"
#include "waf/rule/rule_words.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    apr_array_header_t *targets, *actions;
    rule_operator_t op;
    char *text;
    int i;

    if (!pool) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    targets = apr_array_make(pool, 4, sizeof(rule_target_t));
    actions = apr_array_make(pool, 4, sizeof(rule_action_t));
    if (!rule_targets_parse(text, targets, pool)) {
        FUZZ_CHECK(targets->nelts > 0);
        for (i = 0; i < targets->nelts; i++) {
            rule_target_t target = APR_ARRAY_IDX(targets, i, rule_target_t);

            FUZZ_CHECK(target.variable < VARIABLE_COUNT);
            FUZZ_CHECK(target.selector.len <= size);
        }
    }
    if (!rule_operator_parse(text, &op, pool)) {
        FUZZ_CHECK(op.kind < OPERATOR_COUNT);
        FUZZ_CHECK(op.argument.p >= text
                   && op.argument.p + op.argument.len <= text + size);
    }
    if (!rule_actions_parse(text, actions, pool)) {
        for (i = 0; i < actions->nelts; i++) {
            rule_action_t action = APR_ARRAY_IDX(actions, i, rule_action_t);

            FUZZ_CHECK(action.kind < ACTION_COUNT);
            FUZZ_CHECK(action.argument.len <= size);
        }
    }
    free(text);
    apr_pool_clear(pool);
    return 0;
}
