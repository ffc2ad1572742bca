/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reference_fields.c: maps the references in Link and Refresh.  Layer L0.
 * RFC 8288 section 3. */
#include "reference_fields.h"

static slice_t skip_spaces(slice_t s)
{
    while (s.len && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s = text_skip(s, 1);
    }
    return s;
}

/* Offset of the first "<" outside quotes, or the length. */
static size_t find_open(slice_t s)
{
    int quoted = 0;
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (quoted && s.p[i] == '\\') {
            i++;
        }
        else if (s.p[i] == '"') {
            quoted = !quoted;
        }
        else if (s.p[i] == '<' && !quoted) {
            return i;
        }
    }
    return s.len;
}

/* Writes the reference, mapped or not.  @return 1 if it was mapped */
static int put_reference(const location_map_t *map, slice_t reference,
                         text_t *out)
{
    if (location_map(map, reference, out) == LOCATION_KEEP) {
        text_put(out, reference);
        return 0;
    }
    return 1;
}

static location_verdict_e verdict(text_t *out, size_t begin, int changed)
{
    if (!changed) {
        out->len = begin;
        out->overflow = 0;
        return LOCATION_KEEP;
    }
    return out->overflow ? LOCATION_NO_ROOM : LOCATION_MAPPED;
}

location_verdict_e link_map(const location_map_t *map, slice_t value,
                            text_t *out)
{
    size_t begin = out->len;
    int changed = 0;

    while (value.len) {
        size_t open = find_open(value);
        size_t before = open < value.len ? open + 1 : open;
        const char *close;

        text_put(out, slice_make(value.p, before));
        value = text_skip(value, before);
        close = value.len ? memchr(value.p, '>', value.len) : NULL;
        if (close) {
            slice_t reference = slice_make(value.p, (size_t)(close - value.p));

            changed |= put_reference(map, slice_trim(reference), out);
            value = text_skip(value, reference.len);
        }
        else {
            text_put(out, value);
            value = text_skip(value, value.len);
        }
    }
    return verdict(out, begin, changed);
}

/* @return what follows "url=", or s itself */
static slice_t skip_url_key(slice_t s)
{
    slice_t key = SLICE_LIT("url"), rest;

    if (s.len < key.len || !slice_eq_nocase(slice_make(s.p, key.len), key)) {
        return s;
    }
    rest = skip_spaces(text_skip(s, key.len));
    if (rest.len == 0 || rest.p[0] != '=') {
        return s;
    }
    return skip_spaces(text_skip(rest, 1));
}

/* The reference in the value of Refresh; empty if there is none. */
static slice_t find_refresh_reference(slice_t value)
{
    slice_t s = value;
    const char *end;

    while (s.len && s.p[0] != ';' && s.p[0] != ',') {
        s = text_skip(s, 1);
    }
    if (s.len == 0) {
        return s;
    }
    s = skip_url_key(skip_spaces(text_skip(s, 1)));
    if (s.len && (s.p[0] == '"' || s.p[0] == '\'')) {
        char quote = s.p[0];

        s = text_skip(s, 1);
        end = s.len ? memchr(s.p, quote, s.len) : NULL;
        return end ? slice_make(s.p, (size_t)(end - s.p)) : s;
    }
    return slice_trim(s);
}

location_verdict_e refresh_map(const location_map_t *map, slice_t value,
                               text_t *out)
{
    slice_t reference = find_refresh_reference(value);
    size_t before = (size_t)(reference.p - value.p);
    size_t begin = out->len;
    int changed;

    text_put(out, slice_make(value.p, before));
    changed = put_reference(map, reference, out);
    text_put(out, text_skip(value, before + reference.len));
    return verdict(out, begin, changed);
}
