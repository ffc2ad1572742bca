/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart_disposition.c: name and filename of a part (RFC 7578 section 4.2).
 * Layer L0.
 *
 * Other parameters are refused, filename* among them (RFC 7578 forbids it):
 * servers take one or the other of two names. */
#include "multipart.h"

typedef struct {
    const char *p, *end;
    char *to; /* where values are written */
    unsigned flags;
    int is_quoted; /* the last value */
} disposition_t;

static void skip_blanks(disposition_t *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t')) {
        r->p++;
    }
}

static int takes_char(disposition_t *r, char c)
{
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return 1;
    }
    return 0;
}

/* RFC 822's: narrower than today's. */
static int is_token_char(unsigned char c)
{
    return c > ' ' && c < 127 && !strchr("()<>@,;:\\\"/[]?=", c);
}

/* Behind the first quote.  Only the quote and "\" itself can be escaped; before
 * others "\" stays, for there are clients that send whole paths of Windows. */
static int read_quoted(disposition_t *r, char quote)
{
    while (r->p < r->end && *r->p != quote) {
        if (*r->p == '\\') {
            if (r->p + 1 == r->end) {
                return 0;
            }
            if (r->p[1] == quote || r->p[1] == '\\') {
                r->p++;
            }
        }
        *r->to++ = *r->p++;
    }
    return takes_char(r, quote);
}

static void read_token(disposition_t *r)
{
    while (r->p < r->end && is_token_char((unsigned char)*r->p)) {
        *r->to++ = *r->p++;
    }
}

static int read_value(disposition_t *r, slice_t *value)
{
    char *from = r->to, quote;

    skip_blanks(r);
    if (r->p == r->end) {
        return 0;
    }
    quote = *r->p;
    r->is_quoted = quote == '"' || quote == '\'';
    if (r->is_quoted) {
        if (quote == '\'') {
            r->flags |= MULTIPART_INVALID_QUOTING;
        }
        r->p++;
        if (!read_quoted(r, quote)) {
            return 0;
        }
    }
    else {
        read_token(r);
    }
    *value = slice_make(from, (size_t)(r->to - from));
    return 1;
}

static int read_name(disposition_t *r, slice_t *name)
{
    const char *from;

    skip_blanks(r);
    from = r->p;
    while (r->p < r->end && *r->p != '=' && *r->p != ' ' && *r->p != '\t') {
        r->p++;
    }
    *name = slice_make(from, (size_t)(r->p - from));
    skip_blanks(r);
    return takes_char(r, '=');
}

static int read_parameter(disposition_t *r, multipart_part_t *part)
{
    slice_t name, value, *place;
    int is_first;

    if (!read_name(r, &name) || !read_value(r, &value)) {
        return 0;
    }
    if (slice_eq(name, SLICE_LIT("name"))) {
        place = &part->name;
    }
    else if (slice_eq(name, SLICE_LIT("filename"))) {
        place = &part->filename;
    }
    else {
        return 0;
    }
    if (!r->is_quoted && value.len && memchr(value.p, '\'', value.len)) {
        r->flags |= MULTIPART_INVALID_QUOTING;
    }
    is_first = !place->p;
    *place = value;
    return is_first;
}

/* The end, or ";".  A quote too many is worth a flag. */
static int read_separator(disposition_t *r)
{
    skip_blanks(r);
    if (r->p == r->end || takes_char(r, ';')) {
        return 1;
    }
    if (r->p[-1] == '"' || r->p[-1] == '\'') {
        r->flags |= MULTIPART_INVALID_QUOTING;
    }
    return 0;
}

static int contains(slice_t text, slice_t word)
{
    size_t i;

    for (i = 0; i + word.len <= text.len; i++) {
        if (memcmp(text.p + i, word.p, word.len) == 0) {
            return 1;
        }
    }
    return 0;
}

static multipart_e read_all(disposition_t *r, multipart_part_t *part,
                            slice_t value)
{
    const slice_t kind = SLICE_LIT("form-data");

    if (value.len < kind.len || memcmp(value.p, kind.p, kind.len) != 0) {
        return MULTIPART_DISPOSITION_BAD;
    }
    r->p += kind.len;
    skip_blanks(r);
    if (r->p < r->end && !takes_char(r, ';')) {
        return MULTIPART_DISPOSITION_BAD;
    }
    while (r->p < r->end) {
        if (!read_parameter(r, part) || !read_separator(r)) {
            return MULTIPART_DISPOSITION_BAD;
        }
    }
    /* Some servers look for this very text. */
    if (part->filename.p && !contains(value, SLICE_LIT("filename="))) {
        return MULTIPART_DISPOSITION_BAD;
    }
    return part->name.p ? MULTIPART_GOOD : MULTIPART_NAME_MISSING;
}

multipart_e multipart_disposition_read(multipart_t *m, slice_t value)
{
    disposition_t r = { value.p, value.p + value.len, m->names, 0, 0 };
    multipart_e error = read_all(&r, &m->part, value);

    m->flags |= r.flags;
    return error;
}
