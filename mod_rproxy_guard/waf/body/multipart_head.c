/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart_head.c: the fields of a part (RFC 7578 section 4.8).  Layer L0. */
#include "multipart.h"

#include "waf/transform/char_kind.h"

static slice_t without_line_end(slice_t line)
{
    if (line.len && line.p[line.len - 1] == '\n') {
        line.len--;
    }
    if (line.len && line.p[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

/* The value of a field of that name, without what is before it. */
static int find_field(const multipart_t *m, slice_t name, slice_t *value)
{
    const char *p = m->head, *end = p + m->head_len;

    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *colon = memchr(p, ':', (size_t)(line_end - p));

        if (slice_eq_nocase(slice_make(p, (size_t)(colon - p)), name)) {
            for (p = colon + 1; p < line_end && (*p == ' ' || *p == '\t');) {
                p++;
            }
            *value = slice_make(p, (size_t)(line_end - p));
            return 1;
        }
        p = line_end + 1;
    }
    return 0;
}

static multipart_e append(multipart_t *m, slice_t text)
{
    if (text.len + 1 > sizeof(m->head) - m->head_len) {
        return MULTIPART_FIELD_LONG;
    }
    memcpy(m->head + m->head_len, text.p, text.len);
    m->head_len += text.len;
    m->head[m->head_len++] = '\n';
    return MULTIPART_GOOD;
}

/* A value that begins on its second line is none for a Content-Disposition. */
static int is_empty_disposition(const multipart_t *m)
{
    const slice_t name = SLICE_LIT("Content-Disposition:");
    slice_t line =
        slice_make(m->head + m->field_from, m->head_len - 1 - m->field_from);

    return line.len >= name.len
           && slice_eq_nocase(slice_make(line.p, name.len), name)
           && slice_trim(slice_make(line.p + name.len, line.len - name.len)).len
                  == 0;
}

static void skip_blank(multipart_t *m, slice_t *line)
{
    if (*line->p != ' ' && *line->p != '\t') {
        m->flags |= MULTIPART_INVALID_HEADER_FOLDING;
    }
    line->p++;
    line->len--;
}

/* More of the last field: one space stands for the space before it. */
static multipart_e add_continuation(multipart_t *m, slice_t line)
{
    m->flags |= MULTIPART_HEADER_FOLDING;
    if (m->fields == 0) {
        skip_blank(m, &line);
        return MULTIPART_FIELD_FOLDED;
    }
    while (line.len && char_is_space((unsigned char)*line.p)) {
        skip_blank(m, &line);
    }
    m->is_folded |= is_empty_disposition(m);
    m->head[m->head_len - 1] = ' ';
    return append(m, without_line_end(line));
}

static multipart_e add_field(multipart_t *m, slice_t line)
{
    const char *colon = memchr(line.p, ':', line.len);
    slice_t value;

    if (!colon || colon == line.p) {
        return MULTIPART_FIELD_BAD;
    }
    if (find_field(m, slice_make(line.p, (size_t)(colon - line.p)), &value)) {
        return MULTIPART_FIELD_TWICE;
    }
    if (m->fields == MULTIPART_FIELDS_MAX) {
        return MULTIPART_FIELDS_MANY;
    }
    m->fields++;
    m->field_from = m->head_len;
    return append(m, without_line_end(line));
}

multipart_e multipart_head_say(multipart_t *m)
{
    const char *p = m->head, *end = p + m->head_len;

    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));

        if (!m->events->field(m->ctx, slice_make(p, (size_t)(line_end - p)))) {
            return MULTIPART_STOPPED;
        }
        p = line_end + 1;
    }
    return MULTIPART_GOOD;
}

static multipart_e end_head(multipart_t *m)
{
    multipart_e error;
    slice_t value;

    if (!find_field(m, SLICE_LIT("Content-Disposition"), &value)) {
        return MULTIPART_DISPOSITION_MISSING;
    }
    error = m->is_folded ? MULTIPART_DISPOSITION_BAD
                         : multipart_disposition_read(m, value);
    if (error != MULTIPART_GOOD) {
        return error;
    }
    m->state = MULTIPART_STATE_DATA;
    m->part.offset = m->offset;
    m->part.length = 0;
    m->held = 0;
    return m->events->begin(m->ctx, &m->part) ? MULTIPART_GOOD
                                              : MULTIPART_STOPPED;
}

multipart_e multipart_head_line(multipart_t *m, slice_t line)
{
    slice_t text = without_line_end(line);

    if (memchr(line.p, 0, line.len)) {
        return MULTIPART_FIELD_NUL;
    }
    m->flags |=
        line.len - text.len == 2 ? MULTIPART_CRLF_LINE : MULTIPART_LF_LINE;
    if (text.len == 0) {
        return end_head(m);
    }
    return char_is_space((unsigned char)*line.p) ? add_continuation(m, line)
                                                 : add_field(m, line);
}
