/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_code.c: base64 (RFC 4648 4), hexadecimal digits.  Layer L0. */
#include "transform.h"

#include "char_kind.h"

static int sextet(unsigned char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : char_is_digit(c)     ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* Up to the first byte that is none of it. */
size_t transform_base64_decode(slice_t in, unsigned char *out)
{
    uint32_t bits = 0;
    size_t i, n = 0;
    int have = 0;

    for (i = 0; i < in.len; i++) {
        int value = sextet((unsigned char)in.p[i]);

        if (value < 0) {
            break;
        }
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return n;
}

size_t transform_base64_length(slice_t in)
{
    size_t i = 0;

    while (i < in.len && sextet((unsigned char)in.p[i]) >= 0) {
        i++;
    }
    return i / 4 * 3 + i % 4 * 3 / 4;
}

size_t transform_base64_encode(slice_t in, unsigned char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                  "stuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t i, n = 0;
    int have = 0;

    for (i = 0; i < in.len; i++) {
        bits = bits << 8 | (unsigned char)in.p[i];
        for (have += 8; have >= 6; have -= 6) {
            out[n++] = (unsigned char)letters[bits >> (have - 6) & 63];
        }
    }
    if (have) {
        out[n++] = (unsigned char)letters[bits << (6 - have) & 63];
    }
    while (n % 4) {
        out[n++] = '=';
    }
    return n;
}

/* What the arithmetic for digits makes of any byte. */
static unsigned char loose_hex(unsigned char c)
{
    return (unsigned char)(c >= 'A' ? (c & 0xdf) - 'A' + 10 : c - '0');
}

/* An odd digit at the end is left out; other bytes are taken for digits. */
size_t transform_hex_decode(slice_t in, unsigned char *out)
{
    size_t i;

    for (i = 0; i + 1 < in.len; i += 2) {
        out[i / 2] = (unsigned char)(loose_hex((unsigned char)in.p[i]) * 16
                                     + loose_hex((unsigned char)in.p[i + 1]));
    }
    return i / 2;
}

size_t transform_hex_encode(slice_t in, unsigned char *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.p[i];

        out[2 * i] = (unsigned char)digits[c >> 4];
        out[2 * i + 1] = (unsigned char)digits[c & 15];
    }
    return 2 * in.len;
}
