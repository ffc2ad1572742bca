/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* word_search.h: which of thousands of words stand in a value, without case.
 * Layer L0.
 *
 * Bytes fall into 64 kinds: each letter (of either case), digit and mark of
 * ASCII that words use has its own, all others share one.  A word is known by
 * four kinds in a row, at the place of it where they seem to be the rarest.  A
 * table of all pairs of kinds says whether one is the first half of such four,
 * the last half, or stands in a word of two or three bytes; that is a look for
 * each byte of a value.  Where halves meet, the four kinds are a number of 24
 * bits, and a bit for each number, some of which share one, says whether a word
 * has them.  Only where it is set words are compared.  However many words there
 * are, the tables have some kilobytes: they are soon near again where others
 * have used the caches. */
#ifndef RPROXY_GUARD_WORD_SEARCH_H
#define RPROXY_GUARD_WORD_SEARCH_H

#include "http1/h1_slice.h"

enum {
    WORD_SEARCH_KINDS = 64,
    WORD_SEARCH_PAIRS = WORD_SEARCH_KINDS * WORD_SEARCH_KINDS,
    WORD_SEARCH_BITS = 1 << 16,
    WORD_SEARCH_LONG_BUCKETS = 8192,
    WORD_SEARCH_BUCKETS = WORD_SEARCH_LONG_BUCKETS + 256,
    WORD_SEARCH_MAX = 65000 /* words */
};

/* The words of a bucket stand side by side. */
typedef struct {
    uint64_t head;  /* its first eight bytes; of a shorter one, and zeroes */
    uint64_t cased; /* the bit of lower case, in letters of head */
    const char *p;  /* lower case; the caller's memory */
    uint16_t len;
    uint16_t offset; /* of the byte behind its kinds, in the word */
    uint16_t number;
} word_search_word_t;

typedef struct {
    uint8_t kind_of[256];
    uint8_t pair[WORD_SEARCH_PAIRS]; /* of two kinds: what they are of words */
    uint64_t long_words[WORD_SEARCH_BITS / 64];
    /* Where in word a bucket begins: by four kinds, behind those by two. */
    uint16_t from[WORD_SEARCH_BUCKETS + 1];
    uint32_t count;
    uint32_t *key; /* [count]: the kinds of a word, and how many bits of four it
                      has not */
    word_search_word_t word[];
} word_search_t;

/* Bytes of memory for so many words. */
static inline size_t word_search_room(uint32_t count)
{
    return sizeof(word_search_t)
           + (sizeof(word_search_word_t) + sizeof(uint32_t)) * count;
}

/* @param words   lower case, two to 65,000 bytes each; no more than
 *                WORD_SEARCH_MAX
 * @param memory  of word_search_room, aligned to 8; valid as long as the words
 */
const word_search_t *word_search_make(void *memory, const slice_t *words,
                                      uint32_t count);

/* @param word  its number, in the order they were given
 * @param end   of it in the value */
typedef void word_found_fn(void *ctx, uint32_t word, size_t end);

/* Says each word once for each place where it stands. */
void word_search_scan(const word_search_t *search, slice_t value,
                      word_found_fn *found, void *ctx);

#endif
