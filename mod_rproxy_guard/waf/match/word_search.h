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
    WORD_SEARCH_CHAINS = 8192,
    WORD_SEARCH_SHORT_CHAINS = 256,
    WORD_SEARCH_MAX = 65000 /* words */
};

typedef struct {
    slice_t text;             /* lower case; the caller's memory */
    uint32_t kinds;           /* four of them; all of a shorter word */
    uint32_t kinds_mask;      /* as many of the last four */
    uint16_t offset;          /* of the byte behind them, in the word */
    uint64_t head, head_mask; /* of its first eight bytes, or all, with the bit
                                 of lower case */
    uint16_t next; /* of the same chain; 0: none, else a word's number + 1 */
} word_search_word_t;

typedef struct {
    uint8_t kind_of[256];
    uint8_t pair[WORD_SEARCH_PAIRS]; /* of two kinds: what they are of words */
    uint64_t long_words[WORD_SEARCH_BITS / 64];
    uint16_t chain[WORD_SEARCH_CHAINS];             /* as next: by four kinds */
    uint16_t short_chain[WORD_SEARCH_SHORT_CHAINS]; /* by two */
    uint32_t count;
    word_search_word_t word[];
} word_search_t;

/* Bytes of memory for so many words. */
static inline size_t word_search_room(uint32_t count)
{
    return sizeof(word_search_t) + sizeof(word_search_word_t) * count;
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
