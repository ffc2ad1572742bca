/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unions.c: may any value of a variable match?  Layer L1.
 *
 * Most rules match nothing of most requests.  What all arguments have together
 * is found out once for each list of transformations; then a rule costs a look
 * at that, however many arguments there are. */
#include "inspect_private.h"

#include "waf/match/match_union.h"

enum {
    VALUES_WORTH = 2,
    RECENT = 8
};

typedef struct {
    match_union_t sum;
    int seen;    /* so many texts are in it */
    int is_full; /* not all are: nobody knows */
} entry_t;

typedef struct {
    entry_t **entry;           /* [chains], each NULL: not asked for yet */
    apr_array_header_t *texts; /* of int: the strings, each once */
    int seen;                  /* so many values are among them */
    uint32_t changes;
} variable_t;

struct unions_t {
    variable_t of[VARIABLE_COUNT];
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

static void forget(const inspect_t *inspect, variable_t *of, uint32_t changes)
{
    int count = inspect->program->plan.chains->nodes->nelts;

    memset(of->entry, 0, sizeof(*of->entry) * (size_t)count);
    of->texts->nelts = of->seen = 0;
    of->changes = changes;
}

static variable_t *variable_of(inspect_t *inspect, rule_variable_e variable)
{
    uint32_t changes = inspect->values->changes[variable];
    variable_t *of;

    if (!inspect->run->unions) {
        inspect->run->unions =
            apr_pcalloc(inspect->pool, sizeof(struct unions_t));
    }
    of = &inspect->run->unions->of[variable];
    if (!of->entry) {
        of->entry =
            apr_palloc(inspect->pool, sizeof(*of->entry)
                                          * (size_t)inspect->program->plan
                                                .chains->nodes->nelts);
        of->texts = apr_array_make(inspect->pool, 32, sizeof(int));
        forget(inspect, of, changes);
    }
    else if (of->changes != changes) {
        forget(inspect, of, changes);
    }
    return of;
}

static entry_t *entry_of(inspect_t *inspect, variable_t *of, int chain)
{
    if (!of->entry[chain]) {
        of->entry[chain] = apr_pcalloc(inspect->pool, sizeof(entry_t));
    }
    return of->entry[chain];
}

/* Names come in rows. */
static int is_recent(const variable_t *of, int text)
{
    int i, count = of->texts->nelts, from = count > RECENT ? count - RECENT : 0;

    for (i = count; i-- > from;) {
        if (APR_ARRAY_IDX(of->texts, i, int) == text) {
            return 1;
        }
    }
    return 0;
}

/* Of the values as they are, and in another case. */
static const entry_t *plain_union(inspect_t *inspect, variable_t *of,
                                  rule_variable_e variable)
{
    entry_t *entry = entry_of(inspect, of, 0);
    int count = values_count(inspect->values, variable);

    for (; of->seen < count; of->seen++) {
        int text = values_at(inspect->values, variable, of->seen)->text;

        if (!is_recent(of, text)) {
            APR_ARRAY_PUSH(of->texts, int) = text;
            match_union_add(&entry->sum, inspect->strings, text);
            match_union_fold(&entry->sum);
        }
    }
    return entry;
}

static void add_transformed(inspect_t *inspect, entry_t *entry, int chain,
                            const transform_node_t *node, int text)
{
    strings_t *strings = inspect->strings;

    if (transform_list_keeps_words(node, strings_bytes(strings, text))) {
        return;
    }
    text = strings_transformed(strings, text, chain);
    if (text == STRINGS_FULL) {
        entry->is_full = 1;
        return;
    }
    match_union_add(&entry->sum, strings, text);
}

/* With the plain ones in it: of those the list changes the case at most. */
static const entry_t *chain_union(inspect_t *inspect, rule_variable_e variable,
                                  int chain)
{
    const transform_node_t *node =
        transform_chains_node(inspect->program->plan.chains, chain);
    variable_t *of = variable_of(inspect, variable);
    const entry_t *plain = plain_union(inspect, of, variable);
    entry_t *entry;

    if (chain == 0 || transform_list_keeps_words(node, &plain->sum.bytes)) {
        return plain;
    }
    entry = entry_of(inspect, of, chain);
    if (entry->seen < of->texts->nelts) {
        match_union_join(&entry->sum, &plain->sum, inspect->strings);
    }
    for (; entry->seen < of->texts->nelts; entry->seen++) {
        add_transformed(inspect, entry, chain, node,
                        APR_ARRAY_IDX(of->texts, entry->seen, int));
    }
    return entry;
}

const match_union_t *unions_of(inspect_t *inspect, rule_variable_e variable,
                               int chain)
{
    const entry_t *entry = chain_union(inspect, variable, chain);

    return entry->is_full ? NULL : &entry->sum;
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
