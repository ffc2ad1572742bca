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

/* Bytes of the character that begins at p, and its code point; 0: none. */
static int read_utf8(const unsigned char *p, const unsigned char *end,
                     unsigned *point)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    int length = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 0;
    int i;

    if (!length || *p >= 0xf8 || end - p < length) {
        return 0;
    }
    *point = *p & (0x7fu >> length);
    for (i = 1; i < length; i++) {
        if (!is_tail(p[i])) {
            return 0;
        }
        *point = *point << 6 | (p[i] & 0x3f);
    }
    return *point < least[length] || *point > 0x10ffff
                   || (*point >= 0xd800 && *point <= 0xdfff)
               ? 0
               : length;
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

/* What is no UTF-8 stays. */
size_t transform_utf8_to_unicode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;
    unsigned point = 0;

    while (p < end) {
        int length = *p < 0x80 ? 0 : read_utf8(p, end, &point);

        if (length) {
            to += write_point(to, point);
            p += length;
        }
        else {
            *to++ = *p++;
        }
    }
    return (size_t)(to - out);
}
