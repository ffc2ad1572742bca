/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_escape.c: character references of HTML, escapes of ECMAScript, C
 * and CSS.  Layer L0. */
#include "transform.h"

#include "char_kind.h"

/* ---- HTML ---- */

/* Of digits in a base; a number that a long cannot hold gives 255, as strtol's
 * greatest does. */
static unsigned char number(const unsigned char *p, const unsigned char *end,
                            unsigned base)
{
    uint64_t value = 0;

    for (; p < end; p++) {
        unsigned digit = (unsigned)char_hex(*p);

        if (value > ((uint64_t)INT64_MAX - digit) / base) {
            return 0xff;
        }
        value = value * base + digit;
    }
    return (unsigned char)value;
}

/* @return 0: there is none of that name that we decode */
static unsigned char named(slice_t name)
{
    static const struct {
        slice_t name;
        unsigned char byte;
    } all[] = { { SLICE_LIT("quot"), '"' },
                { SLICE_LIT("amp"), '&' },
                { SLICE_LIT("lt"), '<' },
                { SLICE_LIT("gt"), '>' },
                { SLICE_LIT("nbsp"), NO_BREAK_SPACE } };
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
        if (slice_eq_nocase(name, all[i].name)) {
            return all[i].byte;
        }
    }
    return 0;
}

typedef int is_kind_fn(unsigned char c);

static int is_hex(unsigned char c)
{
    return char_hex(c) >= 0;
}

static const unsigned char *span(const unsigned char *p,
                                 const unsigned char *end, is_kind_fn *is)
{
    while (p < end && is(*p)) {
        p++;
    }
    return p;
}

/* The reference at p, which is "&": its byte.
 * @return where it ends; NULL and *raw: so many bytes stand for themselves */
static const unsigned char *reference(const unsigned char *p,
                                      const unsigned char *end,
                                      unsigned char *byte, int *raw)
{
    int is_number = end - p > 1 && p[1] == '#';
    unsigned base = is_number && end - p > 2 && (p[2] | 0x20) == 'x' ? 16 : 10;
    const unsigned char *from = p + (!is_number ? 1 : base == 16 ? 3 : 2);
    const unsigned char *to;

    *raw = (int)(from - p);
    if (is_number) {
        to = span(from, end, base == 16 ? is_hex : char_is_digit);
        if (to > from) {
            *byte = number(from, to, base);
        }
    }
    else {
        to = span(from, end, char_is_alnum);
        *byte = named(slice_make((const char *)from, (size_t)(to - from)));
        if (!*byte) {
            *raw = (int)(to - p);
            return NULL;
        }
    }
    return to == from ? NULL : to < end && *to == ';' ? to + 1 : to;
}

size_t transform_html_entity_decode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        const unsigned char *next = NULL;
        unsigned char byte = 0;
        int raw = 1;

        if (*p == '&') {
            next = reference(p, end, &byte, &raw);
        }
        if (next) {
            *to++ = byte;
            p = next;
        }
        else {
            while (raw-- > 0 && p < end) {
                *to++ = *p++;
            }
        }
    }
    return (size_t)(to - out);
}

/* ---- backslashes ---- */

/* Octal digits from p on, three at most. */
static int octal_digits(const unsigned char *p, const unsigned char *end)
{
    int count = 0;

    while (count < 3 && p + count < end && char_is_octal(p[count])) {
        count++;
    }
    return count;
}

static unsigned octal(const unsigned char *p, int count)
{
    unsigned value = 0;

    while (count-- > 0) {
        value = value << 3 | (unsigned)(*p++ - '0');
    }
    return value;
}

/* What "\n" and its like are; -1: none of them. */
static int control(unsigned char letter)
{
    static const char letters[] = "abfnrtv", controls[] = "\a\b\f\n\r\t\v";
    const char *at = letter ? strchr(letters, letter) : NULL;

    return at ? controls[at - letters] : -1;
}

/* The escape at p, which is "\" with something behind it.
 * @return its length */
static int js_escape(const unsigned char *p, const unsigned char *end,
                     unsigned char *byte)
{
    int count;

    if (p[1] == 'u' && char_are_hex(p + 2, end, 4)) {
        *byte = char_of_code_point(p + 2);
        return 6;
    }
    if (p[1] == 'x' && char_are_hex(p + 2, end, 2)) {
        *byte = char_hex_pair(p + 2);
        return 4;
    }
    count = octal_digits(p + 1, end);
    if (count) {
        if (count == 3 && p[1] > '3') {
            count = 2; /* more than a byte */
        }
        *byte = (unsigned char)octal(p + 1, count);
        return 1 + count;
    }
    *byte = (unsigned char)(control(p[1]) >= 0 ? control(p[1]) : p[1]);
    return 2;
}

size_t transform_js_decode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        if (*p == '\\' && end - p > 1) {
            p += js_escape(p, end, to++);
        }
        else {
            *to++ = *p++;
        }
    }
    return (size_t)(to - out);
}

/* What stands for itself does, without the backslash. */
static int c_escape(const unsigned char *p, const unsigned char *end,
                    unsigned char *byte)
{
    int count;

    if ((p[1] | 0x20) == 'x' && char_are_hex(p + 2, end, 2)) {
        *byte = char_hex_pair(p + 2);
        return 4;
    }
    count = octal_digits(p + 1, end);
    if (count) {
        *byte = (unsigned char)octal(p + 1, count);
        return 1 + count;
    }
    *byte = (unsigned char)(control(p[1]) >= 0 ? control(p[1]) : p[1]);
    return 2;
}

size_t transform_escape_seq_decode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        if (*p == '\\' && end - p > 1) {
            p += c_escape(p, end, to++);
        }
        else {
            *to++ = *p++;
        }
    }
    return (size_t)(to - out);
}

/* ---- CSS 2.1, 4.1.3 ---- */

/* The byte of one to six digits: the last two count; four (or more, with zeros
 * in front) may be a full-width form. */
static unsigned char css_byte(const unsigned char *digits, int count)
{
    int i;

    if (count == 1) {
        return (unsigned char)char_hex(*digits);
    }
    for (i = 0; i < count - 4; i++) {
        if (digits[i] != '0') {
            return char_hex_pair(digits + count - 2);
        }
    }
    return count >= 4 ? char_of_code_point(digits + count - 4)
                      : char_hex_pair(digits + count - 2);
}

/* The escape at p, which is "\".  @return where it ends; *has: it has a byte */
static const unsigned char *css_escape(const unsigned char *p,
                                       const unsigned char *end,
                                       unsigned char *byte, int *has)
{
    int count = 0;

    p++;
    while (count < 6 && p + count < end && char_hex(p[count]) >= 0) {
        count++;
    }
    *has = 1;
    if (count) {
        *byte = css_byte(p, count);
        p += count;
        return p < end && char_is_space(*p) ? p + 1 : p;
    }
    *has = p < end && *p != '\n';
    if (*has) {
        *byte = *p;
    }
    return p < end ? p + 1 : p;
}

size_t transform_css_decode(slice_t in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.p, *end = p + in.len;
    unsigned char *to = out;

    while (p < end) {
        int has = 1;

        if (*p == '\\') {
            p = css_escape(p, end, to, &has);
            to += has;
        }
        else {
            *to++ = *p++;
        }
    }
    return (size_t)(to - out);
}
