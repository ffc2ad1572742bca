/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* word_list.h: words with commas between them.  Layer L0. */
#ifndef RPROXY_GUARD_WORD_LIST_H
#define RPROXY_GUARD_WORD_LIST_H

#include "http1/h1_slice.h"

/* Is word one of these?  An empty one is. */
static inline int word_list_has(slice_t words, slice_t word)
{
    while (word.len && words.len) {
        const char *comma = memchr(words.p, ',', words.len);
        slice_t one =
            slice_make(words.p, comma ? (size_t)(comma - words.p) : words.len);

        if (slice_eq(one, word)) {
            return 1;
        }
        words = comma ? slice_make(comma + 1, words.len - one.len - 1)
                      : slice_make(NULL, 0);
    }
    return word.len == 0;
}

#endif
