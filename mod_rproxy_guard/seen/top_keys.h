/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* top_keys.h: the keys that a limit refuses most, in little memory.  Layer L0.
 *
 * Space-saving (Metwally, Agrawal and El Abbadi, Efficient computation of
 * frequent and top-k elements in data streams, 2005): a key that has no place
 * takes the one with the least count and goes on counting there.  What is
 * refused often keeps its place, and its count is too great by the least one at
 * most.  Counts are halved every ten minutes, so that yesterday's attack makes
 * room for today's.
 *
 * In memory of all children, without a lock: two that come in one moment may
 * lose a count; a text that is not its key's is noticed and not shown. */
#ifndef RPROXY_GUARD_TOP_KEYS_H
#define RPROXY_GUARD_TOP_KEYS_H

#include "http1/h1_slice.h"

enum {
    TOP_KEYS = 12,
    TOP_KEY_TEXT = 72,
    TOP_KEYS_HALVED_S = 600
};

typedef struct {
    uint64_t hash;     /* atomic, of the key; 0: free */
    uint64_t check;    /* atomic, of hash and text; 0: no text */
    uint32_t count;    /* atomic; while it is kept twice as much, so that one
                          that came just before it is halved stays */
    uint32_t text_len; /* atomic */
    char text[TOP_KEY_TEXT];
} top_key_t;

/* All 0 at first. */
typedef struct {
    uint64_t owner;  /* the caller's: whose keys these are */
    uint32_t period; /* atomic: in which the counts were halved last */
    uint32_t unused;
    top_key_t key[TOP_KEYS];
} top_keys_t;

/* Any thread.
 * @param hash   of the key, not 0
 * @param now_s  of a clock
 * @return 1: its text is not known: top_keys_tell */
int top_keys_add(top_keys_t *top, uint64_t hash, int64_t now_s);

/* @param text  for people, in any bytes; cut where it is too long */
void top_keys_tell(top_keys_t *top, uint64_t hash, slice_t text);

/* A copy of those that are there, the most refused ones first.
 * @param out  [TOP_KEYS]; text_len 0: its text is not known
 * @return how many */
int top_keys_read(top_keys_t *top, top_key_t *out, int64_t now_s);

#endif
