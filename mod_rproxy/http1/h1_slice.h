/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_slice.h: a run of bytes inside somebody else's buffer.  Layer L0.
 * A slice owns nothing and is not NUL-terminated; it is valid as long as
 * the buffer it points into. */
#ifndef RPROXY_H1_SLICE_H
#define RPROXY_H1_SLICE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const char *p;
    size_t len;
} slice_t;

#define SLICE_LIT(s)       \
    (slice_t)              \
    {                      \
        (s), sizeof(s) - 1 \
    }

static inline slice_t slice_make(const char *p, size_t len)
{
    slice_t s = { p, len };
    return s;
}

static inline slice_t slice_str(const char *s)
{
    return slice_make(s, s ? strlen(s) : 0);
}

static inline unsigned char slice_lower(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') ? (unsigned char)(c | 0x20) : c;
}

static inline int slice_eq(slice_t a, slice_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0); /* p may be NULL */
}

/* ASCII, independent of the locale (field names, RFC 9110 section 5.1). */
static inline int slice_eq_nocase(slice_t a, slice_t b)
{
    size_t i;

    if (a.len != b.len) {
        return 0;
    }
    for (i = 0; i < a.len; i++) {
        unsigned char x = (unsigned char)a.p[i];
        unsigned char y = (unsigned char)b.p[i];

        if (x != y && slice_lower(x) != slice_lower(y)) {
            return 0;
        }
    }
    return 1;
}

/* Without leading and trailing SP and HTAB (OWS, RFC 9110 section 5.6.3). */
static inline slice_t slice_trim(slice_t s)
{
    while (s.len && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.len--;
    }
    while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

#endif
