/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* strings.h: the different strings of one request, each looked at once.
 * Layer L1 (memory of a pool).
 *
 * Requests say the same things again and again: an argument is in the URI, in
 * the query, in ARGS; a transformation leaves most values as they are.  Here
 * equal strings are one, what a transformation makes of a string is made once,
 * and the search for words goes over each once.
 *
 * Strings have numbers from 0. */
#ifndef RPROXY_GUARD_STRINGS_H
#define RPROXY_GUARD_STRINGS_H

#include <apr_pools.h>

#include "waf/match/word_search.h"
#include "waf/transform/transform_chains.h"

enum {
    STRINGS_FULL = -1
};

/* What the rules of a virtual host search for. */
typedef struct {
    const transform_chains_t *chains;
    const word_search_t *words;
    const uint32_t *marks_from; /* [words + 1]: where in marks a word's begin */
    const uint16_t *marks;      /* what a word is one of, below mark_count */
    uint32_t mark_count;
    uint32_t question_count; /* that have answers worth remembering */
    uint32_t number; /* of the plan in this process, from 1; 0: what its strings
                        have is not kept from request to request */
} strings_plan_t;

typedef struct strings_t strings_t;

/* @param plan       outlives it
 * @param bytes_max  of all strings together */
strings_t *strings_make(const strings_plan_t *plan, size_t bytes_max,
                        apr_pool_t *pool);

apr_pool_t *strings_pool(const strings_t *strings);

/* @param text  outlives the strings
 * @return its number, or STRINGS_FULL */
int strings_add(strings_t *strings, slice_t text);

/* What a chain of transformations makes of it.
 * @return its number, or STRINGS_FULL */
int strings_transformed(strings_t *strings, int number, int chain);

slice_t strings_text(const strings_t *strings, int number);
const byte_set_t *strings_bytes(strings_t *strings, int number);

/* A bit for each mark: it has one of the words with it.
 * @return [strings_marks_room] */
const uint64_t *strings_marks(strings_t *strings, int number);
size_t strings_marks_room(const strings_t *strings);

/* What has been found out about it, a bit for each question below
 * plan->question_count: 1 is no. */
uint64_t *strings_answers(strings_t *strings, int number);

/* Has it one of the words with this mark? */
int strings_has_mark(strings_t *strings, int number, uint32_t mark);

#endif
