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

/* Have they a byte in common? */
static inline int byte_set_meets(const byte_set_t *a, const byte_set_t *b)
{
    return (a->word[0] & b->word[0]) || (a->word[1] & b->word[1])
           || (a->word[2] & b->word[2]) || (a->word[3] & b->word[3]);
}

static inline byte_set_t byte_set_of(slice_t value)
{
    byte_set_t set = { { 0 } };
    size_t i;

    for (i = 0; i < value.len; i++) {
        byte_set_add(&set, (unsigned char)value.p[i]);
    }
    return set;
}

#endif
