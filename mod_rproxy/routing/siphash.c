/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* siphash.c: SipHash-2-4: two rounds a word, four at the end.  Layer L0. */
#include "siphash.h"

typedef struct {
    uint64_t a, b, c, d;
} state_t;

static inline uint64_t rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline state_t mixed(state_t v)
{
    v.a += v.b;
    v.c += v.d;
    v.b = rotate_left(v.b, 13) ^ v.a;
    v.d = rotate_left(v.d, 16) ^ v.c;
    v.a = rotate_left(v.a, 32);
    v.c += v.b;
    v.a += v.d;
    v.b = rotate_left(v.b, 17) ^ v.c;
    v.d = rotate_left(v.d, 21) ^ v.a;
    v.c = rotate_left(v.c, 32);
    return v;
}

static inline state_t absorbed(state_t v, uint64_t word)
{
    v.d ^= word;
    v = mixed(mixed(v));
    v.a ^= word;
    return v;
}

/* Bytes as little-endian numbers. */
static inline uint64_t load_8(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t load_4(const char *p)
{
    uint32_t word;

    memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word;
}

static inline uint64_t load_1(const char *p)
{
    return (unsigned char)*p;
}

/* The last 0 to 7 bytes; those that are read twice stay what they are. */
static inline uint64_t load_rest(const char *p, size_t len)
{
    if (len >= 4) {
        return load_4(p) | load_4(p + len - 4) << 8 * (len - 4);
    }
    return len ? load_1(p) | load_1(p + len / 2) << 8 * (len / 2)
                     | load_1(p + len - 1) << 8 * (len - 1)
               : 0;
}

uint64_t siphash(siphash_key_t key, slice_t input)
{
    const char *p = input.p;
    size_t left = input.len;
    state_t v = {
        key.low ^ 0x736f6d6570736575u,
        key.high ^ 0x646f72616e646f6du,
        key.low ^ 0x6c7967656e657261u,
        key.high ^ 0x7465646279746573u,
    };

    for (; left >= 8; left -= 8, p += 8) {
        v = absorbed(v, load_8(p));
    }
    v = absorbed(v, (uint64_t)input.len << 56 | load_rest(p, left));
    v.c ^= 0xff;
    v = mixed(mixed(mixed(mixed(v))));
    return v.a ^ v.b ^ v.c ^ v.d;
}
