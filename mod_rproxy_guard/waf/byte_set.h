/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* byte_set.h: which of the 256 bytes a value has.  Layer L0. */
#ifndef RPROXY_GUARD_BYTE_SET_H
#define RPROXY_GUARD_BYTE_SET_H

#include <stdint.h>

#include "http1/h1_slice.h"

typedef struct {
    uint64_t word[4];
} byte_set_t;

static inline void byte_set_add(byte_set_t *set, unsigned char byte)
{
    set->word[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

static inline int byte_set_has(const byte_set_t *set, unsigned char byte)
{
    return set->word[byte >> 6] >> (byte & 63) & 1;
}

static inline void byte_set_join(byte_set_t *set, const byte_set_t *other)
{
    int i;

    for (i = 0; i < 4; i++) {
        set->word[i] |= other->word[i];
    }
}

/* Of the letters that it has, the other case, too. */
static inline void byte_set_fold(byte_set_t *set)
{
    const uint64_t letters = UINT64_C(0x07fffffe);
    uint64_t both = (set->word[1] | set->word[1] >> 32) & letters;

    set->word[1] |= both | both << 32;
}

/* Have they a byte in common? */
static inline int byte_set_meets(const byte_set_t *a, const byte_set_t *b)
{
    return (a->word[0] & b->word[0]) || (a->word[1] & b->word[1])
           || (a->word[2] & b->word[2]) || (a->word[3] & b->word[3]);
}

/* A byte each at first, as a bit is written faster than it is read back. */
static inline byte_set_t byte_set_of_many(slice_t value)
{
    byte_set_t set = { { 0 } };
    unsigned char seen[256] = { 0 };
    size_t i;

    for (i = 0; i < value.len; i++) {
        seen[(unsigned char)value.p[i]] = 1;
    }
    for (i = 0; i < sizeof(seen); i++) {
        set.word[i >> 6] |= (uint64_t)seen[i] << (i & 63);
    }
    return set;
}

static inline byte_set_t byte_set_of(slice_t value)
{
    enum {
        MANY = 192
    };
    byte_set_t set = { { 0 } }, other = { { 0 } };
    size_t i;

    if (value.len >= MANY) {
        return byte_set_of_many(value);
    }
    for (i = 0; i + 1 < value.len; i += 2) {
        byte_set_add(&set, (unsigned char)value.p[i]);
        byte_set_add(&other, (unsigned char)value.p[i + 1]);
    }
    if (i < value.len) {
        byte_set_add(&set, (unsigned char)value.p[i]);
    }
    byte_set_join(&set, &other);
    return set;
}

#endif
