/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_request.c: writes a request head and chunk lines.  Layer L0.
 * RFC 9112 sections 3, 5 and 7.1.  Every byte that goes out passes a check in
 * this file; a part that does not fit or is refused is not written at all. */
#include "h1_request.h"
#include "h1_chars.h"

void h1_writer_init(h1_writer_t *w, char *buf, size_t cap)
{
    w->buf = buf;
    w->cap = cap;
    w->len = 0;
    w->status = H1_WRITE_OK;
}

/* May a part of this size that passed the check (or not) be written? */
static int admit(h1_writer_t *w, int good, size_t size)
{
    if (w->status != H1_WRITE_OK) {
        return 0;
    }
    if (!good) {
        w->status = H1_WRITE_BAD_BYTES;
    }
    else if (size > w->cap - w->len) {
        w->status = H1_WRITE_NO_ROOM;
    }
    return w->status == H1_WRITE_OK;
}

static void put(h1_writer_t *w, slice_t s)
{
    if (s.len) {
        memcpy(w->buf + w->len, s.p, s.len);
        w->len += s.len;
    }
}

static int is_target(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (!h1_char_is(s.p[i], H1_CHAR_TARGET)) {
            return 0;
        }
    }
    return s.len > 0;
}

void h1_write_request_line(h1_writer_t *w, slice_t method, slice_t target)
{
    const slice_t space = SLICE_LIT(" ");
    const slice_t end = SLICE_LIT(" HTTP/1.1\r\n");

    if (admit(w, h1_is_token(method) && is_target(target),
              method.len + space.len + target.len + end.len)) {
        put(w, method);
        put(w, space);
        put(w, target);
        put(w, end);
    }
}

void h1_write_field(h1_writer_t *w, slice_t name, slice_t value)
{
    if (admit(w, h1_is_token(name) && h1_is_field_value(value),
              name.len + value.len + 4)) {
        put(w, name);
        put(w, SLICE_LIT(": "));
        put(w, value);
        put(w, SLICE_LIT("\r\n"));
    }
}

void h1_write_field_begin(h1_writer_t *w, slice_t name)
{
    if (admit(w, h1_is_token(name), name.len + 2)) {
        put(w, name);
        put(w, SLICE_LIT(": "));
    }
}

void h1_write_field_part(h1_writer_t *w, slice_t part)
{
    if (admit(w, h1_is_field_value(part), part.len)) {
        put(w, part);
    }
}

void h1_write_field_end(h1_writer_t *w)
{
    if (admit(w, 1, 2)) {
        put(w, SLICE_LIT("\r\n"));
    }
}

void h1_write_field_number(h1_writer_t *w, slice_t name, uint64_t value)
{
    char digits[20]; /* of 2^64 - 1 */
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    h1_write_field(w, name, slice_make(digits + at, sizeof(digits) - at));
}

h1_write_e h1_write_head_end(h1_writer_t *w)
{
    h1_write_field_end(w);
    return w->status;
}

size_t h1_chunk_head(char *out, uint64_t size)
{
    size_t digits = 1;
    size_t i;

    while (digits < 16 && size >> (4 * digits)) {
        digits++;
    }
    for (i = digits; i > 0; i--) {
        out[i - 1] = "0123456789abcdef"[size & 15];
        size >>= 4;
    }
    out[digits] = '\r';
    out[digits + 1] = '\n';
    return digits + 2;
}
