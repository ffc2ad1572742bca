/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* match_union.h: what several strings have together: their bytes, their words,
 * the length of the longest.  An operator that wants what they have not matches
 * none of them, and none of them is looked at.  Layer L1 (memory of a pool). */
#ifndef RPROXY_GUARD_MATCH_UNION_H
#define RPROXY_GUARD_MATCH_UNION_H

#include "matcher.h"

typedef struct {
    byte_set_t bytes;
    uint64_t *marks; /* as strings_marks; NULL: no string yet */
    size_t longest;
} match_union_t;

/* @param sum  zeros at first */
void match_union_add(match_union_t *sum, strings_t *strings, int number);

/* The letters it has in the other case, too: the same strings with their case
 * changed have no more than that. */
void match_union_fold(match_union_t *sum);

/* What another one has, too. */
void match_union_join(match_union_t *sum, const match_union_t *other,
                      strings_t *strings);

/* Does it want anything that strings may not have?  0: match_union_may says 1
 * to any but empty sums. */
int match_union_asks(const matcher_t *matcher);

/* The mark without which it matches nothing; -1: there is none. */
int match_union_mark(const matcher_t *matcher);

/* @return 0: matcher_run says MATCH_NO to each of the strings */
int match_union_may(const match_union_t *sum, const matcher_t *matcher);

/* The same of strings of which only their bytes and length are known, or what
 * those do not go beyond.  @return 0: it matches none of them */
int match_union_could(const transform_reach_t *strings,
                      const matcher_t *matcher);

#endif
