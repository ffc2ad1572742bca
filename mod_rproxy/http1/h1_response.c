/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_response.c: incremental parser of a response head.  Layer L0.
 * RFC 9112 sections 2 (lines), 4 (status line) and 5 (field lines).
 * Works by whole lines: memchr looks for the LF and remembers how far it
 * looked, a line is judged once, when it is complete.  Nothing behind max_head
 * is looked at, so that the verdict does not depend on how the bytes came. */
#include "h1_response.h"
#include "h1_chars.h"

const char *h1_result_text(h1_result_e result)
{
    switch (result) {
#define X(id, text) \
    case id:        \
        return text;
        H1_RESULTS(X)
#undef X
    }
    return "unknown result";
}

void h1_response_init(h1_response_parser_t *p, h1_field_t *fields,
                      size_t max_fields, size_t max_head)
{
    memset(p, 0, sizeof(*p));
    p->response.fields = fields;
    p->max_fields = max_fields;
    p->max_head = max_head;
}

void h1_response_reset(h1_response_parser_t *p)
{
    h1_response_init(p, p->response.fields, p->max_fields, p->max_head);
}

/* By integers: the old buffer may be gone. */
static void slice_move(slice_t *s, const char *from, const char *to)
{
    s->p = to + ((uintptr_t)s->p - (uintptr_t)from);
}

static void move_base(h1_response_parser_t *p, const char *buf)
{
    size_t i;

    if (p->have_status_line) {
        slice_move(&p->response.reason, p->base, buf);
    }
    for (i = 0; i < p->response.field_count; i++) {
        slice_move(&p->response.fields[i].name, p->base, buf);
        slice_move(&p->response.fields[i].value, p->base, buf);
    }
    p->base = buf;
}

static const char version_prefix[] = "HTTP/1.";
#define VERSION_PREFIX_LEN (sizeof(version_prefix) - 1)

/* Holds for a part of the prefix too: a peer that speaks something else is
 * found out by its first byte, not by a timeout. */
static int may_be_http1(const char *buf, size_t len)
{
    return memcmp(buf, version_prefix,
                  len < VERSION_PREFIX_LEN ? len : VERSION_PREFIX_LEN)
           == 0;
}

static h1_result_e refused_value(slice_t value, h1_result_e otherwise)
{
    return memchr(value.p, '\r', value.len) ? H1_BAD_LINE_END : otherwise;
}

/* @return 0 to 999, or -1 unless there are three digits */
static int three_digits(const char *s)
{
    int value = 0;
    int i;

    for (i = 0; i < 3; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return -1;
        }
        value = value * 10 + (s[i] - '0');
    }
    return value;
}

/* "HTTP/1.1 200 OK"; the SP before an absent reason is often left out. */
static h1_result_e parse_status_line(h1_response_t *r, slice_t line)
{
    const size_t minor_at = VERSION_PREFIX_LEN;
    const size_t status_at = minor_at + 2;
    const size_t status_end = status_at + 3;
    int status;

    if (line.len <= minor_at || line.p[minor_at] < '0'
        || line.p[minor_at] > '9') {
        return H1_BAD_VERSION;
    }
    if (line.len < status_end || line.p[minor_at + 1] != ' '
        || (line.len > status_end && line.p[status_end] != ' ')) {
        return refused_value(line, H1_BAD_STATUS_LINE);
    }
    status = three_digits(line.p + status_at);
    if (status < 0) {
        return refused_value(line, H1_BAD_STATUS_LINE);
    }
    if (status < 100 || status > 599) {
        return H1_BAD_STATUS;
    }
    r->reason =
        slice_trim(slice_make(line.p + status_end, line.len - status_end));
    if (!h1_is_field_value(r->reason)) {
        return refused_value(r->reason, H1_BAD_STATUS_LINE);
    }
    r->minor = line.p[minor_at] - '0';
    r->status = status;
    return H1_DONE;
}

h1_result_e h1_response_field_line(slice_t line, h1_field_t *field)
{
    size_t i = 0;

    if (line.len && (line.p[0] == ' ' || line.p[0] == '\t')) {
        return H1_OBS_FOLD;
    }
    while (i < line.len && h1_char_is(line.p[i], H1_CHAR_TOKEN)) {
        i++;
    }
    if (i == 0 || i == line.len || line.p[i] != ':') {
        return H1_BAD_FIELD_NAME;
    }
    field->name = slice_make(line.p, i);
    field->value = slice_trim(slice_make(line.p + i + 1, line.len - i - 1));
    if (!h1_is_field_value(field->value)) {
        return refused_value(field->value, H1_BAD_FIELD_VALUE);
    }
    return H1_DONE;
}

static h1_result_e parse_line(h1_response_parser_t *p, slice_t line)
{
    h1_response_t *r = &p->response;
    h1_result_e result;

    if (!p->have_status_line) {
        result = parse_status_line(r, line);
        p->have_status_line = result == H1_DONE;
        return result;
    }
    if (r->field_count == p->max_fields) {
        return H1_TOO_MANY_FIELDS;
    }
    result = h1_response_field_line(line, &r->fields[r->field_count]);
    r->field_count += result == H1_DONE;
    return result;
}

h1_result_e h1_response_parse(h1_response_parser_t *p, const char *buf,
                              size_t len, size_t *head_len)
{
    const size_t visible = len < p->max_head ? len : p->max_head;

    if (len == 0) {
        return H1_PARTIAL;
    }
    if (buf != p->base) {
        move_base(p, buf);
    }
    if (!p->have_status_line && !may_be_http1(buf, visible)) {
        return H1_BAD_VERSION;
    }
    for (;;) {
        const char *line = buf + p->scanned;
        const size_t rest = visible - p->scanned;
        const char *lf = memchr(line + p->line_seen, '\n', rest - p->line_seen);
        h1_result_e result;

        if (!lf) {
            p->line_seen = rest;
            return visible == p->max_head ? H1_HEAD_TOO_LARGE : H1_PARTIAL;
        }
        if (lf == line || lf[-1] != '\r') {
            return H1_BAD_LINE_END;
        }
        if (lf - line == 1) {
            *head_len = p->scanned + 2;
            return H1_DONE;
        }
        result = parse_line(p, slice_make(line, (size_t)(lf - line) - 1));
        if (result != H1_DONE) {
            return result;
        }
        p->scanned = (size_t)(lf + 1 - buf);
        p->line_seen = 0;
    }
}

const h1_field_t *h1_response_field(const h1_response_t *r, slice_t name)
{
    size_t i;

    for (i = 0; i < r->field_count; i++) {
        if (slice_eq_nocase(r->fields[i].name, name)) {
            return &r->fields[i];
        }
    }
    return NULL;
}
