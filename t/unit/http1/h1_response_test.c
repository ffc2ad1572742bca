/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_response_test.c: the response head parser.  Each case is parsed at once,
 * cut in two at every byte and byte by byte, always with the bytes at a guard
 * page, in a buffer that moves; the outcome has to be the same. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "http1/h1_response.c"

#define MAX_HEAD 256
#define MAX_FIELDS 4

#define IN(text)                 \
    {                            \
        (text), sizeof(text) - 1 \
    }

typedef struct {
    const char *name;
    slice_t input;
    const char *expect; /* "minor status [reason] {name=value}... length", or
                         * the name of the result */
} head_case_t;

#define OK "HTTP/1.1 200 OK\r\n"

static const head_case_t cases[] = {
    /* the status line */
    { "9112 4: status line alone", IN(OK "\r\n"), "1 200 [OK] 19" },
    { "9112 4: reason of several words",
      IN("HTTP/1.1 404 Not Found Here\r\n\r\n"), "1 404 [Not Found Here] 31" },
    { "9112 4: empty reason", IN("HTTP/1.1 200 \r\n\r\n"), "1 200 [] 17" },
    { "9112 4: no SP before the absent reason", IN("HTTP/1.1 200\r\n\r\n"),
      "1 200 [] 16" },
    { "9112 4: reason with obs-text and HTAB",
      IN("HTTP/1.1 200 d\xe9j\xe0\tvu\r\n\r\n"), "1 200 [d\xe9j\xe0\tvu] 24" },
    { "9112 2.3: HTTP/1.0", IN("HTTP/1.0 200 OK\r\n\r\n"), "0 200 [OK] 19" },
    { "9112 2.3: a later minor version", IN("HTTP/1.9 200 OK\r\n\r\n"),
      "9 200 [OK] 19" },
    { "9112 2.3: minor version of two digits", IN("HTTP/1.10 200 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 2.3: minor version not a digit", IN("HTTP/1.x 200 OK\r\n\r\n"),
      "H1_BAD_VERSION" },
    { "9112 2.3: no minor version", IN("HTTP/1.\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.3: HTTP/2.0", IN("HTTP/2.0 200 OK\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.3: HTTP/0.9", IN("HTTP/0.9 200 OK\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.3: version in lower case", IN("http/1.1 200 OK\r\n\r\n"),
      "H1_BAD_VERSION" },
    { "9112 2.3: version cut short", IN("HTTP/1\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.3: ICY", IN("ICY 200 OK\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.3: a document without a head", IN("<html>no head</html>"),
      "H1_BAD_VERSION" },
    { "9112 2.3: a TLS alert", IN("\x15\x03\x03\x00\x02\x02\x28"),
      "H1_BAD_VERSION" },
    { "9112 2.3: a NUL first", IN("\0HTTP/1.1 200 OK\r\n\r\n"),
      "H1_BAD_VERSION" },
    { "9112 2.2: empty line before the status line",
      IN("\r\nHTTP/1.1 200 OK\r\n\r\n"), "H1_BAD_VERSION" },
    { "9112 2.2: SP before the status line", IN(" HTTP/1.1 200 OK\r\n\r\n"),
      "H1_BAD_VERSION" },
    { "9112 4: status 100", IN("HTTP/1.1 100 Continue\r\n\r\n"),
      "1 100 [Continue] 25" },
    { "9112 4: status 599", IN("HTTP/1.1 599 x\r\n\r\n"), "1 599 [x] 18" },
    { "9112 4: status 000", IN("HTTP/1.1 000 x\r\n\r\n"), "H1_BAD_STATUS" },
    { "9112 4: status 099", IN("HTTP/1.1 099 x\r\n\r\n"), "H1_BAD_STATUS" },
    { "9112 4: status 600", IN("HTTP/1.1 600 x\r\n\r\n"), "H1_BAD_STATUS" },
    { "9112 4: status 999", IN("HTTP/1.1 999 x\r\n\r\n"), "H1_BAD_STATUS" },
    { "9112 4: status of two digits", IN("HTTP/1.1 20 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: status of two digits, nothing behind", IN("HTTP/1.1 20\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: status of four digits", IN("HTTP/1.1 2000 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: status with a sign", IN("HTTP/1.1 +20 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: status with a letter", IN("HTTP/1.1 2o0 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: status runs into the reason", IN("HTTP/1.1 200OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: no status", IN("HTTP/1.1\r\n\r\n"), "H1_BAD_STATUS_LINE" },
    { "9112 4: SP and no status", IN("HTTP/1.1 \r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: two SP before the status", IN("HTTP/1.1  200 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: HTAB before the status", IN("HTTP/1.1\t200 OK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: HTAB behind the status", IN("HTTP/1.1 200\tOK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: NUL in the reason", IN("HTTP/1.1 200 O\0K\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 4: DEL in the reason", IN("HTTP/1.1 200 O\x7fK\r\n\r\n"),
      "H1_BAD_STATUS_LINE" },
    { "9112 2.2: bare CR in the reason", IN("HTTP/1.1 200 O\rK\r\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.2: bare CR in the status", IN("HTTP/1.1 2\r0 OK\r\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.2: bare LF ends the status line", IN("HTTP/1.1 200 OK\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.2: two CR before the LF", IN("HTTP/1.1 200 OK\r\r\n\r\n"),
      "H1_BAD_LINE_END" },

    /* field lines */
    { "9112 5: two fields", IN(OK "Server: x\r\nContent-Length: 5\r\n\r\n"),
      "1 200 [OK] {Server=x}{Content-Length=5} 49" },
    { "9112 5: the body stays out of it", IN(OK "A: b\r\n\r\nC: d\r\n\r\n"),
      "1 200 [OK] {A=b} 25" },
    { "9112 5.1: no OWS", IN(OK "A:b\r\n\r\n"), "1 200 [OK] {A=b} 24" },
    { "9112 5.1: much OWS", IN(OK "A: \t  b c \t \r\n\r\n"),
      "1 200 [OK] {A=b c} 33" },
    { "9112 5.1: empty value", IN(OK "A:\r\nB: \t\r\n\r\n"),
      "1 200 [OK] {A=}{B=} 29" },
    { "9112 5.1: colons in a value", IN(OK "A: b:c: d\r\n\r\n"),
      "1 200 [OK] {A=b:c: d} 30" },
    { "9110 5.5: obs-text in a value", IN(OK "A: \xff\x80\xc3\xa9\r\n\r\n"),
      "1 200 [OK] {A=\xff\x80\xc3\xa9} 28" },
    { "9110 5.5: HTAB in a long value",
      IN(OK "A: 0123456789\tabcdefghij\r\n\r\n"),
      "1 200 [OK] {A=0123456789\tabcdefghij} 45" },
    { "9110 5.6.2: every kind of tchar",
      IN(OK "!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n"),
      "1 200 [OK] {!#$%&'*+-.^_`|~09azAZ=b} 45" },
    { "9110 5.3: a name twice keeps both", IN(OK "A: 1\r\na: 2\r\n\r\n"),
      "1 200 [OK] {A=1}{a=2} 31" },
    { "9112 5.1: SP before the colon", IN(OK "Content-Length : 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9112 5.1: HTAB before the colon",
      IN(OK "Transfer-Encoding\t: chunked\r\n\r\n"), "H1_BAD_FIELD_NAME" },
    { "9112 5: SP in a name", IN(OK "Content Length: 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9112 5: empty name", IN(OK ": 5\r\n\r\n"), "H1_BAD_FIELD_NAME" },
    { "9112 5: empty name and value", IN(OK ":\r\n\r\n"), "H1_BAD_FIELD_NAME" },
    { "9112 5: no colon", IN(OK "Content-Length\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9112 5: a second status line", IN(OK "HTTP/1.1 200 OK\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9110 5.1: NUL in a name", IN(OK "Con\0tent: 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9110 5.1: obs-text in a name", IN(OK "Caf\xe9: 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9110 5.1: quote in a name", IN(OK "\"A\": 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9112 2.2: bare CR in a name", IN(OK "A\rB: 5\r\n\r\n"),
      "H1_BAD_FIELD_NAME" },
    { "9112 5.2: obs-fold with SP", IN(OK "A: b\r\n c\r\n\r\n"),
      "H1_OBS_FOLD" },
    { "9112 5.2: obs-fold with HTAB", IN(OK "A: b\r\n\tc\r\n\r\n"),
      "H1_OBS_FOLD" },
    { "9112 5.2: fold of nothing but blanks", IN(OK "A: b\r\n \r\n\r\n"),
      "H1_OBS_FOLD" },
    { "9112 2.2: blank before the first field",
      IN(OK " Content-Length: 5\r\n\r\n"), "H1_OBS_FOLD" },
    { "9110 5.5: NUL in a value", IN(OK "A: b\0c\r\n\r\n"),
      "H1_BAD_FIELD_VALUE" },
    { "9110 5.5: NUL alone is a value", IN(OK "A: \0\r\n\r\n"),
      "H1_BAD_FIELD_VALUE" },
    { "9110 5.5: ESC in a value", IN(OK "A: \x1b[0m\r\n\r\n"),
      "H1_BAD_FIELD_VALUE" },
    { "9110 5.5: DEL in a value", IN(OK "A: b\x7f\r\n\r\n"),
      "H1_BAD_FIELD_VALUE" },
    { "9110 5.5: vertical tab is no OWS", IN(OK "A: \vchunked\r\n\r\n"),
      "H1_BAD_FIELD_VALUE" },
    { "9110 5.5: NUL deep in a long value",
      IN(OK "A: 0123456789abcdefghijklmn\0o\r\n\r\n"), "H1_BAD_FIELD_VALUE" },
    { "9112 2.2: bare CR in a value", IN(OK "A: b\rc\r\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.2: bare CR hides a field",
      IN(OK "A: b\rContent-Length: 5\r\n\r\n"), "H1_BAD_LINE_END" },
    { "9112 2.2: bare LF ends a field", IN(OK "A: b\nC: d\r\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.2: two CR end a field", IN(OK "A: b\r\r\n\r\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.1: bare LF ends the head", IN(OK "A: b\r\n\n"),
      "H1_BAD_LINE_END" },
    { "9112 2.1: two LF end the head", IN(OK "A: b\n\n"), "H1_BAD_LINE_END" },
    { "9112 2.1: CR CR LF ends the head", IN(OK "A: b\r\n\r\r\n"),
      "H1_BAD_FIELD_NAME" },

    /* not all there */
    { "9112 8: nothing yet", IN(""), "H1_PARTIAL" },
    { "9112 8: part of the version", IN("HTTP/1"), "H1_PARTIAL" },
    { "9112 8: status line without its end", IN("HTTP/1.1 200 OK"),
      "H1_PARTIAL" },
    { "9112 8: status line without its LF", IN("HTTP/1.1 200 OK\r"),
      "H1_PARTIAL" },
    { "9112 8: fields without the empty line", IN(OK "A: b\r\n"),
      "H1_PARTIAL" },
    { "9112 8: the last LF is missing", IN(OK "A: b\r\n\r"), "H1_PARTIAL" },

    /* limits */
    { "9110 5.4: as many fields as allowed",
      IN(OK "A:1\r\nB:2\r\nC:3\r\nD:4\r\n\r\n"),
      "1 200 [OK] {A=1}{B=2}{C=3}{D=4} 39" },
    { "9110 5.4: a field too many",
      IN(OK "A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\n\r\n"), "H1_TOO_MANY_FIELDS" },
};

/* ---- parsing a case in pieces -------------------------------------------- */

typedef struct {
    guard_page_t memory[2]; /* in turn: the buffer moves with every call */
    int turn;
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t parser;
    h1_result_e result;
    size_t head_len;
} replay_t;

static void replay_open(replay_t *r, size_t max_head)
{
    memset(r, 0, sizeof(*r));
    guard_page_open(&r->memory[0], MAX_HEAD * 2);
    guard_page_open(&r->memory[1], MAX_HEAD * 2);
    h1_response_init(&r->parser, r->fields, MAX_FIELDS, max_head);
    r->result = H1_PARTIAL;
}

static void replay_close(replay_t *r)
{
    guard_page_close(&r->memory[0]);
    guard_page_close(&r->memory[1]);
}

/* The first len bytes have come, unless the parser said enough before. */
static void replay_feed(replay_t *r, slice_t input, size_t len)
{
    guard_page_t *old = &r->memory[r->turn];
    const char *buf;

    if (r->result != H1_PARTIAL) {
        return;
    }
    r->turn = !r->turn;
    buf = guard_page_put(&r->memory[r->turn], input.p, len);
    memset(old->start, '?', old->cap);
    r->result = h1_response_parse(&r->parser, buf, len, &r->head_len);
}

static const char *result_name(h1_result_e result)
{
    static const char *const result_names[] = {
#define X(id, text) #id,
        H1_RESULTS(X)
#undef X
    };

    return result_names[result];
}

static void replay_describe(const replay_t *r, unit_text_t *t)
{
    const h1_response_t *head = &r->parser.response;
    size_t i;

    t->len = 0;
    if (r->result != H1_DONE) {
        unit_text_add(t, "%s", result_name(r->result));
        return;
    }
    unit_text_add(t, "%d %d [%.*s] ", head->minor, head->status,
                  (int)head->reason.len, head->reason.p);
    for (i = 0; i < head->field_count; i++) {
        const h1_field_t *f = &head->fields[i];

        unit_text_add(t, "{%.*s=%.*s}%s", (int)f->name.len, f->name.p,
                      (int)f->value.len, f->value.p,
                      i + 1 == head->field_count ? " " : "");
    }
    unit_text_add(t, "%zu", r->head_len);
}

/* @param step bytes that come at a time, the first time first */
static void assert_replay(slice_t input, size_t first, size_t step,
                          size_t max_head, const char *expect)
{
    replay_t r;
    unit_text_t got;
    size_t at;

    replay_open(&r, max_head);
    for (at = first; at < input.len; at += step) {
        replay_feed(&r, input, at);
    }
    replay_feed(&r, input, input.len);
    replay_describe(&r, &got);
    assert_string_equal(got.text, expect);
    replay_close(&r);
}

static void assert_all_replays(slice_t input, size_t max_head,
                               const char *expect)
{
    size_t cut;

    assert_replay(input, input.len, 1, max_head, expect);
    assert_replay(input, 0, 1, max_head, expect);
    for (cut = 1; cut < input.len; cut++) {
        assert_replay(input, cut, input.len, max_head, expect);
    }
}

static void check_case(void **state)
{
    const head_case_t *c = *state;

    assert_all_replays(c->input, MAX_HEAD, c->expect);
}

/* ---- what a table does not say ------------------------------------------- */

/* With any limit, the outcome is the case's own if that needs no byte behind
 * the limit, else that the head is too large. */
static void check_head_limit(void **state)
{
    slice_t head = IN(OK "A: b\r\nC: d\r\n\r\n");
    size_t max;

    for (max = 1; max < head.len; max++) {
        assert_all_replays(head, max, "H1_HEAD_TOO_LARGE");
    }
    assert_all_replays(head, head.len, "1 200 [OK] {A=b}{C=d} 31");
    assert_all_replays(head, head.len + 1, "1 200 [OK] {A=b}{C=d} 31");
}

static void check_endless_lines(void **state)
{
    char text[MAX_HEAD * 2];
    slice_t input = { text, sizeof(text) };

    memset(text, 'a', sizeof(text));
    memcpy(text, OK, strlen(OK));
    assert_all_replays(input, MAX_HEAD, "H1_HEAD_TOO_LARGE");
    memcpy(text, OK "A: ", strlen(OK "A: "));
    assert_all_replays(input, MAX_HEAD, "H1_HEAD_TOO_LARGE");
    memset(text, 'a', sizeof(text));
    memcpy(text, "HTTP/1.1 200 ", 13);
    assert_all_replays(input, MAX_HEAD, "H1_HEAD_TOO_LARGE");
}

/* RFC 9110 section 15.2: interim responses, then the final one. */
static void check_reset_behind_interim(void **state)
{
    static const char stream[] =
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        "HTTP/1.0 200 OK\r\nA: b\r\n\r\n";
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t p;
    size_t head_len = 0;
    const char *at = stream;

    h1_response_init(&p, fields, MAX_FIELDS, MAX_HEAD);
    assert_int_equal(h1_response_parse(&p, at, sizeof(stream) - 1, &head_len),
                     H1_DONE);
    assert_int_equal(p.response.status, 103);
    at += head_len;
    h1_response_reset(&p);
    assert_int_equal(p.response.field_count, 0);
    assert_int_equal(h1_response_parse(&p, at, sizeof(stream) - 1 - head_len,
                                       &head_len),
                     H1_DONE);
    assert_int_equal(p.response.status, 200);
    assert_int_equal(p.response.minor, 0);
    assert_int_equal(p.response.field_count, 1);
    assert_int_equal(p.max_head, MAX_HEAD);
    assert_int_equal(head_len, 25);
}

/* An error stays one, whatever comes behind it. */
static void check_error_is_final(void **state)
{
    slice_t input = IN(OK "A : b\r\nC: d\r\n\r\n");
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t p;
    size_t head_len, len;

    h1_response_init(&p, fields, MAX_FIELDS, MAX_HEAD);
    for (len = sizeof(OK "A : b\r\n") - 1; len <= input.len; len++) {
        assert_int_equal(h1_response_parse(&p, input.p, len, &head_len),
                         H1_BAD_FIELD_NAME);
        assert_int_equal(p.response.field_count, 0);
    }
}

/* Each byte of a line is searched once: a head that comes byte by byte must
 * not be gone through again with each of them. */
static void check_resumes_in_line(void **state)
{
    slice_t input = IN(OK "A: 0123456789");
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t p;
    size_t head_len, len;

    h1_response_init(&p, fields, MAX_FIELDS, MAX_HEAD);
    for (len = 1; len <= input.len; len++) {
        assert_int_equal(h1_response_parse(&p, input.p, len, &head_len),
                         H1_PARTIAL);
        assert_int_equal(p.scanned + p.line_seen, len);
    }
}

static void check_field_by_name(void **state)
{
    slice_t input = IN(OK "A: 1\r\nAge: 2\r\nage: 3\r\n\r\n");
    h1_field_t fields[MAX_FIELDS];
    h1_response_parser_t p;
    size_t head_len;

    fields[3].name = SLICE_LIT("Left-Over");
    h1_response_init(&p, fields, MAX_FIELDS, MAX_HEAD);
    assert_int_equal(h1_response_parse(&p, input.p, input.len, &head_len),
                     H1_DONE);
    assert_ptr_equal(h1_response_field(&p.response, SLICE_LIT("AGE")),
                     &fields[1]);
    assert_null(h1_response_field(&p.response, SLICE_LIT("Ag")));
    assert_null(h1_response_field(&p.response, SLICE_LIT("Ages")));
    assert_null(h1_response_field(&p.response, SLICE_LIT("Left-Over")));
}

static void check_result_texts(void **state)
{
    int i;

    for (i = 0; i <= H1_BAD_TRAILER; i++) {
        assert_string_not_equal(h1_result_text((h1_result_e)i),
                                "unknown result");
    }
    assert_string_equal(h1_result_text(H1_DONE), "complete");
    assert_string_equal(h1_result_text((h1_result_e)i), "unknown result");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("9110 5.4: every limit of the head", check_head_limit, NULL);
    unit_add("9110 5.4: lines without end", check_endless_lines, NULL);
    unit_add("9110 15.2: interim and final response",
             check_reset_behind_interim, NULL);
    unit_add("9112 5: an error is final", check_error_is_final, NULL);
    unit_add("9112 5: resumes within a line", check_resumes_in_line, NULL);
    unit_add("9110 5.1: field by name", check_field_by_name, NULL);
    unit_add("every result has a text", check_result_texts, NULL);
    return unit_run("h1_response");
}
