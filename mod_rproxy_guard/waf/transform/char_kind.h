/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* char_kind.h: digits and spaces as transformations see them, whatever the
 * locale.  Layer L0. */
#ifndef RPROXY_GUARD_CHAR_KIND_H
#define RPROXY_GUARD_CHAR_KIND_H

enum {
    NO_BREAK_SPACE = 0xa0 /* of Latin-1 */
};

static inline int char_is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline int char_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static inline int char_is_octal(unsigned char c)
{
    return c >= '0' && c <= '7';
}

static inline int char_is_alnum(unsigned char c)
{
    return char_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* @return -1: none */
static inline int char_hex(unsigned char c)
{
    return char_is_digit(c)                           ? c - '0'
           : ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') ? (c | 0x20) - 'a' + 10
                                                      : -1;
}

/* Of two digits that are known to be some. */
static inline unsigned char char_hex_pair(const unsigned char *p)
{
    return (unsigned char)(char_hex(p[0]) << 4 | char_hex(p[1]));
}

/* Are the next count bytes there and hexadecimal digits? */
static inline int char_are_hex(const unsigned char *p, const unsigned char *end,
                               int count)
{
    int i;

    if (end - p < count) {
        return 0;
    }
    for (i = 0; i < count; i++) {
        if (char_hex(p[i]) < 0) {
            return 0;
        }
    }
    return 1;
}

/* The byte that four digits of a code point stand for: the low one, and of the
 * full-width forms (U+FF01 to U+FF5E) their ASCII. */
static inline unsigned char char_of_code_point(const unsigned char *digits)
{
    unsigned char low = char_hex_pair(digits + 2);

    return low > 0 && low < 0x5f && char_hex_pair(digits) == 0xff
               ? (unsigned char)(low + 0x20)
               : low;
}

#endif
