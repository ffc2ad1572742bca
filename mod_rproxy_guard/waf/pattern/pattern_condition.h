/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_condition.h: what a value must have for an expression to match it.
 * Layer L1.
 *
 * Most expressions of attack rules need one of a few words; few values have
 * one.  So one search for the words of all rules, and a look at which bytes a
 * value has, decide which of the expressions are run at all.  The way is that
 * of RE2's FilteredRE2: sets of strings grow along a sequence while they are
 * exact, and the best of them is kept. */
#ifndef RPROXY_GUARD_PATTERN_CONDITION_H
#define RPROXY_GUARD_PATTERN_CONDITION_H

#include <apr_pools.h>

#include "waf/byte_set.h"

enum {
    PATTERN_GATES = 4,
    PATTERN_WORDS_MAX = 400, /* of an expression */
    PATTERN_WORD_MAX = 16    /* bytes */
};

/* A match needs one of the words (compared without case) or of the bytes that
 * are as good as one, and of each gate one of its bytes. */
typedef struct {
    const slice_t *words; /* [word_count], lower case, two bytes and more */
    int word_count;       /* 0: no such condition */
    byte_set_t bytes;     /* beside words; no letters, digits and blanks */
    byte_set_t gates[PATTERN_GATES];
    int gate_count;
} pattern_condition_t;

pattern_condition_t pattern_condition(slice_t text, apr_pool_t *pool);

/* Does the value have what its gates ask for? */
static inline int pattern_passes_gates(const pattern_condition_t *condition,
                                       const byte_set_t *bytes)
{
    int i;

    for (i = 0; i < condition->gate_count; i++) {
        if (!byte_set_meets(&condition->gates[i], bytes)) {
            return 0;
        }
    }
    return 1;
}

#endif
