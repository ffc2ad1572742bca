/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_h1_body.c: the body decoder.  Byte 0: kind of body, byte 1: its length,
 * byte 2: room for trailers, byte 3: how the bytes are cut.  Promises: one
 * piece or many give the same data, outcome, rest and trailers; never more is
 * handed out than came in; what was decoded can be coded again. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_body.c"
#include "http1/h1_request.c"

typedef struct {
    h1_body_t body;
    char *data; /* handed out */
    size_t data_len;
    size_t consumed;
    h1_body_step_e last;
    h1_result_e error;
    char *trailer;
} decoded_t;

/* All steps over one piece.  @return bytes used */
static size_t decode_piece(decoded_t *d, const char *in, size_t len)
{
    size_t at = 0, used;
    slice_t data;

    do {
        d->last =
            h1_body_step(&d->body, in + at, len - at, &used, &data, &d->error);
        FUZZ_CHECK(used <= len - at);
        if (d->last == H1_BODY_DATA) {
            FUZZ_CHECK(data.len > 0 && data.len <= used);
            FUZZ_CHECK(data.p + data.len == in + at + used);
            memcpy(d->data + d->data_len, data.p, data.len);
            d->data_len += data.len;
        }
        FUZZ_CHECK(d->last != H1_BODY_MORE || at + used == len);
        at += used;
    } while (d->last == H1_BODY_DATA);
    return at;
}

static void decode(decoded_t *d, const uint8_t *options, const char *text,
                   size_t len, uint8_t seed)
{
    size_t cap = options[2];

    memset(d, 0, sizeof(*d));
    d->data = malloc(len);
    d->trailer = malloc(cap);
    h1_body_init(&d->body, (h1_body_kind_e)(options[0] % 4), options[1],
                 d->trailer, cap);
    do {
        size_t n = fuzz_piece(seed, d->consumed, len - d->consumed);
        char *piece = fuzz_copy(text + d->consumed, n);

        d->consumed += decode_piece(d, piece, n);
        free(piece);
    } while (d->last == H1_BODY_MORE && d->consumed < len);
    decode_piece(d, "", 0); /* where a length ends with the input */
}

static void check_sane(const decoded_t *d, size_t len)
{
    FUZZ_CHECK(d->data_len <= d->consumed && d->consumed <= len);
    FUZZ_CHECK(d->body.received == (int64_t)d->data_len);
    FUZZ_CHECK(d->body.trailer_len <= d->body.trailer_cap);
    FUZZ_CHECK(h1_body_at_end(&d->body) == (d->last == H1_BODY_END));
}

static void check_same(const decoded_t *a, const decoded_t *b)
{
    FUZZ_CHECK(a->last == b->last);
    FUZZ_CHECK(a->last != H1_BODY_ERROR || a->error == b->error);
    FUZZ_CHECK(a->last == H1_BODY_ERROR || a->consumed == b->consumed);
    FUZZ_CHECK(a->data_len == b->data_len);
    FUZZ_CHECK(memcmp(a->data, b->data, a->data_len) == 0);
    FUZZ_CHECK(a->last == H1_BODY_ERROR
               || a->body.trailer_len == b->body.trailer_len);
    FUZZ_CHECK(a->last != H1_BODY_END
               || memcmp(a->trailer, b->trailer, a->body.trailer_len) == 0);
}

/* As one chunk with the same trailers: that has to read the same. */
static void check_coded_again(const decoded_t *d, const uint8_t *options)
{
    size_t cap = d->data_len + d->body.trailer_len + 64, pos = 0;
    char *coded = malloc(cap);
    h1_field_t field;
    h1_writer_t w;
    decoded_t again;
    size_t n = 0;

    if (d->data_len) {
        n = h1_chunk_head(coded, d->data_len);
        memcpy(coded + n, d->data, d->data_len);
        n += d->data_len;
        memcpy(coded + n, "\r\n", 2);
        n += 2;
    }
    n += h1_chunk_head(coded + n, 0);
    memcpy(coded + n, d->trailer, d->body.trailer_len);
    n += d->body.trailer_len;
    h1_writer_init(&w, coded + n, cap - n);
    FUZZ_CHECK(h1_write_head_end(&w) == H1_WRITE_OK);
    n += w.len;
    decode(&again, options, coded, n, options[3]);
    FUZZ_CHECK(again.last == H1_BODY_END && again.consumed == n);
    FUZZ_CHECK(again.data_len == d->data_len);
    FUZZ_CHECK(memcmp(again.data, d->data, d->data_len) == 0);
    while (h1_body_trailer(&d->body, &pos, &field)) {
        FUZZ_CHECK(h1_may_be_trailer(field.name));
    }
    FUZZ_CHECK(pos == d->body.trailer_len);
    free(again.data);
    free(again.trailer);
    free(coded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *options = data;
    const char *text = (const char *)data + 4;
    static const uint8_t all_at_once = 255, byte_by_byte = 0;
    decoded_t d[3];
    size_t i;

    if (size < 5) {
        return 0;
    }
    decode(&d[0], options, text, size - 4, all_at_once);
    decode(&d[1], options, text, size - 4, options[3]);
    decode(&d[2], options, text, size - 4, byte_by_byte);
    check_sane(&d[0], size - 4);
    check_same(&d[0], &d[1]);
    check_same(&d[0], &d[2]);
    if (d[0].last == H1_BODY_END && d[0].body.kind == H1_BODY_CHUNKED) {
        check_coded_again(&d[0], options);
    }
    for (i = 0; i < 3; i++) {
        free(d[i].data);
        free(d[i].trailer);
    }
    return 0;
}
