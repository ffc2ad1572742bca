/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* recent.h: how many of something there were in the last minute, in slots of
 * some seconds.  Layer L0; in shared memory, for any number of writers.
 *
 * A slot is one word: the number of its time above, the count below.  So it
 * needs nobody who empties it, and a writer killed at any instruction leaves
 * nothing half done. */
#ifndef RPROXY_RECENT_H
#define RPROXY_RECENT_H

#include <stdint.h>

enum {
    RECENT_SLOTS = 12,
    RECENT_SLOT_S = 5,
    RECENT_SPAN_S = RECENT_SLOTS * RECENT_SLOT_S
};

/* All zero at first. */
typedef struct {
    uint64_t slot[RECENT_SLOTS];
} recent_t;

/* @param now_us of a clock that never goes back, from 0 on */
void recent_add(recent_t *recent, int64_t now_us);

/* Adds the counts to those in count, oldest slot first; the last one is not
 * over yet. */
void recent_read(const recent_t *recent, int64_t now_us,
                 uint32_t count[RECENT_SLOTS]);

#endif
