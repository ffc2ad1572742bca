/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart.c: see multipart.h; lines and boundaries.  Layer L0.
 *
 * Lines that lie whole in a piece are looked at there; the others are put
 * together.  A boundary stands at the beginning of a line, and the end of the
 * line before it belongs to it (RFC 2046 section 5.1.1): so the end of each
 * line of data is held back until the next one. */
#include "multipart.h"

#include "waf/transform/char_kind.h"

void multipart_init(multipart_t *m, slice_t type,
                    const multipart_events_t *events, void *ctx)
{
    memset(m, 0, offsetof(multipart_t, mark));
    m->events = events;
    m->ctx = ctx;
    m->mark_len = m->line_len = m->offset = m->head_len = 0;
    m->is_begun = m->held = m->has_bytes = m->boundaries = m->fields = 0;
    m->is_folded = 0;
    memset(&m->part, 0, sizeof(m->part));
    m->error = multipart_type_read(m, type);
}

static int line_begins(slice_t text, const char *with, size_t length)
{
    return text.len >= length && memcmp(text.p, with, length) == 0;
}

/* ---- data ---- */

static multipart_e say_data(multipart_t *m, slice_t piece)
{
    m->part.length += piece.len;
    if (!m->part.filename.p) {
        m->outside += piece.len;
    }
    return piece.len == 0 || !m->events->data || m->events->data(m->ctx, piece)
               ? MULTIPART_GOOD
               : MULTIPART_STOPPED;
}

/* Bytes of it. */
static int line_end_of(slice_t line)
{
    if (line.len == 0 || line.p[line.len - 1] != '\n') {
        return 0;
    }
    return line.len >= 2 && line.p[line.len - 2] == '\r' ? 2 : 1;
}

static multipart_e add_data(multipart_t *m, slice_t line)
{
    static const char line_end[] = "\r\n";
    multipart_e error =
        say_data(m, slice_make(line_end + 2 - m->held, (size_t)m->held));

    m->held = line_end_of(line);
    line.len -= (size_t)m->held;
    return error == MULTIPART_GOOD ? say_data(m, line) : error;
}

/* ---- boundaries ---- */

static multipart_e end_part(multipart_t *m)
{
    multipart_e error;

    if (m->state == MULTIPART_STATE_HEAD) {
        m->flags |= MULTIPART_INVALID_PART;
    }
    if (m->state != MULTIPART_STATE_DATA) {
        return MULTIPART_GOOD;
    }
    error = multipart_head_say(m);
    if (error == MULTIPART_GOOD && !m->events->end(m->ctx, &m->part)) {
        error = MULTIPART_STOPPED;
    }
    return error;
}

/* The end of the line before a boundary is a part of it. */
static void take_held(multipart_t *m)
{
    if (m->held) {
        m->flags |= m->held == 2 ? MULTIPART_CRLF_LINE : MULTIPART_LF_LINE;
    }
}

/* A line that begins with the mark. */
static multipart_e cross_boundary(multipart_t *m, slice_t line)
{
    slice_t rest = slice_make(line.p + m->mark_len, line.len - m->mark_len);
    int is_last = line_begins(rest, "--", 2);
    multipart_e error;

    take_held(m);
    if (is_last) {
        rest = slice_make(rest.p + 2, rest.len - 2);
    }
    if (slice_eq(rest, SLICE_LIT("\n"))) {
        m->flags |= MULTIPART_LF_LINE;
    }
    else if (slice_eq(rest, SLICE_LIT("\r\n"))) {
        m->flags |= MULTIPART_CRLF_LINE;
    }
    else {
        return MULTIPART_LINE_BAD;
    }
    error = end_part(m);
    m->boundaries++;
    m->state = is_last ? MULTIPART_STATE_AFTER : MULTIPART_STATE_HEAD;
    m->head_len = 0;
    m->fields = 0;
    m->is_folded = m->held = 0;
    memset(&m->part, 0, sizeof(m->part));
    return error;
}

/* Begins with "--", but not with the mark. */
static multipart_e check_strange(multipart_t *m, slice_t line)
{
    const char *boundary = m->mark + 2;
    size_t length = m->mark_len - 2;
    slice_t rest = slice_make(line.p + 2, line.len - 2);

    if ((m->flags & MULTIPART_BOUNDARY_QUOTED) && rest.p[0] == '"'
        && line_begins(slice_make(rest.p + 1, rest.len - 1), boundary,
                       length)) {
        return MULTIPART_LINE_QUOTED;
    }
    while (rest.len && char_is_space((unsigned char)*rest.p)) {
        rest.p++;
        rest.len--;
    }
    if (rest.p > line.p + 2 && line_begins(rest, boundary, length)) {
        return MULTIPART_LINE_SPACE;
    }
    m->flags |= MULTIPART_UNMATCHED_BOUNDARY;
    return MULTIPART_GOOD;
}

static int has_mark(const multipart_t *m, slice_t line)
{
    const char *p = line.p, *end = p + line.len;

    while ((p = memchr(p, '-', (size_t)(end - p)))) {
        if (line_begins(slice_make(p, (size_t)(end - p)), m->mark,
                        m->mark_len)) {
            return 1;
        }
        p++;
    }
    return 0;
}

/* ---- lines ---- */

static multipart_e process_text(multipart_t *m, slice_t line)
{
    switch (m->state) {
    case MULTIPART_STATE_BEFORE:
        m->flags |= MULTIPART_DATA_BEFORE;
        m->held = line_end_of(line);
        return MULTIPART_GOOD;
    case MULTIPART_STATE_HEAD:
        m->outside += line.len;
        m->offset += line.len; /* where the content would begin */
        if (line.p[line.len - 1] != '\n') {
            return MULTIPART_FIELD_LONG;
        }
        return multipart_head_line(m, line);
    default:
        return add_data(m, line);
    }
}

/* A line, or what of one can be looked at together. */
static multipart_e process_line(multipart_t *m, slice_t line)
{
    int is_first = !m->is_begun;
    size_t offset = m->offset;
    multipart_e error = MULTIPART_GOOD;

    m->is_begun = line.p[line.len - 1] != '\n';
    if (is_first && line.len > 3 && line_begins(line, "--", 2)
        && !memchr(line.p, 0, 4)) {
        if (!line_begins(line, m->mark, m->mark_len)) {
            error = check_strange(m, line);
        }
        else if (m->state == MULTIPART_STATE_BEFORE
                 || (m->state == MULTIPART_STATE_DATA && m->held)) {
            m->offset = offset + line.len;
            return cross_boundary(m, line);
        }
        else {
            m->flags |= MULTIPART_INVALID_PART;
        }
    }
    else if (is_first && has_mark(m, line)) {
        m->flags |= MULTIPART_UNMATCHED_BOUNDARY;
    }
    if (error == MULTIPART_GOOD) {
        error = process_text(m, line);
    }
    m->offset = offset + line.len;
    return error;
}

/* Up to the end of a line, or as much as is looked at together: so much of the
 * piece, 0 when there is not enough.  CR and LF stay together. */
static size_t line_length(const multipart_t *m, slice_t piece)
{
    size_t room = sizeof(m->line) - m->line_len;
    size_t most = piece.len < room ? piece.len : room;
    const char *end = memchr(piece.p, '\n', most);

    if (end) {
        return (size_t)(end - piece.p) + 1;
    }
    if (most < room) {
        return 0;
    }
    return piece.p[most - 1] == '\r' ? most - 1 : most;
}

static void keep(multipart_t *m, slice_t piece)
{
    memcpy(m->line + m->line_len, piece.p, piece.len);
    m->line_len += piece.len;
}

static void process_kept(multipart_t *m)
{
    slice_t line = slice_make(m->line, m->line_len);

    m->line_len = 0;
    m->error = process_line(m, line);
}

/* Takes a line from the piece. */
static void add_line(multipart_t *m, slice_t *piece)
{
    size_t length = line_length(m, *piece);
    slice_t line = slice_make(piece->p, length ? length : piece->len);

    if (m->line_len + 1 == sizeof(m->line) && *piece->p == '\r') {
        process_kept(m);
        return;
    }
    piece->p += line.len;
    piece->len -= line.len;
    if (length && m->line_len == 0) {
        m->error = process_line(m, line);
        return;
    }
    keep(m, line);
    if (length) {
        process_kept(m);
    }
}

int multipart_add(multipart_t *m, slice_t piece)
{
    m->has_bytes |= piece.len > 0;
    while (piece.len && m->error == MULTIPART_GOOD) {
        if (m->state == MULTIPART_STATE_AFTER) {
            m->flags |= MULTIPART_DATA_AFTER;
            return 1;
        }
        add_line(m, &piece);
    }
    return m->error == MULTIPART_GOOD;
}

/* The last boundary may do without a line's end. */
static int ends_with_boundary(const multipart_t *m)
{
    return m->boundaries && !m->is_begun && m->line_len == m->mark_len + 2
           && memcmp(m->line, m->mark, m->mark_len) == 0
           && memcmp(m->line + m->mark_len, "--", 2) == 0;
}

int multipart_end(multipart_t *m)
{
    if (m->error != MULTIPART_GOOD || !m->has_bytes
        || m->state == MULTIPART_STATE_AFTER) {
        return m->error == MULTIPART_GOOD;
    }
    if (ends_with_boundary(m)) {
        if (m->state == MULTIPART_STATE_DATA && !m->held) {
            m->flags |= MULTIPART_INVALID_PART;
        }
        take_held(m);
        m->error = end_part(m);
        m->state = MULTIPART_STATE_AFTER;
    }
    else {
        m->error = m->boundaries ? MULTIPART_CUT : MULTIPART_NOTHING;
    }
    return m->error == MULTIPART_GOOD;
}

const char *multipart_error_text(multipart_e error)
{
    static const char *const texts[] = {
#define X(name, text) text,
        MULTIPART_ERRORS(X)
#undef X
    };

    return texts[error];
}
