/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* known.h: what strings have that come with request after request, as
 * "Mozilla/5.0 ...": kept by each thread.  Layer L1.
 *
 * Most of the bytes of a request are fields of a browser that sent the same a
 * moment ago.  What is kept is true of a string's bytes, whoever sends them; it
 * has a fixed size, and a string that is new is kept when it comes again, so
 * that strings of one request do not push out others. */
#ifndef RPROXY_GUARD_KNOWN_H
#define RPROXY_GUARD_KNOWN_H

#include "waf/byte_set.h"

enum {
    KNOWN_SHORTEST = 8, /* bytes; it does not pay for shorter ones */
    KNOWN_LONGEST = 128,
    KNOWN_MARKS = 512 /* plans with more go without */
};

typedef struct {
    byte_set_t bytes;
    uint64_t marks[KNOWN_MARKS / 64]; /* as strings_marks; of as many as there
                                         are in the plan */
} known_string_t;

static inline int known_may(size_t length)
{
    return length >= KNOWN_SHORTEST && length <= KNOWN_LONGEST;
}

/* @param plan  its number, from 1
 * @param hash  of the text, of all its bits
 * @return NULL: not known; else valid up to the thread's next known_add */
const known_string_t *known_find(uint32_t plan, slice_t text, uint32_t hash);

/* Somebody had to find out.
 * @param text   known_may(its length)
 * @param words  of marks, KNOWN_MARKS / 64 at most */
void known_add(uint32_t plan, slice_t text, uint32_t hash,
               const byte_set_t *bytes, const uint64_t *marks, size_t words);

#endif
