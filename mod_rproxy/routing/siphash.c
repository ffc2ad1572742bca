/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* siphash.c: SipHash-2-4: two rounds a word, four at the end.  Layer L0. */
#include "siphash.h"

enum {
    ROUNDS_A_WORD = 2,
    ROUNDS_AT_END = 4
};

static uint64_t rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void mix(uint64_t v[4], int rounds)
{
    while (rounds-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate_left(v[1], 13) ^ v[0];
        v[3] = rotate_left(v[3], 16) ^ v[2];
        v[0] = rotate_left(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate_left(v[1], 17) ^ v[2];
        v[3] = rotate_left(v[3], 21) ^ v[0];
        v[2] = rotate_left(v[2], 32);
    }
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, ROUNDS_A_WORD);
    v[0] ^= word;
}

/* Up to eight bytes as a little-endian number. */
static uint64_t load(const unsigned char *p, size_t len)
{
    uint64_t word = 0;

    while (len-- > 0) {
        word = word << 8 | p[len];
    }
    return word;
}

uint64_t siphash(siphash_key_t key, slice_t input)
{
    const unsigned char *p = (const unsigned char *)input.p;
    size_t left = input.len;
    uint64_t v[4] = {
        key.low ^ 0x736f6d6570736575u,
        key.high ^ 0x646f72616e646f6du,
        key.low ^ 0x6c7967656e657261u,
        key.high ^ 0x7465646279746573u,
    };

    for (; left >= 8; left -= 8, p += 8) {
        absorb(v, load(p, 8));
    }
    absorb(v, (uint64_t)input.len << 56 | load(p, left));
    v[2] ^= 0xff;
    mix(v, ROUNDS_AT_END);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
