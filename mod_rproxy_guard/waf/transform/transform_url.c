/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_url.c: percent-encoding (RFC 3986 2.1), the form's "+", and the
 * %uHHHH of old ECMAScript.  Layer L0. */
#include "transform.h"

#include "char_kind.h"

static const char digits[] = "0123456789abcdef";

static unsigned char plain(unsigned char c)
{
    return c == '+' ? ' ' : c;
}

size_t transform_url_decode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        if (*p == '%' && char_are_hex(p + 1, end, 2)) {
            *to++ = char_hex_pair(p + 1);
            p += 3;
        }
        else {
            *to++ = plain(*p++);
        }
    }
    return (size_t)(to - out);
}

static unsigned char code_point(const unsigned char *digits,
                                const unicode_map_t *map)
{
    unsigned point =
        (unsigned)(char_hex_pair(digits) << 8 | char_hex_pair(digits + 2));

    return map && map->byte[point] ? map->byte[point]
                                   : char_of_code_point(digits);
}

size_t transform_url_decode_uni(slice_t in, unsigned char *out,
                                const unicode_map_t *map)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        if (*p == '%' && end - p > 1 && (p[1] | 0x20) == 'u') {
            if (char_are_hex(p + 2, end, 4)) {
                *to++ = code_point(p + 2, map);
                p += 6;
            }
            else {
                *to++ = *p++;
                *to++ = *p++;
            }
        }
        else if (*p == '%' && char_are_hex(p + 1, end, 2)) {
            *to++ = char_hex_pair(p + 1);
            p += 3;
        }
        else {
            *to++ = plain(*p++);
        }
    }
    return (size_t)(to - out);
}

size_t transform_url_encode(slice_t in, unsigned char *out)
{
    unsigned char *to = out;
    size_t i;

    for (i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.p[i];

        if (c == ' ') {
            *to++ = '+';
        }
        else if (c == '*' || char_is_alnum(c)) {
            *to++ = c;
        }
        else {
            *to++ = '%';
            *to++ = (unsigned char)digits[c >> 4];
            *to++ = (unsigned char)digits[c & 15];
        }
    }
    return (size_t)(to - out);
}

/* ---- UTF-8 (RFC 3629) ---- */

static int is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* By the first byte: how long a character is.  0: none begins like that */
static int length_of(unsigned char c)
{
    return c >= 0xf5 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
}

/* @return the code point; -1: the bytes behind the first do not fit it */
static int read_utf8(const unsigned char *p, const unsigned char *end,
                     int length)
{
    int point = *p & (0x7f >> length), i;

    if (end - p < length) {
        return -1;
    }
    for (i = 1; i < length; i++) {
        if (!is_tail(p[i])) {
            return -1;
        }
        point = point << 6 | (p[i] & 0x3f);
    }
    return point;
}

/* Longer than it need be, or half a surrogate pair? */
static int is_odd(int point, int length)
{
    static const int least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    return point < least[length] || (point >= 0xd800 && point <= 0xdfff);
}

/* %uHHHH, with five digits or six where four do not hold it. */
static size_t write_point(unsigned char *to, unsigned point)
{
    int shift = 12;
    size_t n = 2;

    to[0] = '%';
    to[1] = 'u';
    while (point >> shift > 15) {
        shift += 4;
    }
    for (; shift >= 0; shift -= 4) {
        to[n++] = (unsigned char)digits[point >> shift & 15];
    }
    return n;
}

/* What no character begins with stays, but NUL; what one begins with that does
 * not go on is left out; behind an odd one stands its first byte. */
size_t transform_utf8_to_unicode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        int length = length_of(*p), point;

        if (!length) {
            if (*p) {
                *to++ = *p;
            }
            p++;
            continue;
        }
        point = read_utf8(p, end, length);
        if (point < 0) {
            p++;
            continue;
        }
        to += write_point(to, (unsigned)point);
        if (is_odd(point, length)) {
            *to++ = *p;
        }
        p += length;
    }
    return (size_t)(to - out);
}
