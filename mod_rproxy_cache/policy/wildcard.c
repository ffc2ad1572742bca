/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* wildcard.c: names with "*" in them, and the cookies that have such a name.
 * Layer L0.  RFC 6265 section 4.2 (Cookie). */
#include "wildcard.h"

#define FOLDED_MAX 256

static int same_byte(char a, char b, int nocase)
{
    return a == b
           || (nocase
               && slice_lower((unsigned char)a)
                      == slice_lower((unsigned char)b));
}

/* Only the last "*" is tried again: what the ones before it took can stay as
 * it is, for a longer take would leave less to the rest. */
int wildcard_matches(slice_t pattern, slice_t text, int nocase)
{
    size_t p = 0, t = 0, star = SIZE_MAX, star_text = 0;

    while (t < text.len) {
        if (p < pattern.len && pattern.p[p] == '*') {
            star = p++;
            star_text = t;
        }
        else if (p < pattern.len
                 && same_byte(pattern.p[p], text.p[t], nocase)) {
            p++;
            t++;
        }
        else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_text;
        }
        else {
            return 0;
        }
    }
    while (p < pattern.len && pattern.p[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

/* Cuts the part before the next ";" off *rest, empty ones too. */
static slice_t cut_part(slice_t *rest)
{
    const char *semicolon = memchr(rest->p, ';', rest->len);
    slice_t part = *rest;
    size_t step = rest->len;

    if (semicolon) {
        part.len = (size_t)(semicolon - rest->p);
        step = part.len + 1;
    }
    rest->p += step;
    rest->len -= step;
    return slice_trim(part);
}

static void split_cookie(slice_t part, slice_t *name, slice_t *value)
{
    const char *equals = memchr(part.p, '=', part.len);
    size_t len = equals ? (size_t)(equals - part.p) : part.len;
    size_t skip = equals ? len + 1 : len;

    *name = slice_trim(slice_make(part.p, len));
    *value = slice_trim(slice_make(part.p + skip, part.len - skip));
}

int wildcard_cookie_next(slice_t pattern, slice_t *rest, slice_t *name,
                         slice_t *value)
{
    while (rest->len) {
        slice_t part = cut_part(rest), its_name, its_value;

        if (part.len == 0) {
            continue;
        }
        split_cookie(part, &its_name, &its_value);
        if (wildcard_matches(pattern, its_name, 0)) {
            if (name) {
                *name = its_name;
            }
            if (value) {
                *value = its_value;
            }
            return 1;
        }
    }
    return 0;
}

int wildcard_cookie(slice_t pattern, slice_t cookie_field, slice_t *value)
{
    return wildcard_cookie_next(pattern, &cookie_field, NULL, value);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)slice_lower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A name as PHP makes a variable of it: decoded, and "_" for what may not be
 * in a variable's name.  @return 0 when there is no room */
static int fold_name(slice_t name, char *out, slice_t *folded)
{
    size_t i, len = 0;

    for (i = 0; i < name.len; i++) {
        char c = name.p[i];

        if (c == '%' && name.len - i > 2 && hex_digit(name.p[i + 1]) >= 0
            && hex_digit(name.p[i + 2]) >= 0) {
            c = (char)(hex_digit(name.p[i + 1]) << 4
                       | hex_digit(name.p[i + 2]));
            i += 2;
        }
        if (len == FOLDED_MAX) {
            return 0;
        }
        if (len == 0 && (c == ' ' || c == '+')) {
            continue;
        }
        out[len++] = memchr(" +.[", c, 4) ? '_' : c;
    }
    *folded = slice_make(out, len);
    return 1;
}

int wildcard_cookie_is_sent(slice_t pattern, slice_t cookie_field)
{
    char room[FOLDED_MAX];
    slice_t name, folded;

    while (wildcard_cookie_next(SLICE_LIT("*"), &cookie_field, &name, NULL)) {
        if (wildcard_matches(pattern, name, 0)
            || !fold_name(name, room, &folded)
            || wildcard_matches(pattern, folded, 0)) {
            return 1;
        }
    }
    return 0;
}
