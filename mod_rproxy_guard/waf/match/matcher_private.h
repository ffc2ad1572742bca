/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_private.h: what the kinds of matchers share, a file for each kind.
 * Layer L1. */
#ifndef RPROXY_GUARD_MATCHER_PRIVATE_H
#define RPROXY_GUARD_MATCHER_PRIVATE_H

#include <apr_hash.h>

#include "address/address.h"
#include "matcher.h"
#include "phrases.h"
#include "waf/pattern/pattern_condition.h"

enum {
    MATCHER_NO_MARK = -1,
    MATCHER_NO_QUESTION = -1
};

/* What a matcher is run on. */
typedef struct {
    strings_t *strings; /* NULL: without looking for words first */
    int number;
    slice_t value, argument;
    work_time_t *time;
    captures_t *captures; /* or NULL */
    apr_pool_t *pool;
} matcher_run_t;

typedef struct {
    match_e (*run)(const matcher_t *matcher, const matcher_run_t *on);

    /* Of a value that matches. */
    const char *(*tell)(const matcher_t *matcher, slice_t value,
                        slice_t argument, slice_t target, apr_pool_t *pool);
} matcher_kind_t;

struct matcher_t {
    const matcher_kind_t *kind;
    const strings_plan_t *plan; /* there once all are made */
    rule_operator_t op;         /* of the first that asked for it */
    rule_text_t text;           /* of its argument */
    int expands;                /* it has variables */

    int question; /* its number among those whose answers are remembered */

    /* What a value must have before it is looked at. */
    int mark;
    byte_set_t needs; /* each of its words has one of these */
    int needs_none;   /* one has letters and digits only */
    size_t length_min;
    pattern_condition_t condition;

    /* By kind. */
    const expression_t *expression;
    uint32_t limit;
    const phrases_t *phrases;
    const network_t *network; /* [network_count] */
    int network_count;
    byte_set_t bytes; /* that it looks for, or allows */
};

struct matcher_maker_t {
    apr_pool_t *pool;
    uint32_t limit;
    apr_hash_t *made;          /* by kind, folder and argument: matcher_t */
    apr_hash_t *word;          /* lower case: apr_array_header_t of marks */
    apr_array_header_t *words; /* of slice_t, as they came */
    int mark_count, question_count;
    strings_plan_t *plan;
};

/* Each: the matcher has its operator and nothing else.
 * @param folder  of relative files
 * @return NULL, or what is wrong */
const char *matcher_expression_make(matcher_maker_t *maker, matcher_t *matcher);
const char *matcher_phrases_make(matcher_maker_t *maker, matcher_t *matcher,
                                 const char *folder);
const char *matcher_address_make(matcher_maker_t *maker, matcher_t *matcher,
                                 const char *folder);
const char *matcher_text_make(matcher_maker_t *maker, matcher_t *matcher);
const char *matcher_bytes_make(matcher_maker_t *maker, matcher_t *matcher);
const char *matcher_detect_make(matcher_maker_t *maker, matcher_t *matcher);

/* Parts its argument, and says whether it has variables. */
void matcher_take_text(matcher_maker_t *maker, matcher_t *matcher);

/* Gives the matcher its mark, once, and the word to look for. */
void matcher_maker_word(matcher_maker_t *maker, matcher_t *matcher,
                        slice_t lower_case);

static inline void matcher_capture(const matcher_run_t *on, slice_t text)
{
    if (on->captures) {
        on->captures->group[0] = text;
        on->captures->count = 1;
    }
}

/* The whole file.  @return NULL, or what is wrong */
const char *matcher_read_file(const char *folder, slice_t name, slice_t *text,
                              apr_pool_t *pool);

/* Between quotes of a log line; what is longer than 252 bytes is cut. */
const char *matcher_log_cut(slice_t text, apr_pool_t *pool);

#endif
