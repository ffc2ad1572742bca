/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sha256.c: see sha256.h.  Layer L0. */
#include "sha256.h"

#include <string.h>

typedef struct {
    uint32_t state[8];
    unsigned char block[SHA256_BLOCK];
    size_t filled; /* of block */
    uint64_t len;  /* of all bytes so far */
} hashing_t;

/* First 32 bits of the fractions of the cube roots of the first primes. */
/* clang-format off */
static const uint32_t constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
    0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
    0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t rotated(uint32_t word, int by)
{
    return word >> by | word << (32 - by);
}

static uint32_t read_word(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8
           | p[3];
}

static void expand(uint32_t w[64], const unsigned char *block)
{
    int i;

    for (i = 0; i < 16; i++) {
        w[i] = read_word(block + 4 * i);
    }
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3)
               + (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
}

/* A round changes two words and moves all; here the words stay and the names
 * move on, back to the first ones after eight. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                     \
    do {                                                                     \
        uint32_t one = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) \
                       + ((e & f) ^ (~e & g)) + constant[i] + w[i];          \
        uint32_t two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22))     \
                       + ((a & b) ^ (a & c) ^ (b & c));                      \
        d += one;                                                            \
        h = one + two;                                                       \
    } while (0)

static void mix(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    int i;

    expand(w, block);
    for (i = 0; i < 64; i += 8) {
        ROUND(a, b, c, d, e, f, g, h, i);
        ROUND(h, a, b, c, d, e, f, g, i + 1);
        ROUND(g, h, a, b, c, d, e, f, i + 2);
        ROUND(f, g, h, a, b, c, d, e, i + 3);
        ROUND(e, f, g, h, a, b, c, d, i + 4);
        ROUND(d, e, f, g, h, a, b, c, i + 5);
        ROUND(c, d, e, f, g, h, a, b, i + 6);
        ROUND(b, c, d, e, f, g, h, a, i + 7);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

static hashing_t begin(void)
{
    hashing_t h = { .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab,
                               0x5be0cd19 } };

    return h;
}

static void add(hashing_t *h, slice_t text)
{
    h->len += text.len;
    while (text.len) {
        size_t room = SHA256_BLOCK - h->filled;
        size_t n = text.len < room ? text.len : room;

        memcpy(h->block + h->filled, text.p, n);
        h->filled += n;
        text = slice_make(text.p + n, text.len - n);
        if (h->filled == SHA256_BLOCK) {
            mix(h->state, h->block);
            h->filled = 0;
        }
    }
}

static void write_big_endian(unsigned char *p, uint64_t n, int bytes)
{
    int i;

    for (i = bytes; i > 0; n >>= 8) {
        p[--i] = (unsigned char)n;
    }
}

static sha256_t end(hashing_t *h)
{
    static const char padding[SHA256_BLOCK] = { (char)0x80 };
    unsigned char bits[8];
    sha256_t out = { { 0 } };
    int i;

    write_big_endian(bits, h->len * 8, 8);
    add(h,
        slice_make(padding, h->filled < 56 ? 56 - h->filled : 120 - h->filled));
    add(h, slice_make((const char *)bits, sizeof(bits)));
    for (i = 0; i < 8; i++) {
        write_big_endian(out.bytes + 4 * i, h->state[i], 4);
    }
    return out;
}

sha256_t sha256(slice_t first, slice_t second)
{
    hashing_t h = begin();

    add(&h, first);
    add(&h, second);
    return end(&h);
}

sha256_t sha256_hmac(slice_t key, slice_t text)
{
    unsigned char block[SHA256_BLOCK] = { 0 };
    slice_t pad = slice_make((const char *)block, sizeof(block));
    sha256_t inner;
    int i;

    if (key.len > SHA256_BLOCK) {
        inner = sha256(key, slice_make(NULL, 0));
        memcpy(block, inner.bytes, sizeof(inner.bytes));
    }
    else if (key.len) {
        memcpy(block, key.p, key.len);
    }
    for (i = 0; i < SHA256_BLOCK; i++) {
        block[i] ^= 0x36;
    }
    inner = sha256(pad, text);
    for (i = 0; i < SHA256_BLOCK; i++) {
        block[i] ^= 0x36 ^ 0x5c;
    }
    return sha256(pad,
                  slice_make((const char *)inner.bytes, sizeof(inner.bytes)));
}

int sha256_equal(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *x = a, *y = b;
    unsigned char differ = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        differ |= x[i] ^ y[i];
    }
    return differ == 0;
}
