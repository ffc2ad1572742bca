/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_h1_response.c: response heads.  Byte 0: number of fields allowed, byte
 * 1: limit of the head, byte 2: how the bytes are cut, byte 3: was it a HEAD.
 * Promises: one piece or many give the same outcome, also in a buffer that
 * moves; what was accepted can be written again and reads the same. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_framing.c"
#include "http1/h1_request.c"

#define MAX_FIELDS 16

typedef struct {
    h1_response_parser_t parser;
    h1_field_t fields[MAX_FIELDS];
    h1_result_e result;
    size_t head_len;
    char *buf; /* slices point here */
} parsed_t;

static void parse(parsed_t *p, const uint8_t *options, const char *text,
                  size_t len, uint8_t seed)
{
    size_t got = 0;

    memset(p, 0, sizeof(*p));
    h1_response_init(&p->parser, p->fields, options[0] % (MAX_FIELDS + 1),
                     1 + 4 * (size_t)options[1]);
    do {
        char *old = p->buf;

        got += fuzz_piece(seed, got, len - got);
        p->buf = fuzz_copy(text, got);
        free(old);
        p->result = h1_response_parse(&p->parser, p->buf, got, &p->head_len);
    } while (p->result == H1_PARTIAL && got < len);
}

static void check_same_slice(const parsed_t *a, slice_t x, const parsed_t *b,
                             slice_t y)
{
    FUZZ_CHECK(x.p - a->buf == y.p - b->buf && x.len == y.len);
    FUZZ_CHECK(slice_eq(x, y));
}

static void check_same(const parsed_t *a, const parsed_t *b)
{
    const h1_response_t *x = &a->parser.response, *y = &b->parser.response;
    size_t i;

    FUZZ_CHECK(a->result == b->result);
    if (a->result != H1_DONE) {
        return;
    }
    FUZZ_CHECK(a->head_len == b->head_len);
    FUZZ_CHECK(x->status == y->status && x->minor == y->minor);
    FUZZ_CHECK(x->field_count == y->field_count);
    check_same_slice(a, x->reason, b, y->reason);
    for (i = 0; i < x->field_count; i++) {
        check_same_slice(a, x->fields[i].name, b, y->fields[i].name);
        check_same_slice(a, x->fields[i].value, b, y->fields[i].value);
    }
}

static void check_framing(const parsed_t *p, int is_head)
{
    h1_framing_t f = h1_framing_decide(is_head, &p->parser.response);

    FUZZ_CHECK(f.length >= -1);
    FUZZ_CHECK(f.result == H1_DONE || !f.keep_alive);
    FUZZ_CHECK(f.result != H1_DONE || f.kind != H1_BODY_LENGTH
               || f.length >= 0);
    FUZZ_CHECK(f.result != H1_DONE || !is_head || f.kind == H1_BODY_NONE);
}

static void check_written_again(const parsed_t *p)
{
    const h1_response_t *r = &p->parser.response;
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t again;
    char buf[4096];
    h1_writer_t w;
    size_t i, head_len;

    h1_writer_init(&w, buf, sizeof(buf));
    memcpy(buf, "HTTP/1.1 200\r\n", 14);
    w.len = 14;
    for (i = 0; i < r->field_count; i++) {
        h1_write_field(&w, r->fields[i].name, r->fields[i].value);
    }
    FUZZ_CHECK(h1_write_head_end(&w) == H1_WRITE_OK);
    h1_response_init(&again, fields, MAX_FIELDS, sizeof(buf));
    FUZZ_CHECK(h1_response_parse(&again, buf, w.len, &head_len) == H1_DONE);
    FUZZ_CHECK(head_len == w.len);
    FUZZ_CHECK(again.response.field_count == r->field_count);
    for (i = 0; i < r->field_count; i++) {
        FUZZ_CHECK(slice_eq(fields[i].name, r->fields[i].name));
        FUZZ_CHECK(slice_eq(fields[i].value, r->fields[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *options = data;
    const char *text = (const char *)data + 4;
    parsed_t whole, cut, bytes;

    if (size < 5) {
        return 0;
    }
    parse(&whole, options, text, size - 4, 255);
    parse(&cut, options, text, size - 4, options[2]);
    parse(&bytes, options, text, size - 4, 0);
    check_same(&whole, &cut);
    check_same(&whole, &bytes);
    if (whole.result == H1_DONE) {
        check_framing(&whole, options[3] & 1);
        check_written_again(&whole);
    }
    free(whole.buf);
    free(cut.buf);
    free(bytes.buf);
    return 0;
}
