/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_text.h: writes keys into a buffer of the caller's.  Layer L0.
 * A key is whole or there is none: what does not fit, or may not be in a key,
 * makes it fail for good. */
#ifndef RPROXY_CACHE_KEY_TEXT_H
#define RPROXY_CACHE_KEY_TEXT_H

#include <limits.h>

#include "http1/h1_slice.h"

typedef struct {
    char *out;
    size_t cap, len;
    int failed; /* sticky */
} key_text_t;

static inline key_text_t key_text_open(char *out, size_t cap, size_t len)
{
    key_text_t text = { out, cap < INT_MAX ? cap : INT_MAX, len, 0 };

    text.failed = len > text.cap;
    return text;
}

/* @return what the functions that write keys return */
static inline int key_text_length(const key_text_t *text)
{
    return text->failed ? -1 : (int)text->len;
}

static inline void key_text_put(key_text_t *text, slice_t part)
{
    if (text->failed || part.len > text->cap - text->len) {
        text->failed = 1;
        return;
    }
    if (part.len) {
        memcpy(text->out + text->len, part.p, part.len);
        text->len += part.len;
    }
}

static inline void key_text_put_char(key_text_t *text, char c)
{
    key_text_put(text, slice_make(&c, 1));
}

static inline void key_text_put_lower(key_text_t *text, slice_t part)
{
    size_t at = text->len, i;

    key_text_put(text, part);
    for (i = at; i < text->len; i++) {
        text->out[i] = (char)slice_lower((unsigned char)text->out[i]);
    }
}

/* No NUL, CR or LF comes out, nor any "=": backslash and a letter for each. */
static inline void key_text_put_escaped(key_text_t *text, slice_t part,
                                        int with_equals)
{
    static const char from[5] = { '\\', '\n', '\r', '\0', '=' };
    static const char to[5] = { '\\', 'n', 'r', '0', 'e' };
    size_t i;

    for (i = 0; i < part.len && !text->failed; i++) {
        const char *found = memchr(from, part.p[i], with_equals ? 5 : 4);

        if (found) {
            key_text_put_char(text, '\\');
        }
        key_text_put_char(text, found ? to[found - from] : part.p[i]);
    }
}

#endif
