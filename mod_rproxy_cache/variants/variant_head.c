/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_head.c: line by line from one head to another.  Layer L0. */
#include "variant_head.h"

#include "http1/h1_fields.h"
#include "variant_etag.h"

typedef enum {
    LINE_OTHER,
    LINE_CODING,
    LINE_LENGTH,
    LINE_TAG,
    LINE_VARY,
    LINE_DIGEST
} line_e;

static const struct {
    slice_t name;
    line_e kind;
} fields[] = {
    { { "Content-Encoding", 16 }, LINE_CODING },
    { { "Content-Length", 14 }, LINE_LENGTH },
    { { "ETag", 4 }, LINE_TAG },
    { { "Vary", 4 }, LINE_VARY },
    { { "Content-MD5", 11 }, LINE_DIGEST },
    { { "Digest", 6 }, LINE_DIGEST },
    { { "Content-Digest", 14 }, LINE_DIGEST },
    { { "Repr-Digest", 11 }, LINE_DIGEST },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

typedef struct {
    const variant_head_in_t *in;
    char *out;
    variant_head_t made;
    unsigned varies : 1, has_length : 1;
} writer_t;

typedef struct {
    slice_t text; /* without its end */
    slice_t end;
    slice_t value;
    line_e kind;
} line_t;

static void add(writer_t *w, slice_t text)
{
    if (text.len) {
        memcpy(w->out + w->made.len, text.p, text.len);
        w->made.len += text.len;
    }
}

static void add_number(writer_t *w, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    add(w, slice_make(digits + at, sizeof(digits) - at));
}

/* Up to where the value begins, as it was written. */
static void add_name(writer_t *w, const line_t *line)
{
    add(w, slice_make(line->text.p, (size_t)(line->value.p - line->text.p)));
}

/* As it was, so that no head grows line by line. */
static void add_end(writer_t *w, const line_t *line)
{
    add(w, line->end.len ? line->end : SLICE_LIT("\r\n"));
}

static line_e line_kind(slice_t name)
{
    size_t i;

    for (i = 0; i < FIELD_COUNT; i++) {
        if (slice_eq_nocase(name, fields[i].name)) {
            return fields[i].kind;
        }
    }
    return LINE_OTHER;
}

static line_t next_line(slice_t *rest)
{
    const char *lf = memchr(rest->p, '\n', rest->len);
    size_t len = lf ? (size_t)(lf - rest->p) : rest->len;
    size_t step = lf ? len + 1 : len;
    line_t line = { .kind = LINE_OTHER };
    const char *colon;

    if (lf && len && rest->p[len - 1] == '\r') {
        len--;
    }
    line.text = slice_make(rest->p, len);
    line.end = slice_make(rest->p + len, step - len);
    colon = line.text.len ? memchr(line.text.p, ':', line.text.len) : NULL;
    if (colon) {
        size_t name_len = (size_t)(colon - line.text.p);

        line.kind = line_kind(slice_make(line.text.p, name_len));
        line.value =
            slice_trim(slice_make(colon + 1, line.text.len - name_len - 1));
    }
    rest->p += step;
    rest->len -= step;
    return line;
}

/* Does one of all Vary lines say it? */
static int varies_already(slice_t head)
{
    while (head.len) {
        line_t line = next_line(&head);

        if (line.kind == LINE_VARY
            && (h1_list_has(line.value, SLICE_LIT("Accept-Encoding"))
                || h1_list_has(line.value, SLICE_LIT("*")))) {
            return 1;
        }
    }
    return 0;
}

/* In front: whatever an origin may have written, this is read. */
static void write_vary(writer_t *w, const line_t *line)
{
    add_name(w, line);
    if (!w->varies) {
        w->varies = 1;
        add(w, line->value.len ? SLICE_LIT("Accept-Encoding, ")
                               : SLICE_LIT("Accept-Encoding"));
    }
    add(w, line->value);
    add_end(w, line);
}

/* The first one: a second is none of HTTP. */
static void write_tag(writer_t *w, const line_t *line)
{
    size_t begin = w->made.len;

    if (w->made.etag_len) {
        return;
    }
    add_name(w, line);
    w->made.etag_at = w->made.len;
    if (w->in->coding == w->in->master) {
        w->made.etag_len = line->value.len;
        add(w, line->value);
    }
    else {
        w->made.etag_len = variant_etag_write(w->out + w->made.len, line->value,
                                              w->in->coding);
        w->made.len += w->made.etag_len;
    }
    if (w->made.etag_len == 0) {
        w->made.len = begin;
        w->made.etag_at = 0;
        return;
    }
    add_end(w, line);
}

static void write_length(writer_t *w, const line_t *line)
{
    if (!w->has_length) {
        w->has_length = 1;
        add_name(w, line);
        add_number(w, w->in->length);
        add_end(w, line);
    }
}

static void write_line(writer_t *w, const line_t *line)
{
    int is_master = w->in->coding == w->in->master;

    if (line->kind == LINE_VARY) {
        write_vary(w, line);
    }
    else if (line->kind == LINE_TAG) {
        write_tag(w, line);
    }
    else if (line->kind == LINE_OTHER || is_master) {
        add(w, line->text);
        add_end(w, line);
    }
    else if (line->kind == LINE_LENGTH) {
        write_length(w, line);
    }
}

static void write_coding(writer_t *w)
{
    if (w->in->coding == w->in->master) {
        return;
    }
    if (w->in->coding == CODING_GZIP) {
        add(w, SLICE_LIT("Content-Encoding: gzip\r\n"));
    }
    else if (w->in->coding == CODING_BROTLI) {
        add(w, SLICE_LIT("Content-Encoding: br\r\n"));
    }
}

variant_head_t variant_head_write(char *out, const variant_head_in_t *in)
{
    writer_t w = { .in = in, .out = out };
    slice_t rest = in->head;

    w.varies = (unsigned)varies_already(rest) & 1;
    while (rest.len) {
        line_t line = next_line(&rest);

        if (line.text.len) {
            write_line(&w, &line);
        }
    }
    write_coding(&w);
    if (!w.varies) {
        add(&w, SLICE_LIT("Vary: Accept-Encoding\r\n"));
    }
    return w.made;
}
