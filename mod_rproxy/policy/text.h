/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* text.h: writes into a buffer of the caller's.  Layer L0.
 * A part that does not fit is not written at all, and nothing after it. */
#ifndef RPROXY_TEXT_H
#define RPROXY_TEXT_H

#include "../http1/h1_slice.h"

typedef struct {
    char *buf;
    size_t cap;
    size_t len;
    int overflow; /* sticky */
} text_t;

static inline text_t text_make(char *buf, size_t cap)
{
    text_t t = { buf, cap, 0, 0 };
    return t;
}

static inline void text_put(text_t *t, slice_t part)
{
    if (t->overflow || part.len > t->cap - t->len) {
        t->overflow = 1;
        return;
    }
    if (part.len) {
        memcpy(t->buf + t->len, part.p, part.len);
        t->len += part.len;
    }
}

static inline void text_put_char(text_t *t, char c)
{
    text_put(t, slice_make(&c, 1));
}

/* Two lower-case hex digits a byte. */
static inline void text_put_hex(text_t *t, const unsigned char *bytes,
                                size_t count)
{
    static const char digit[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < count; i++) {
        char pair[2] = { digit[bytes[i] >> 4], digit[bytes[i] & 15] };

        text_put(t, slice_make(pair, 2));
    }
}

static inline slice_t text_slice(const text_t *t)
{
    return slice_make(t->buf, t->len);
}

/* What follows the first count bytes; count is at most s.len. */
static inline slice_t text_skip(slice_t s, size_t count)
{
    return slice_make(s.p + count, s.len - count);
}

#endif
