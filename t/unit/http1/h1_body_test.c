/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_body_test.c: the body decoder.  Each case is fed at once, cut in two at
 * every byte and byte by byte, each piece at a guard page; data, outcome, rest
 * and trailers have to be the same. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_body.c"

#define MAX_TRAILER 32

#define IN(text)                 \
    {                            \
        (text), sizeof(text) - 1 \
    }

typedef struct {
    const char *name;
    h1_body_kind_e kind;
    int64_t length;
    slice_t input;
    const char *expect; /* "data|outcome|rest{name=value}..."; the outcome is
                         * END, MORE or the name of the error, the rest is
                         * what END left over */
} body_case_t;

#define CHUNKED H1_BODY_CHUNKED, -1

#define X8(s) s s s s s s s s
#define X64(s) X8(s) X8(s) X8(s) X8(s) X8(s) X8(s) X8(s) X8(s)

static const body_case_t cases[] = {
    { "9112 6.3: no body", H1_BODY_NONE, -1, IN("HTTP"), "|END|HTTP" },
    { "9112 6.3: no body, no bytes", H1_BODY_NONE, -1, IN(""), "|END|" },
    { "9112 6.2: length", H1_BODY_LENGTH, 5, IN("hello"), "hello|END|" },
    { "9112 6.2: length and the next message", H1_BODY_LENGTH, 5,
      IN("helloHTTP"), "hello|END|HTTP" },
    { "9112 6.2: length 0", H1_BODY_LENGTH, 0, IN("HTTP"), "|END|HTTP" },
    { "9112 6.2: length cut short", H1_BODY_LENGTH, 6, IN("hello"),
      "hello|MORE|" },
    { "9112 6.2: the largest length", H1_BODY_LENGTH, INT64_MAX, IN("hello"),
      "hello|MORE|" },
    { "9112 6.3: until close", H1_BODY_UNTIL_CLOSE, -1, IN("0\r\n\r\n"),
      "0\r\n\r\n|MORE|" },

    { "9112 7.1: one chunk", CHUNKED, IN("5\r\nhello\r\n0\r\n\r\n"),
      "hello|END|" },
    { "9112 7.1: two chunks and the next message", CHUNKED,
      IN("5\r\nhello\r\n3\r\n, w\r\n0\r\n\r\nHTTP"), "hello, w|END|HTTP" },
    { "9112 7.1: nothing but the last chunk", CHUNKED, IN("0\r\n\r\nHTTP"),
      "|END|HTTP" },
    { "9112 7.1: data that looks like framing", CHUNKED,
      IN("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"), "\r\n0\r\n\r\n|END|" },
    { "9112 7.1: hexadecimal of both cases", CHUNKED,
      IN("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
      "01234567890123456789|END|" },
    { "9112 7.1: every digit", CHUNKED,
      IN("9\r\n012345678\r\nf\r\n0123456789abcde\r\nF\r\n0123456789abcde"
         "\r\n0\r\n\r\n"),
      "0123456780123456789abcde0123456789abcde|END|" },
    { "9112 7.1: size of two digits", CHUNKED,
      IN("1F\r\n0123456789012345678901234567890\r\n0\r\n\r\n"),
      "0123456789012345678901234567890|END|" },
    { "9112 7.1: zeros before the size", CHUNKED,
      IN("000000000000000000005\r\nhello\r\n0000\r\n\r\n"), "hello|END|" },
    { "9112 8: nothing yet", CHUNKED, IN(""), "|MORE|" },
    { "9112 8: cut in the size", CHUNKED, IN("5"), "|MORE|" },
    { "9112 8: cut in the data", CHUNKED, IN("5\r\nhel"), "hel|MORE|" },
    { "9112 8: cut behind the data", CHUNKED, IN("5\r\nhello"), "hello|MORE|" },
    { "9112 8: cut between chunks", CHUNKED, IN("5\r\nhello\r\n"),
      "hello|MORE|" },
    { "9112 8: cut behind the last chunk", CHUNKED, IN("5\r\nhello\r\n0\r\n"),
      "hello|MORE|" },
    { "9112 8: the last LF is missing", CHUNKED, IN("5\r\nhello\r\n0\r\n\r"),
      "hello|MORE|" },

    { "9112 7.1: empty size", CHUNKED, IN("\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: 0x size", CHUNKED, IN("0x5\r\nhello\r\n0\r\n\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: minus sign", CHUNKED, IN("-5\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: plus sign", CHUNKED, IN("+5\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: SP before the size", CHUNKED, IN(" 5\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: not a hexadecimal digit", CHUNKED, IN("g\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: letter behind the size", CHUNKED, IN("5h\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: digit behind blanks", CHUNKED, IN("5 0\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: underscore in the size", CHUNKED, IN("1_0\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: NUL behind the size", CHUNKED, IN("5\0\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: extension without a size", CHUNKED, IN(";a\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: bad size of the second chunk", CHUNKED,
      IN("5\r\nhello\r\nz\r\n"), "hello|H1_BAD_CHUNK_SIZE|" },
    { "9112 7.1: the largest size", CHUNKED, IN("7fffffffffffffff\r\nhello"),
      "hello|MORE|" },
    { "9112 7.1: one above the largest size", CHUNKED,
      IN("8000000000000000\r\n"), "|H1_CHUNK_TOO_LARGE|" },
    { "9112 7.1: sixteen f", CHUNKED, IN("ffffffffffffffff\r\n"),
      "|H1_CHUNK_TOO_LARGE|" },
    { "9112 7.1: wraps to 5 in 64 bits", CHUNKED,
      IN("10000000000000005\r\nhello"), "|H1_CHUNK_TOO_LARGE|" },
    { "9112 7.1: wraps to 5 in 32 bits", CHUNKED, IN("100000005\r\nhello"),
      "hello|MORE|" },

    { "9112 7.1.1: extensions are dropped", CHUNKED,
      IN("5;a=b;c=\"d;e\"\r\nhello\r\n0;last\r\n\r\n"), "hello|END|" },
    { "9112 7.1.1: BWS before the extension", CHUNKED,
      IN("5 \t; a = b\r\nhello\r\n0\r\n\r\n"), "hello|END|" },
    { "9112 7.1.1: blanks behind the size", CHUNKED,
      IN("5  \r\nhello\r\n0 \r\n\r\n"), "hello|END|" },
    { "9112 7.1.1: bare CR in an extension", CHUNKED,
      IN("5;a\rb\r\nhello\r\n0\r\n\r\n"), "|H1_BAD_LINE_END|" },
    { "9112 7.1.1: bare LF in an extension", CHUNKED,
      IN("5;a\nhello\r\n0\r\n\r\n"), "|H1_BAD_LINE_END|" },
    { "9112 7.1.1: bare LF in a quoted extension", CHUNKED,
      IN("5;a=\"\n\"\r\nhello\r\n"), "|H1_BAD_LINE_END|" },
    { "9112 7.1.1: NUL in an extension", CHUNKED, IN("5;a\0\r\nhello\r\n"),
      "|H1_BAD_CHUNK_SIZE|" },
    { "9112 2.2: bare LF behind the size", CHUNKED, IN("5\nhello\r\n"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: bare LF behind the last chunk", CHUNKED, IN("0\n\r\n"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: bare CR behind the size", CHUNKED, IN("5\rhello\r\n"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: LF alone", CHUNKED, IN("\nhello"), "|H1_BAD_LINE_END|" },
    { "9112 7.1: as long a chunk line as allowed", CHUNKED,
      IN("5;" X64("e") X64("e") X64("e") X8("eeee") X8("eee") "eeee\r\nhello"),
      "hello|MORE|" },
    { "9112 7.1: chunk line too long by a byte", CHUNKED,
      IN("5;" X64("e") X64("e") X64("e") X8("eeee") X8("eee") "eeeee\r\nhell"),
      "|H1_CHUNK_LINE_TOO_LONG|" },
    { "9112 7.1: zeros without end", CHUNKED,
      IN(X64("0") X64("0") X64("0") X64("0") "0"), "|H1_CHUNK_LINE_TOO_LONG|" },
    { "9112 7.1: blanks without end", CHUNKED,
      IN("1" X64(" ") X64(" ") X64(" ") X64(" ")), "|H1_CHUNK_LINE_TOO_LONG|" },
    { "9112 7.1: each chunk line has the whole limit", CHUNKED,
      IN("1;" X64("e") X64("e") "\r\nx\r\n1;" X64("e") X64("e") "\r\ny\r\n"),
      "xy|MORE|" },

    { "9112 7.1: data longer than the chunk", CHUNKED,
      IN("4\r\nhello\r\n0\r\n\r\n"), "hell|H1_BAD_CHUNK_END|" },
    { "9112 7.1: data shorter than the chunk", CHUNKED,
      IN("6\r\nhello\r\n0\r\n\r\n"), "hello\r|H1_BAD_CHUNK_END|" },
    { "9112 7.1: bare LF behind the data", CHUNKED, IN("5\r\nhello\n0\r\n\r\n"),
      "hello|H1_BAD_CHUNK_END|" },
    { "9112 7.1: bare CR behind the data", CHUNKED, IN("5\r\nhello\r0\r\n\r\n"),
      "hello|H1_BAD_CHUNK_END|" },

    { "9112 7.1.2: one trailer", CHUNKED, IN("0\r\nA: b\r\n\r\nHTTP"),
      "|END|HTTP{A=b}" },
    { "9112 7.1.2: two trailers", CHUNKED,
      IN("1\r\nx\r\n0\r\nA:\tb \r\nETag:\r\n\r\n"), "x|END|{A=b}{ETag=}" },
    { "9112 7.1.2: trailer section cut short", CHUNKED, IN("0\r\nA: b\r\n"),
      "|MORE|" },
    { "9112 7.1.2: as large a section as allowed", CHUNKED,
      IN("0\r\nA: 345678901234567890123456789\r\n\r\n"),
      "|END|{A=345678901234567890123456789}" },
    { "9112 7.1.2: section too large by a byte", CHUNKED,
      IN("0\r\nA: 3456789012345678901234567890\r\n\r\n"),
      "|H1_TRAILERS_TOO_LARGE|" },
    { "9112 7.1.2: section too large by a line", CHUNKED,
      IN("0\r\nA: 34567890123456789012345678\r\nB:\r\n\r\n"),
      "|H1_TRAILERS_TOO_LARGE|" },
    { "9112 7.1.2: trailers without end", CHUNKED,
      IN("0\r\n" X8("A: b\r\n") X8("A: b\r\n")), "|H1_TRAILERS_TOO_LARGE|" },
    { "9112 5.2: obs-fold in a trailer", CHUNKED, IN("0\r\nA: b\r\n c\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9112 5.1: SP before the colon of a trailer", CHUNKED,
      IN("0\r\nA : b\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9112 5: trailer with an empty name", CHUNKED, IN("0\r\n: b\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9112 5: trailer without a colon", CHUNKED, IN("0\r\nA\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9110 5.5: NUL in a trailer", CHUNKED, IN("0\r\nA: \0\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9112 2.2: bare CR in a trailer", CHUNKED, IN("0\r\nA: b\rc\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9112 2.2: bare LF ends a trailer", CHUNKED, IN("0\r\nA: b\n\r\n"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: bare LF ends the section", CHUNKED, IN("0\r\n\nHTTP"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: bare CR ends the section", CHUNKED, IN("0\r\n\rHTTP"),
      "|H1_BAD_LINE_END|" },
    { "9112 2.2: LF alone is a trailer line", CHUNKED, IN("0\r\nA: b\r\n\n"),
      "|H1_BAD_LINE_END|" },
    { "9112 7.1: request instead of the empty line", CHUNKED,
      IN("0\r\nGET / HTTP/1.1\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that frames", CHUNKED,
      IN("0\r\nContent-Length: 5\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that codes", CHUNKED,
      IN("0\r\ntransfer-encoding: x\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that routes", CHUNKED, IN("0\r\nHost: x\r\n\r\n"),
      "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that authenticates", CHUNKED,
      IN("0\r\nAUTHORIZATION: x\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that sets a cookie", CHUNKED,
      IN("0\r\nSet-Cookie: a=b\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer of the connection", CHUNKED,
      IN("0\r\nConnection: close\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: trailer that names a client", CHUNKED,
      IN("0\r\nX-Forwarded-For: 1\r\n\r\n"), "|H1_BAD_TRAILER|" },
    { "9110 6.5.1: the second trailer is refused", CHUNKED,
      IN("0\r\nA: b\r\nHost: x\r\n\r\n"), "|H1_BAD_TRAILER|" },
};

/* ---- feeding a case in pieces -------------------------------------------- */

typedef struct {
    h1_body_t body;
    guard_page_t input, trailer;
    unit_text_t data;
    h1_body_step_e last;
    h1_result_e error;
    size_t consumed; /* of the case's input */
} feeder_t;

static void feeder_open(feeder_t *f, const body_case_t *c)
{
    memset(f, 0, sizeof(*f));
    guard_page_open(&f->input, 1024);
    guard_page_open(&f->trailer, MAX_TRAILER);
    h1_body_init(&f->body, c->kind, c->length,
                 guard_page_room(&f->trailer, MAX_TRAILER), MAX_TRAILER);
    f->last = H1_BODY_MORE;
}

static void feeder_close(feeder_t *f)
{
    guard_page_close(&f->input);
    guard_page_close(&f->trailer);
}

/* One step, held against its contract. */
static size_t feeder_step(feeder_t *f, const char *in, size_t len)
{
    slice_t data = { NULL, 0 };
    size_t used = 12345;

    f->last = h1_body_step(&f->body, in, len, &used, &data, &f->error);
    if (f->last == H1_BODY_DATA) {
        assert_true(data.len > 0 && data.p >= in
                    && data.p + data.len == in + used);
        unit_text_add(&f->data, "%.*s", (int)data.len, data.p);
    }
    if (f->last == H1_BODY_MORE) {
        assert_int_equal(used, len);
    }
    assert_true(used <= len);
    assert_true(f->body.received == (int64_t)f->data.len);
    return used;
}

static void feeder_feed(feeder_t *f, const char *piece, size_t len)
{
    const char *in = guard_page_put(&f->input, piece, len);
    size_t at = 0;

    if (f->last != H1_BODY_MORE) {
        return;
    }
    do {
        at += feeder_step(f, in + at, len - at);
    } while (f->last == H1_BODY_DATA);
    f->consumed += at;
}

static const char *outcome(const feeder_t *f)
{
    static const char *const names[] = {
#define X(id, text) #id,
        H1_RESULTS(X)
#undef X
    };

    return f->last == H1_BODY_END    ? "END"
           : f->last == H1_BODY_MORE ? "MORE"
                                     : names[f->error];
}

static void feeder_describe(feeder_t *f, slice_t input, unit_text_t *t)
{
    h1_field_t field;
    size_t pos = 0;

    t->len = 0;
    unit_text_add(t, "%s|%s|", f->data.text, outcome(f));
    if (f->last == H1_BODY_END) {
        unit_text_add(t, "%.*s", (int)(input.len - f->consumed),
                      input.p + f->consumed);
    }
    while (h1_body_trailer(&f->body, &pos, &field)) {
        unit_text_add(t, "{%.*s=%.*s}", (int)field.name.len, field.name.p,
                      (int)field.value.len, field.value.p);
    }
}

/* The outcome stays: an error is repeated, the end takes no more bytes. */
static void assert_outcome_stays(feeder_t *f)
{
    h1_body_step_e last = f->last;
    h1_result_e error = f->error;

    if (last == H1_BODY_MORE) {
        return;
    }
    f->error = H1_DONE;
    assert_int_equal(feeder_step(f, "5\r\nhello", 8), 0);
    assert_int_equal(f->last, last);
    assert_int_equal(f->error, error);
}

/* @param first,step bytes of the first piece and of the others */
static void assert_feed(const body_case_t *c, size_t first, size_t step)
{
    feeder_t f;
    unit_text_t got;
    size_t at, n;

    feeder_open(&f, c);
    feeder_feed(&f, c->input.p, 0);
    for (at = 0, n = first; at < c->input.len; at += n, n = step) {
        n = n < c->input.len - at ? n : c->input.len - at;
        feeder_feed(&f, c->input.p + at, n);
    }
    feeder_feed(&f, c->input.p, 0); /* the end of a length shows here */
    feeder_describe(&f, c->input, &got);
    assert_string_equal(got.text, c->expect);
    assert_int_equal(h1_body_at_end(&f.body), f.last == H1_BODY_END);
    assert_int_equal(h1_body_close_is_end(&f.body),
                     f.last == H1_BODY_END || c->kind == H1_BODY_UNTIL_CLOSE);
    assert_outcome_stays(&f);
    feeder_close(&f);
}

static void check_case(void **state)
{
    const body_case_t *c = *state;
    size_t cut;

    assert_feed(c, c->input.len, 1);
    assert_feed(c, 1, 1);
    for (cut = 1; cut < c->input.len; cut++) {
        assert_feed(c, cut, c->input.len);
    }
}

/* ---- what a table does not say ------------------------------------------- */

static h1_body_step_e run(h1_body_t *b, const char *text, h1_result_e *error)
{
    size_t len = strlen(text), at = 0, used;
    h1_body_step_e step;
    slice_t data;

    do {
        step = h1_body_step(b, text + at, len - at, &used, &data, error);
        at += used;
    } while (step == H1_BODY_DATA);
    return step;
}

static void check_no_room_for_trailers(void **state)
{
    h1_body_t b;
    h1_result_e error = H1_DONE;
    h1_field_t field;
    size_t pos = 0;

    h1_body_init(&b, H1_BODY_CHUNKED, -1, NULL, 0);
    assert_int_equal(run(&b, "1\r\nx\r\n0\r\n\r\n", &error), H1_BODY_END);
    assert_false(h1_body_trailer(&b, &pos, &field));
    h1_body_init(&b, H1_BODY_CHUNKED, -1, NULL, 0);
    assert_int_equal(run(&b, "0\r\nA: b\r\n\r\n", &error), H1_BODY_ERROR);
    assert_int_equal(error, H1_TRAILERS_TOO_LARGE);
}

/* RFC 9112 section 8: a close before the end is a cut message. */
static void check_close(void **state)
{
    h1_result_e error;
    h1_body_t b;

    h1_body_init(&b, H1_BODY_LENGTH, 5, NULL, 0);
    assert_false(h1_body_close_is_end(&b));
    run(&b, "hell", &error);
    assert_false(h1_body_close_is_end(&b));
    run(&b, "o", &error);
    assert_true(h1_body_close_is_end(&b));

    h1_body_init(&b, H1_BODY_CHUNKED, -1, NULL, 0);
    run(&b, "1\r\nx\r\n0\r\n", &error);
    assert_false(h1_body_close_is_end(&b));
    run(&b, "\r\n", &error);
    assert_true(h1_body_close_is_end(&b));

    h1_body_init(&b, H1_BODY_UNTIL_CLOSE, -1, NULL, 0);
    assert_true(h1_body_close_is_end(&b));
    assert_false(h1_body_at_end(&b));
    h1_body_init(&b, H1_BODY_NONE, -1, NULL, 0);
    assert_true(h1_body_at_end(&b));
}

/* A failed body is not at its end, and a close does not make it so. */
static void check_failed_is_no_end(void **state)
{
    h1_result_e error;
    h1_body_t b;

    h1_body_init(&b, H1_BODY_CHUNKED, -1, NULL, 0);
    assert_int_equal(run(&b, "0\r\n\n", &error), H1_BODY_ERROR);
    assert_false(h1_body_at_end(&b));
    assert_false(h1_body_close_is_end(&b));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("9112 7.1.2: no room for trailers", check_no_room_for_trailers,
             NULL);
    unit_add("9112 8: the peer closes", check_close, NULL);
    unit_add("9112 8: a failed body has no end", check_failed_is_no_end, NULL);
    return unit_run("h1_body");
}
