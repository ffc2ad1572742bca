/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* base64url.c: see base64url.h.  Layer L0. */
#include "base64url.h"

static int value_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '-'             ? 62
           : c == '_'             ? 63
                                  : -1;
}

int base64url_decode(unsigned char *out, size_t *len, slice_t text)
{
    uint32_t bits = 0;
    unsigned count = 0; /* of bits that are not written yet */
    size_t i, n = 0;

    if (text.len % 4 == 1) {
        return 0;
    }
    for (i = 0; i < text.len; i++) {
        int value = value_of(text.p[i]);

        if (value < 0) {
            return 0;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[n++] = (unsigned char)(bits >> count);
        }
    }
    *len = n;
    return (bits & ((1u << count) - 1)) == 0;
}

size_t base64url_encode(char *out, const unsigned char *bytes, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned count = 0;
    size_t i, n = 0;

    for (i = 0; i < len; i++) {
        bits = (bits << 8 | bytes[i]) & 0x3fff;
        for (count += 8; count >= 6; count -= 6) {
            out[n++] = letters[bits >> (count - 6) & 63];
        }
    }
    if (count) {
        out[n++] = letters[bits << (6 - count) & 63];
    }
    return n;
}
