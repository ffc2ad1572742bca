/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unions.c: may any value of a variable match?  Layer L1.
 *
 * Most rules match nothing of most requests.  What all arguments have together
 * is found out once for each list of transformations; then a rule costs a look
 * at that, however many arguments there are. */
#include "inspect_private.h"

#include "waf/match/match_union.h"

enum {
    VALUES_WORTH = 2
};

typedef struct {
    match_union_t sum;
    int seen; /* so many values are in it */
    uint32_t changes;
    int is_full; /* not all are: nobody knows */
} entry_t;

struct unions_t {
    entry_t *of[VARIABLE_COUNT]; /* [chains]; NULL: not asked for yet */
};

/* Those that requests have many values of, and that rules do not write to. */
static int is_many(rule_variable_e variable)
{
    switch (variable) {
    case VARIABLE_ARGS:
    case VARIABLE_ARGS_GET:
    case VARIABLE_ARGS_GET_NAMES:
    case VARIABLE_ARGS_NAMES:
    case VARIABLE_ARGS_POST:
    case VARIABLE_ARGS_POST_NAMES:
    case VARIABLE_FILES:
    case VARIABLE_FILES_NAMES:
    case VARIABLE_MULTIPART_PART_HEADERS:
    case VARIABLE_REQUEST_COOKIES:
    case VARIABLE_REQUEST_COOKIES_NAMES:
    case VARIABLE_REQUEST_HEADERS:
    case VARIABLE_REQUEST_HEADERS_NAMES:
    case VARIABLE_RESPONSE_HEADERS:
    case VARIABLE_RESPONSE_HEADERS_NAMES:
    case VARIABLE_XML:
        return 1;
    default:
        return 0;
    }
}

static entry_t *entry_of(inspect_t *inspect, rule_variable_e variable,
                         int chain)
{
    struct unions_t *unions = inspect->run->unions;
    uint32_t changes = inspect->values->changes[variable];
    int count = inspect->program->plan.chains->nodes->nelts;
    entry_t *entry;

    if (!unions) {
        unions = apr_pcalloc(inspect->pool, sizeof(*unions));
        inspect->run->unions = unions;
    }
    if (!unions->of[variable]) {
        unions->of[variable] =
            apr_pcalloc(inspect->pool, sizeof(entry_t) * (size_t)count);
    }
    entry = &unions->of[variable][chain];
    if (entry->changes != changes) {
        memset(entry, 0, sizeof(*entry));
        entry->changes = changes;
    }
    return entry;
}

/* Of the values as they are. */
static const entry_t *plain_union(inspect_t *inspect, rule_variable_e variable)
{
    entry_t *entry = entry_of(inspect, variable, 0);
    int count = values_count(inspect->values, variable);

    for (; entry->seen < count; entry->seen++) {
        match_union_add(&entry->sum, inspect->strings,
                        values_at(inspect->values, variable, entry->seen)
                            ->text);
    }
    return entry;
}

static void add_transformed(inspect_t *inspect, entry_t *entry, int chain,
                            const transform_node_t *node, int text)
{
    strings_t *strings = inspect->strings;

    if (transform_list_keeps(node, strings_bytes(strings, text))) {
        return;
    }
    text = strings_transformed(strings, text, chain);
    if (text == STRINGS_FULL) {
        entry->is_full = 1;
        return;
    }
    match_union_add(&entry->sum, strings, text);
}

/* With the plain ones in it: those that the list keeps as they are. */
static const entry_t *chain_union(inspect_t *inspect, rule_variable_e variable,
                                  int chain)
{
    const transform_node_t *node =
        transform_chains_node(inspect->program->plan.chains, chain);
    const entry_t *plain = plain_union(inspect, variable);
    entry_t *entry;

    if (chain == 0 || transform_list_keeps(node, &plain->sum.bytes)) {
        return plain;
    }
    entry = entry_of(inspect, variable, chain);
    if (entry->seen < plain->seen) {
        match_union_join(&entry->sum, &plain->sum, inspect->strings);
    }
    for (; entry->seen < plain->seen; entry->seen++) {
        add_transformed(inspect, entry, chain, node,
                        values_at(inspect->values, variable, entry->seen)
                            ->text);
    }
    return entry;
}

int unions_may(inspect_t *inspect, const program_rule_t *rule,
               rule_variable_e variable)
{
    const entry_t *entry;

    if (!rule->matcher || rule->rule->op.negated || rule->rule->multi_match
        || !is_many(variable) || !match_union_asks(rule->matcher)
        || values_count(inspect->values, variable) < VALUES_WORTH) {
        return 1;
    }
    entry = chain_union(inspect, variable, rule->chain);
    return entry->is_full || match_union_may(&entry->sum, rule->matcher);
}
