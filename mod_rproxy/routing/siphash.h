/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* siphash.h: SipHash-2-4, a keyed hash of 64 bits.  Layer L0.
 * Who does not know the key can neither predict values nor make inputs that
 * collide.  (Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012.) */
#ifndef RPROXY_SIPHASH_H
#define RPROXY_SIPHASH_H

#include "../http1/h1_slice.h"

typedef struct {
    uint64_t low;  /* the first eight bytes of the key, little-endian */
    uint64_t high; /* the last eight */
} siphash_key_t;

/* The same value on every machine.  input.p may be NULL if len is 0. */
uint64_t siphash(siphash_key_t key, slice_t input);

#endif
