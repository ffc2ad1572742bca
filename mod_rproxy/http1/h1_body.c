/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_body.c: takes the coding off a message body.  Layer L0.
 * RFC 9112 sections 6 and 7.  Chunk lines go byte by byte through a small state
 * machine, data in slices, trailer lines by memchr into the caller's buffer.
 * Chunk extensions mean something to the peer only and are dropped. */
#include "h1_body.h"
#include "h1_chars.h"

typedef enum {
    CHUNK_SIZE,
    CHUNK_SIZE_PAD, /* blanks behind the size: only ";" or CR may follow */
    CHUNK_EXTENSION,
    CHUNK_LINE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    TRAILER_START, /* at the start of a trailer line */
    TRAILER_LINE,
    TRAILER_LAST_LF, /* of the empty line */
    BODY_DONE,
    BODY_FAILED
} chunk_state_e;

void h1_body_init(h1_body_t *b, h1_body_kind_e kind, int64_t length,
                  char *trailer_buf, size_t trailer_cap)
{
    memset(b, 0, sizeof(*b));
    b->kind = kind;
    b->remaining = kind == H1_BODY_LENGTH ? length : 0;
    b->state = CHUNK_SIZE;
    b->trailer_buf = trailer_buf;
    b->trailer_cap = trailer_cap;
}

int h1_body_at_end(const h1_body_t *b)
{
    switch (b->kind) {
    case H1_BODY_NONE:
        return 1;
    case H1_BODY_LENGTH:
        return b->remaining == 0;
    case H1_BODY_CHUNKED:
        return b->state == BODY_DONE;
    case H1_BODY_UNTIL_CLOSE:
        break;
    }
    return 0;
}

int h1_body_close_is_end(const h1_body_t *b)
{
    return b->kind == H1_BODY_UNTIL_CLOSE || h1_body_at_end(b);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)slice_lower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static h1_result_e take_size_byte(h1_body_t *b, char c)
{
    int digit = b->state == CHUNK_SIZE ? hex_digit(c) : -1;

    if (digit >= 0) {
        if (b->remaining > INT64_MAX >> 4) {
            return H1_CHUNK_TOO_LARGE;
        }
        b->remaining = b->remaining * 16 + digit;
        b->digits = 1;
        return H1_DONE;
    }
    if (c == '\n') {
        return H1_BAD_LINE_END;
    }
    if (!b->digits) {
        return H1_BAD_CHUNK_SIZE;
    }
    switch (c) {
    case '\r':
        b->state = CHUNK_LINE_LF;
        return H1_DONE;
    case ';':
        b->state = CHUNK_EXTENSION;
        return H1_DONE;
    case ' ':
    case '\t':
        b->state = CHUNK_SIZE_PAD;
        return H1_DONE;
    default:
        return H1_BAD_CHUNK_SIZE;
    }
}

static h1_result_e take_extension_byte(h1_body_t *b, char c)
{
    if (c == '\r') {
        b->state = CHUNK_LINE_LF;
        return H1_DONE;
    }
    if (c == '\n') {
        return H1_BAD_LINE_END;
    }
    return h1_char_is(c, H1_CHAR_VALUE) ? H1_DONE : H1_BAD_CHUNK_SIZE;
}

static h1_result_e expect(h1_body_t *b, char c, char wanted, chunk_state_e next,
                          h1_result_e otherwise)
{
    if (c != wanted) {
        return otherwise;
    }
    b->state = (int)next;
    return H1_DONE;
}

static h1_result_e end_chunk_line(h1_body_t *b, char c)
{
    b->line_len = 0;
    b->digits = 0;
    return expect(b, c, '\n', b->remaining ? CHUNK_DATA : TRAILER_START,
                  H1_BAD_LINE_END);
}

/* One byte of anything but data and trailer lines. */
static h1_result_e take_byte(h1_body_t *b, char c)
{
    if (b->state <= CHUNK_LINE_LF && ++b->line_len > H1_MAX_CHUNK_LINE) {
        return H1_CHUNK_LINE_TOO_LONG;
    }
    switch ((chunk_state_e)b->state) {
    case CHUNK_SIZE:
    case CHUNK_SIZE_PAD:
        return take_size_byte(b, c);
    case CHUNK_EXTENSION:
        return take_extension_byte(b, c);
    case CHUNK_LINE_LF:
        return end_chunk_line(b, c);
    case CHUNK_DATA_CR:
        return expect(b, c, '\r', CHUNK_DATA_LF, H1_BAD_CHUNK_END);
    case CHUNK_DATA_LF:
        return expect(b, c, '\n', CHUNK_SIZE, H1_BAD_CHUNK_END);
    default:
        return expect(b, c, '\n', BODY_DONE, H1_BAD_LINE_END);
    }
}

static h1_result_e end_trailer_line(h1_body_t *b)
{
    slice_t line = slice_make(b->trailer_buf + b->trailer_line,
                              b->trailer_len - b->trailer_line);
    h1_field_t field;

    if (line.len < 2 || line.p[line.len - 2] != '\r') {
        return H1_BAD_LINE_END;
    }
    line.len -= 2;
    if (h1_response_field_line(line, &field) != H1_DONE
        || !h1_may_be_trailer(field.name)) {
        return H1_BAD_TRAILER;
    }
    b->trailer_line = b->trailer_len;
    b->state = TRAILER_START;
    return H1_DONE;
}

/* A trailer line, or what there is of it. */
static h1_result_e take_trailer(h1_body_t *b, const char *in, size_t len,
                                size_t *taken)
{
    const char *lf = memchr(in, '\n', len);
    size_t n = lf ? (size_t)(lf - in) + 1 : len;

    if (n > b->trailer_cap - b->trailer_len) {
        return H1_TRAILERS_TOO_LARGE;
    }
    memcpy(b->trailer_buf + b->trailer_len, in, n);
    b->trailer_len += n;
    *taken = n;
    return lf ? end_trailer_line(b) : H1_DONE;
}

/* Everything between data: takes some of in, at least one byte. */
static h1_result_e take_framing(h1_body_t *b, const char *in, size_t len,
                                size_t *taken)
{
    *taken = 1;
    if (b->state == TRAILER_START) {
        b->state = in[0] == '\r' ? TRAILER_LAST_LF : TRAILER_LINE;
        if (b->state == TRAILER_LAST_LF) {
            return H1_DONE;
        }
    }
    if (b->state == TRAILER_LINE) {
        return take_trailer(b, in, len, taken);
    }
    return take_byte(b, in[0]);
}

static h1_body_step_e hand_out(h1_body_t *b, const char *in, size_t len,
                               size_t *used, slice_t *data)
{
    if (len == 0) {
        return H1_BODY_MORE;
    }
    *data = slice_make(in, len);
    *used += len;
    b->received += (int64_t)len;
    return H1_BODY_DATA;
}

/* len, or what is left of the length or of the chunk */
static size_t limited(const h1_body_t *b, size_t len)
{
    return (uint64_t)b->remaining < len ? (size_t)b->remaining : len;
}

static h1_body_step_e step_length(h1_body_t *b, const char *in, size_t len,
                                  size_t *used, slice_t *data)
{
    if (b->remaining == 0) {
        return H1_BODY_END;
    }
    len = limited(b, len);
    b->remaining -= (int64_t)len;
    return hand_out(b, in, len, used, data);
}

static h1_body_step_e step_chunked(h1_body_t *b, const char *in, size_t len,
                                   size_t *used, slice_t *data)
{
    while (*used < len && b->state < BODY_DONE) {
        size_t taken;

        if (b->state == CHUNK_DATA) {
            taken = limited(b, len - *used);
            b->remaining -= (int64_t)taken;
            if (b->remaining == 0) {
                b->state = CHUNK_DATA_CR;
            }
            return hand_out(b, in + *used, taken, used, data);
        }
        b->error = take_framing(b, in + *used, len - *used, &taken);
        if (b->error != H1_DONE) {
            b->state = BODY_FAILED;
        }
        else {
            *used += taken;
        }
    }
    if (b->state == BODY_FAILED) {
        return H1_BODY_ERROR;
    }
    return b->state == BODY_DONE ? H1_BODY_END : H1_BODY_MORE;
}

h1_body_step_e h1_body_step(h1_body_t *b, const char *in, size_t len,
                            size_t *used, slice_t *data, h1_result_e *error)
{
    h1_body_step_e step = H1_BODY_END;

    *used = 0;
    switch (b->kind) {
    case H1_BODY_NONE:
        break;
    case H1_BODY_LENGTH:
        step = step_length(b, in, len, used, data);
        break;
    case H1_BODY_CHUNKED:
        step = step_chunked(b, in, len, used, data);
        break;
    case H1_BODY_UNTIL_CLOSE:
        step = hand_out(b, in, len, used, data);
        break;
    }
    if (step == H1_BODY_ERROR) {
        *error = b->error;
    }
    return step;
}

int h1_body_trailer(const h1_body_t *b, size_t *pos, h1_field_t *field)
{
    const char *line, *lf;

    if (b->state != BODY_DONE || *pos >= b->trailer_len) {
        return 0;
    }
    line = b->trailer_buf + *pos;
    lf = memchr(line, '\n', b->trailer_len - *pos);
    *pos += (size_t)(lf - line) + 1;
    return h1_response_field_line(slice_make(line, (size_t)(lf - line) - 1),
                                  field)
           == H1_DONE;
}
