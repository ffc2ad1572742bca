/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_match.h: which of many words stand in a text, in one pass over it.
 * Layer L0.
 *
 * An automaton as Aho and Corasick made it (Efficient string matching, 1975):
 * one step for each byte, however many words there are.  Letters of either case
 * are the same. */
#ifndef RPROXY_GUARD_AGENT_MATCH_H
#define RPROXY_GUARD_AGENT_MATCH_H

#include "http1/h1_slice.h"

#define AGENT_MATCH_NONE UINT16_MAX

enum {
    AGENT_MATCH_LETTERS_MAX = 60000 /* of all words together */
};

typedef struct {
    const uint16_t *next;  /* [state * kinds + kind of byte] */
    const uint16_t *found; /* [state]: the first word that ends here */
    unsigned kinds;        /* 0 is that of bytes that no word has */
    uint8_t kind_of[256];
} agent_match_t;

/* Bytes of memory for that many words; 0: too many letters.  A word has at
 * least one. */
size_t agent_match_room(const slice_t *words, uint32_t count);

/* @param memory  of that many bytes, aligned to 8; the automaton lies in it */
const agent_match_t *agent_match_make(void *memory, const slice_t *words,
                                      uint32_t count);

/* The number of the first word, in the order they were given, that stands in
 * text; AGENT_MATCH_NONE: none does. */
uint32_t agent_match_find(const agent_match_t *match, slice_t text);

#endif
