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
    apr_array_header_t *entries; /* of entry_t *: those asked for */
    uint16_t *place;             /* [chains]: 1 + place in entries; 0: none */
    apr_array_header_t *texts;   /* of int: the strings, each once */
    int seen;                    /* so many values are among them */
    int ends_dot;                /* one of them ends with "." */
    uint32_t changes;
} variable_t;

struct unions_t {
    variable_t *of[VARIABLE_COUNT]; /* NULL: not asked for yet */
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

static int chain_count(const inspect_t *inspect)
{
    return inspect->program->plan.chains->nodes->nelts;
}

static void forget(const inspect_t *inspect, variable_t *of, uint32_t changes)
{
    memset(of->place, 0, sizeof(*of->place) * (size_t)chain_count(inspect));
    of->entries->nelts = 0;
    of->texts->nelts = of->seen = of->ends_dot = 0;
    of->changes = changes;
}

static variable_t *make_variable(const inspect_t *inspect, uint32_t changes)
{
    variable_t *of = apr_palloc(inspect->pool, sizeof(*of));

    of->place = apr_palloc(inspect->pool,
                           sizeof(*of->place) * (size_t)chain_count(inspect));
    of->entries = apr_array_make(inspect->pool, 8, sizeof(entry_t *));
    of->texts = apr_array_make(inspect->pool, 16, sizeof(int));
    forget(inspect, of, changes);
    return of;
}

static variable_t *variable_of(inspect_t *inspect, rule_variable_e variable)
{
    uint32_t changes = inspect->values->changes[variable];
    variable_t **of;

    if (!inspect->run->unions) {
        inspect->run->unions =
            apr_pcalloc(inspect->pool, sizeof(struct unions_t));
    }
    of = &inspect->run->unions->of[variable];
    if (!*of) {
        *of = make_variable(inspect, changes);
    }
    else if ((*of)->changes != changes) {
        forget(inspect, *of, changes);
    }
    return *of;
}

static entry_t *entry_of(inspect_t *inspect, variable_t *of, int chain)
{
    entry_t *made;

    if (of->place[chain]) {
        return APR_ARRAY_IDX(of->entries, of->place[chain] - 1, entry_t *);
    }
    made = apr_pcalloc(inspect->pool, sizeof(*made));
    if (of->entries->nelts < UINT16_MAX) {
        APR_ARRAY_PUSH(of->entries, entry_t *) = made;
        of->place[chain] = (uint16_t)of->entries->nelts;
    }
    return made;
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
            of->ends_dot |=
                transform_ends_dot(strings_text(inspect->strings, text));
            match_union_add(&entry->sum, inspect->strings, text);
            match_union_fold(&entry->sum);
        }
    }
    return entry;
}

static int could_match(const program_askers_t *askers,
                       const transform_reach_t *values)
{
    int could = askers->are_many, i;

    for (i = 0; i < askers->count && !could; i++) {
        could = match_union_could(values, askers->matcher[i]);
    }
    return could;
}

/* Does the program have an operator that could match what a list makes of such
 * values?  0: they need not be transformed. */
static int are_values_asked_for(const inspect_t *inspect, int chain,
                                transform_reach_t values, int ends_dot)
{
    const program_askers_t *askers = &inspect->program->askers[chain];

    if (askers->are_many) {
        return 1;
    }
    values = transform_chains_reach(inspect->program->plan.chains, chain,
                                    values, ends_dot);
    return could_match(askers, &values);
}

/* No more than that is decoded of texts that have nothing else to decode. */
static size_t longest_of(const transform_chains_t *chains,
                         const transform_node_t *node, slice_t text,
                         const byte_set_t *bytes)
{
    return node->transform == TRANSFORM_BASE64_DECODE
                   && transform_list_keeps(transform_chains_node(chains,
                                                                 node->parent),
                                           bytes, 1)
               ? transform_base64_length(text)
               : text.len;
}

static int is_text_asked_for(const inspect_t *inspect, int chain, int text)
{
    const transform_chains_t *chains = inspect->program->plan.chains;
    const transform_node_t *node = transform_chains_node(chains, chain);
    slice_t value = strings_text(inspect->strings, text);
    transform_reach_t reach = { *strings_bytes(inspect->strings, text), 0 };

    reach.longest = longest_of(chains, node, value, &reach.bytes);
    return are_values_asked_for(inspect, chain, reach,
                                transform_ends_dot(value));
}

int unions_add(inspect_t *inspect, match_union_t *sum, int chain, int text)
{
    const program_askers_t *askers = &inspect->program->askers[chain];
    strings_t *strings = inspect->strings;
    transform_reach_t made;

    if (!is_text_asked_for(inspect, chain, text)) {
        return 1;
    }
    text = strings_transformed(strings, text, chain);
    if (text == STRINGS_FULL) {
        return 0;
    }
    made.bytes = *strings_bytes(strings, text);
    made.longest = strings_text(strings, text).len;
    if (could_match(askers, &made)) {
        inspect_note_work(inspect, inspect_work_of(made.longest));
        match_union_add(sum, strings, text);
    }
    return 1;
}

static void add_transformed(inspect_t *inspect, entry_t *entry, int chain,
                            const transform_node_t *node, int text)
{
    strings_t *strings = inspect->strings;

    if (!transform_list_keeps_words(node, strings_bytes(strings, text),
                                    transform_ends_dot(
                                        strings_text(strings, text)))
        && !unions_add(inspect, &entry->sum, chain, text)) {
        entry->is_full = 1;
    }
}

static int are_all_asked_for(const inspect_t *inspect, int chain,
                             const match_union_t *plain, int ends_dot)
{
    transform_reach_t values = { plain->bytes, plain->longest };

    return are_values_asked_for(inspect, chain, values, ends_dot);
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

    if (chain == 0
        || transform_list_keeps_words(node, &plain->sum.bytes, of->ends_dot)
        || !are_all_asked_for(inspect, chain, &plain->sum, of->ends_dot)) {
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
