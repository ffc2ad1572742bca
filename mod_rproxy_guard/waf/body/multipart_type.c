/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart_type.c: the boundary of a Content-Type (RFC 2046 section 5.1.1).
 * Layer L0.
 *
 * There is one way to write it that all servers read alike,
 * "multipart/form-data; boundary=x"; what is near it gets a flag, all else is
 * an error. */
#include "multipart.h"

#include "waf/transform/char_kind.h"

static const slice_t type_name = { "multipart/form-data", 19 };
static const slice_t word = { "boundary", 8 };

static int is_boundary_char(unsigned char c)
{
    return char_is_alnum(c) || (c && strchr("'()+_,-./:=? ", c));
}

/* Where the word is, from p on; end: nowhere. */
static const char *find_word(const char *p, const char *end, int with_case)
{
    for (; (size_t)(end - p) >= word.len; p++) {
        slice_t here = slice_make(p, word.len);

        if (with_case ? slice_eq(here, word) : slice_eq_nocase(here, word)) {
            return p;
        }
    }
    return end;
}

/* How often the word has "=" somewhere behind it. */
static int count_boundaries(const char *p, const char *end)
{
    int count = 0;

    while ((p = find_word(p, end, 0)) < end) {
        p += word.len;
        count += memchr(p, '=', (size_t)(end - p)) != NULL;
    }
    return count;
}

static multipart_e read_between(multipart_t *m, const char *p, const char *to)
{
    int semicolons = 0;

    for (; p < to; p++) {
        semicolons += *p == ';';
        if (semicolons > 1
            || (*p != ';' && !char_is_space((unsigned char)*p))) {
            return MULTIPART_BOUNDARY_BAD;
        }
    }
    if (semicolons == 0) {
        m->flags |= MULTIPART_MISSING_SEMICOLON;
    }
    return MULTIPART_GOOD;
}

static multipart_e read_boundary(multipart_t *m, slice_t value)
{
    size_t i;

    if (value.len && char_is_space((unsigned char)value.p[0])) {
        m->flags |= MULTIPART_BOUNDARY_WHITESPACE;
    }
    if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"') {
        m->flags |= MULTIPART_BOUNDARY_QUOTED;
        value = slice_make(value.p + 1, value.len - 2);
    }
    for (i = 0; i < value.len; i++) {
        if (!is_boundary_char((unsigned char)value.p[i])) {
            return MULTIPART_BOUNDARY_BAD;
        }
    }
    if (value.len == 0) {
        return MULTIPART_BOUNDARY_BAD;
    }
    m->mark[0] = m->mark[1] = '-';
    memcpy(m->mark + 2, value.p, value.len);
    m->mark_len = value.len + 2;
    return MULTIPART_GOOD;
}

/* From the word on. */
static multipart_e read_boundary_parameter(multipart_t *m, const char *p,
                                           const char *end)
{
    p += word.len;
    while (p < end && char_is_space((unsigned char)*p)) {
        m->flags |= MULTIPART_BOUNDARY_WHITESPACE;
        p++;
    }
    if (p == end || *p != '=') {
        return MULTIPART_BOUNDARY_BAD;
    }
    return read_boundary(m, slice_make(p + 1, (size_t)(end - p - 1)));
}

multipart_e multipart_type_read(multipart_t *m, slice_t type)
{
    const char *p = type.p, *end = p ? p + type.len : p, *from;
    multipart_e error;

    if (!p) {
        return MULTIPART_TYPE_MISSING;
    }
    if (type.len > MULTIPART_TYPE_MAX) {
        return MULTIPART_TYPE_LONG;
    }
    if (type.len < type_name.len
        || !slice_eq_nocase(slice_make(p, type_name.len), type_name)) {
        return MULTIPART_TYPE_OTHER;
    }
    if (count_boundaries(p, end) > 1) {
        return MULTIPART_BOUNDARY_TWICE;
    }
    from = find_word(p, end, 1);
    if (from == end) {
        return count_boundaries(p, end) ? MULTIPART_BOUNDARY_CASE
                                        : MULTIPART_BOUNDARY_MISSING;
    }
    error = read_between(m, p + type_name.len, from);
    return error == MULTIPART_GOOD ? read_boundary_parameter(m, from, end)
                                   : error;
}
