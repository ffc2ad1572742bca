/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* escape.c: one walk over UTF-8 for three formats, which differ in what they
 * do with a single ASCII character.  Layer L0.  RFC 3629, RFC 8259. */
#include "escape.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* What stands for an ASCII character, NULL when it stands for itself. */
typedef const char *special_fn(unsigned char c);

static int is_continuation(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The bytes of the character of several bytes at p, 0 if there is none: too
 * long a form, a surrogate or beyond U+10FFFF (RFC 3629 section 4). */
static size_t multibyte_length(const unsigned char *p, size_t left)
{
    size_t i, n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

    if (p[0] < 0xC2 || p[0] > 0xF4 || n > left) {
        return 0;
    }
    for (i = 1; i < n; i++) {
        if (!is_continuation(p[i])) {
            return 0;
        }
    }
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)
        || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) {
        return 0;
    }
    return n;
}

static size_t escape(char *out, slice_t text, special_fn *special)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = 0, len = 0;

    while (i < text.len) {
        size_t n = p[i] < 0x80 ? 1 : multibyte_length(p + i, text.len - i);
        const char *instead = n == 1   ? special(p[i])
                              : n == 0 ? replacement
                                       : NULL;

        if (instead) {
            size_t instead_len = strlen(instead);
            memcpy(out + len, instead, instead_len);
            len += instead_len;
        }
        else {
            memcpy(out + len, p + i, n);
            len += n;
        }
        i += n ? n : 1;
    }
    return len;
}

static int is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7F;
}

static const char *special_html(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return is_control(c) ? replacement : NULL;
    }
}

/* "<" and "&" are written in a form that is also harmless in HTML, in case
 * somebody puts the text into a page. */
static const char *special_json(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '<':
        return "\\u003c";
    case '&':
        return "\\u0026";
    default:
        return is_control(c) ? replacement : NULL;
    }
}

static const char *special_label(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    default:
        return is_control(c) ? replacement : NULL;
    }
}

size_t escape_html(char *out, slice_t text)
{
    return escape(out, text, special_html);
}

size_t escape_json(char *out, slice_t text)
{
    return escape(out, text, special_json);
}

size_t escape_label(char *out, slice_t text)
{
    return escape(out, text, special_label);
}
