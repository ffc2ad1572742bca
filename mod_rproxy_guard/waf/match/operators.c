/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* operators.c: see operators.h.  Layer L0. */
#include "operators.h"

#include <limits.h>

#include "waf/transform/char_kind.h"

/* Where it stands in text; -1: nowhere.  Nothing stands everywhere. */
static long find(slice_t text, slice_t part, size_t from)
{
    size_t behind = part.len - 1, i;

    if (part.len == 0) {
        return from <= text.len ? (long)from : -1;
    }
    for (i = from; i + part.len <= text.len; i++) {
        if (text.p[i] == part.p[0] && text.p[i + behind] == part.p[behind]
            && memcmp(text.p + i, part.p, part.len) == 0) {
            return (long)i;
        }
    }
    return -1;
}

static int is_word_char(char c)
{
    return char_is_alnum((unsigned char)c) || c == '_';
}

/* With neither a letter, a digit nor "_" beside it. */
static int has_word(slice_t text, slice_t word)
{
    long at = -1;

    if (word.len == 0) {
        return 1;
    }
    while ((at = find(text, word, (size_t)(at + 1))) >= 0) {
        size_t end = (size_t)at + word.len;

        if ((at == 0 || !is_word_char(text.p[at - 1]))
            && (end == text.len || !is_word_char(text.p[end]))) {
            return 1;
        }
    }
    return 0;
}

static int begins(slice_t text, slice_t part)
{
    return part.len <= text.len && slice_eq(slice_make(text.p, part.len), part);
}

static int ends(slice_t text, slice_t part)
{
    return part.len <= text.len
           && slice_eq(slice_make(text.p + text.len - part.len, part.len),
                       part);
}

int operator_number(slice_t text)
{
    size_t i = 0;
    int negative;
    long value = 0;

    while (i < text.len && char_is_space((unsigned char)text.p[i])) {
        i++;
    }
    negative = i < text.len && text.p[i] == '-';
    i += i < text.len && (text.p[i] == '-' || text.p[i] == '+');
    for (; i < text.len && char_is_digit((unsigned char)text.p[i]); i++) {
        value = value * 10 + (text.p[i] - '0');
        if (value > INT_MAX) {
            value = INT_MAX;
        }
    }
    return (int)(negative ? -value : value);
}

int operator_is_text(rule_operator_e kind)
{
    switch (kind) {
    case OPERATOR_BEGINS_WITH:
    case OPERATOR_CONTAINS:
    case OPERATOR_CONTAINS_WORD:
    case OPERATOR_ENDS_WITH:
    case OPERATOR_EQ:
    case OPERATOR_GE:
    case OPERATOR_GT:
    case OPERATOR_LE:
    case OPERATOR_LT:
    case OPERATOR_NO_MATCH:
    case OPERATOR_STREQ:
    case OPERATOR_STRMATCH:
    case OPERATOR_UNCONDITIONAL_MATCH:
    case OPERATOR_WITHIN:
        return 1;
    default:
        return 0;
    }
}

int operator_text(rule_operator_e kind, slice_t value, slice_t argument)
{
    switch (kind) {
    case OPERATOR_BEGINS_WITH:
        return begins(value, argument);
    case OPERATOR_CONTAINS:
    case OPERATOR_STRMATCH:
        return find(value, argument, 0) >= 0;
    case OPERATOR_CONTAINS_WORD:
        return has_word(value, argument);
    case OPERATOR_ENDS_WITH:
        return ends(value, argument);
    case OPERATOR_EQ:
        return operator_number(value) == operator_number(argument);
    case OPERATOR_GE:
        return operator_number(value) >= operator_number(argument);
    case OPERATOR_GT:
        return operator_number(value) > operator_number(argument);
    case OPERATOR_LE:
        return operator_number(value) <= operator_number(argument);
    case OPERATOR_LT:
        return operator_number(value) < operator_number(argument);
    case OPERATOR_STREQ:
        return slice_eq(value, argument);
    case OPERATOR_UNCONDITIONAL_MATCH:
        return 1;
    case OPERATOR_WITHIN:
        return find(argument, value, 0) >= 0;
    default:
        return 0;
    }
}

/* ---- bytes ---- */

static int read_byte(slice_t *text, unsigned *byte)
{
    size_t i = 0;

    for (*byte = 0; i < text->len && char_is_digit((unsigned char)text->p[i]);
         i++) {
        *byte = *byte * 10 + (unsigned)(text->p[i] - '0');
        if (*byte > 255) {
            return 0;
        }
    }
    text->p += i;
    text->len -= i;
    return i > 0;
}

static void skip_chars(slice_t *text, const char *chars)
{
    while (text->len && *text->p && strchr(chars, *text->p)) {
        text->p++;
        text->len--;
    }
}

int operator_byte_range(slice_t text, byte_set_t *allowed)
{
    unsigned first, last;

    memset(allowed, 0, sizeof(*allowed));
    skip_chars(&text, " \t,");
    if (text.len == 0) {
        return 0;
    }
    while (text.len) {
        if (!read_byte(&text, &first)) {
            return 0;
        }
        last = first;
        if (text.len && *text.p == '-') {
            skip_chars(&text, "-");
            if (!read_byte(&text, &last) || last < first) {
                return 0;
            }
        }
        for (; first <= last; first++) {
            byte_set_add(allowed, (unsigned char)first);
        }
        skip_chars(&text, " \t,");
    }
    return 1;
}

int operator_outside(slice_t value, const byte_set_t *allowed)
{
    size_t i;

    for (i = 0; i < value.len; i++) {
        if (!byte_set_has(allowed, (unsigned char)value.p[i])) {
            return 1;
        }
    }
    return 0;
}

int operator_bad_url_encoding(slice_t value)
{
    const unsigned char *p = (const unsigned char *)value.p;
    const unsigned char *end = p + value.len;

    for (; p < end; p++) {
        if (*p == '%' && !char_are_hex(p + 1, end, 2)) {
            return 1;
        }
    }
    return 0;
}

/* RFC 3629 4: the first byte says how many follow, and what the second one may
 * be. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end)
{
    unsigned char least = 0x80, most = 0xbf;
    size_t length, i;

    if (*p < 0x80) {
        return 1;
    }
    length = *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0;
    least = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : least;
    most = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : most;
    if (!length || (size_t)(end - p) < length || p[1] < least || p[1] > most) {
        return 0;
    }
    for (i = 2; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

int operator_bad_utf8(slice_t value)
{
    const unsigned char *p = (const unsigned char *)value.p;
    const unsigned char *end = p + value.len;

    while (p < end) {
        size_t length = utf8_length(p, end);

        if (!length) {
            return 1;
        }
        p += length;
    }
    return 0;
}
