/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_counts.h: how often each rule spoke, of which class of clients, and what
 * became of it.  Layer L0.
 *
 * In memory of all children: places in order of a hash; one that is taken stays
 * so.  A process killed at any moment leaves at most a place without its texts,
 * which the next one that counts there writes. */
#ifndef RPROXY_GUARD_RULE_COUNTS_H
#define RPROXY_GUARD_RULE_COUNTS_H

#include "http1/h1_slice.h"

enum {
    RULE_COUNTS_PLACES = 512, /* what finds none is counted as "others" */
    RULE_NAME_MAX = 63
};

typedef struct {
    uint64_t hash;  /* atomic; 0: free */
    uint64_t count; /* atomic */
    int64_t last;   /* atomic; of the caller's clock */
    uint32_t ready; /* atomic; the texts are there */
    char rule[RULE_NAME_MAX + 1], class[24], action[12];
} rule_count_t;

/* All 0 at first. */
typedef struct {
    rule_count_t place[RULE_COUNTS_PLACES + 1]; /* the last one: others */
} rule_counts_t;

/* Any thread.  Texts that are too long are cut. */
void rule_counts_add(rule_counts_t *counts, slice_t rule, slice_t class,
                     slice_t action, int64_t now);

/* The next place from *i on that has something to tell, or NULL. */
const rule_count_t *rule_counts_next(const rule_counts_t *counts, int *i);

#endif
