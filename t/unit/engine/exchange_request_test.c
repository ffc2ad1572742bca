/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_request_test.c: the request on its way to the member: framing,
 * partial writes, a body that comes in pieces, Expect, early responses, what
 * is kept to be sent again. */
#include "exchange_script.h"

#define POST_4 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
#define POST_TE "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
#define EXPECT "Expect: 100-continue\r\n\r\n"
#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"
#define NO_BODY "HTTP/1.1 204 No Content\r\n\r\n"
#define TOO_LARGE "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n"

/* ---- framing ---- */

static void check_length(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_sends(s, POST_4);
    script_source(s, "ab", SOURCE_DATA);
    script_wants_not(s, EXCHANGE_WANT_SOURCE);
    script_sends(s, "ab");
    script_source(s, "cd", SOURCE_DATA);
    script_sends(s, "cd");
    assert_int_equal(s->x->request_state, REQUEST_SENT);
    script_wants_not(s, EXCHANGE_WANT_SOURCE | EXCHANGE_WANT_WRITE);
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
    assert_int_equal(s->f.kept, 1);
    assert_int_equal(s->x->bytes_sent, 4);
}

/* What is at hand goes out with the head. */
static void check_one_write(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "abcd", SOURCE_END);
    script_sends(s, POST_4 "abcd");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

static void check_length_zero(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 0);

    script_connect(s);
    script_source(s, "", SOURCE_END);
    script_sends(s, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
    assert_int_equal(s->f.kept, 1);
}

static void check_chunked(void **state)
{
    script_t *s = script_begin("POST", BODY_STREAM, 0);

    script_connect(s);
    script_sends(s, POST_TE "\r\n");
    script_source(s, "hello, world", SOURCE_DATA);
    script_sends(s, "c\r\nhello, world\r\n");
    script_source(s, "!", SOURCE_END);
    script_sends(s, "1\r\n!\r\n0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
    assert_int_equal(s->f.kept, 1);
    assert_int_equal(s->x->bytes_sent, 13);
}

static void check_chunked_end_alone(void **state)
{
    script_t *s = script_begin("POST", BODY_STREAM, 0);

    script_connect(s);
    script_sends(s, POST_TE "\r\n");
    script_source(s, "x", SOURCE_DATA);
    script_sends(s, "1\r\nx\r\n");
    script_source(s, "", SOURCE_END);
    script_sends(s, "0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

static void check_chunked_empty(void **state)
{
    script_t *s = script_begin("POST", BODY_STREAM, 0);

    script_connect(s);
    script_source(s, "", SOURCE_END);
    script_sends(s, POST_TE "\r\n0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

/* ---- partial writes ---- */

typedef struct {
    const char *name;
    request_body_e body;
    const char *wire;
} whole_t;

static const whole_t wholes[] = {
    { "partial writes, length", BODY_LENGTH,
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabcdef" },
    { "partial writes, chunked", BODY_STREAM,
      POST_TE "\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n" },
};

/* However many bytes the member takes at a time, the same arrive. */
static void check_partial_writes(void **state)
{
    const whole_t *whole = *state;
    size_t max;

    for (max = 1; max <= strlen(whole->wire); max++) {
        script_t *s = script_begin("POST", whole->body, 6);
        const char *pieces[] = { "def", "abc" };
        int left = 2;

        script_connect(s);
        while (s->x->request_state != REQUEST_SENT) {
            if (left && (exchange_want(s->x) & EXCHANGE_WANT_SOURCE)) {
                left--;
                script_source(s, pieces[left], left ? SOURCE_DATA : SOURCE_END);
            }
            script_writes(s, max);
        }
        script_wire(s, whole->wire);
        script_read(s, NO_BODY);
        script_end(s, OUTCOME_OK, 0, "<204 a>");
    }
}

/* ---- the client's side ---- */

static void check_again(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "", SOURCE_AGAIN);
    script_wants_not(s, EXCHANGE_WANT_SOURCE);
    script_sends(s, POST_4);
    script_wants_not(s, EXCHANGE_WANT_SOURCE | EXCHANGE_WANT_WRITE);
    exchange_on_source_ready(s->x);
    script_source(s, "ab", SOURCE_AGAIN); /* some, and then none */
    script_sends(s, "ab");
    script_wants_not(s, EXCHANGE_WANT_SOURCE);
    exchange_on_source_ready(s->x);
    script_source(s, "cd", SOURCE_END);
    script_sends(s, "cd");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

static void check_bad(void **state)
{
    script_t *s = script_begin("POST", BODY_STREAM, 0);

    script_connect(s);
    script_sends(s, POST_TE "\r\n");
    script_source(s, "", SOURCE_BAD);
    script_end(s, OUTCOME_BAD_REQUEST, 400, "");
    assert_int_equal(s->f.closed, 1);
    assert_int_equal(member_paused(s->f.member, s->f.now), 0);
}

static void check_gone(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "ab", SOURCE_DATA);
    script_sends(s, POST_4 "ab");
    script_source(s, "", SOURCE_GONE);
    script_end(s, OUTCOME_CLIENT_GONE, 0, "");
    assert_int_equal(s->f.closed, 1);
}

static void check_unreadable(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "", SOURCE_FAILED);
    script_end(s, OUTCOME_REFUSED, 500, "");
}

/* A body that ends before its length must not leave a connection behind on
 * which the member takes the next request for the rest. */
static void check_short(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_sends(s, POST_4);
    script_source(s, "ab", SOURCE_DATA);
    script_sends(s, "ab");
    script_source(s, "", SOURCE_END);
    script_end(s, OUTCOME_BAD_REQUEST, 400, "");
    assert_int_equal(s->f.kept, 0);
}

static void check_short_with_data(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "ab", SOURCE_END);
    script_end(s, OUTCOME_BAD_REQUEST, 400, "");
}

static void check_too_long(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 0);

    script_connect(s);
    script_source(s, "a", SOURCE_DATA);
    script_end(s, OUTCOME_BAD_REQUEST, 400, "");
}

/* Nor can more bytes be read than the length says. */
static void check_room(void **state)
{
    static const int64_t lengths[] = { 1, 4, CHUNK_SMALL - 64, CHUNK_SMALL - 63,
                                       CHUNK_LARGE - 64 };
    size_t i, room;

    for (i = 0; i < UNIT_COUNT(lengths); i++) {
        script_t *s = script_begin("POST", BODY_LENGTH, lengths[i]);
        chunk_t *chunk;

        script_connect(s);
        chunk = exchange_body_room(s->x, &room);
        assert_in_range(chunk->cap, room + 64, CHUNK_LARGE);
        chunk_release(&chunk);
        assert_int_equal(room, lengths[i]);
    }
}

/* ---- early responses ---- */

static void check_early_response(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_source(s, "", SOURCE_AGAIN);
    script_sends(s, POST_4);
    script_read(s, TOO_LARGE "no");
    script_end(s, OUTCOME_OK, 0, "<413 a>no");
    assert_int_equal(s->f.kept, 0); /* the member waits for a body */
}

/* Both at once: the response begins first and the request ends first. */
static void check_both_ways(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_sends(s, POST_4);
    script_source(s, "ab", SOURCE_DATA);
    script_read(s, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nAB");
    script_sends(s, "ab");
    script_source(s, "cd", SOURCE_DATA);
    script_sends(s, "cd");
    script_read(s, "CD");
    script_end(s, OUTCOME_OK, 0, "<200 a>ABCD");
    assert_int_equal(s->f.kept, 1);
}

static void check_response_before_head_is_out(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect(s);
    script_writes(s, 5);
    script_read(s, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
    script_end(s, OUTCOME_OK, 0, "<400 a>");
    assert_int_equal(s->f.kept, 0);
}

/* The member stops reading but has answered. */
static void check_stopped(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_sends(s, POST_4);
    script_source(s, "ab", SOURCE_DATA);
    script_write_failed(s);
    assert_int_equal(s->x->conn->readable, 1);
    script_wants_not(s, EXCHANGE_WANT_SOURCE | EXCHANGE_WANT_WRITE);
    script_read(s, TOO_LARGE "no");
    script_end(s, OUTCOME_OK, 0, "<413 a>no");
    assert_int_equal(s->f.kept, 0);
}

static void check_stopped_silently(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    script_sends(s, POST_4);
    script_source(s, "ab", SOURCE_DATA);
    script_write_failed(s);
    script_closed(s, NULL);
    script_end(s, OUTCOME_RESET, 502, "");
}

/* ---- Expect: 100-continue ---- */

static script_t *begin_expecting(request_body_e body)
{
    script_t *s = script_begin("POST", body, 4);

    s->x->request.expect_continue = 1;
    script_connect(s);
    script_wants_not(s, EXCHANGE_WANT_SOURCE);
    return s;
}

static void check_expect_accepted(void **state)
{
    script_t *s = begin_expecting(BODY_STREAM);

    script_sends(s, POST_TE EXPECT);
    script_wants_not(s, EXCHANGE_WANT_SOURCE | EXCHANGE_WANT_WRITE);
    script_read(s, CONTINUE);
    script_source(s, "abcd", SOURCE_END);
    script_sends(s, "4\r\nabcd\r\n0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
    assert_int_equal(s->f.kept, 1);
}

static void check_expect_refused(void **state)
{
    script_t *s = begin_expecting(BODY_STREAM);

    script_sends(s, POST_TE EXPECT);
    script_read(s, TOO_LARGE "n");
    assert_int_equal(s->x->request_state, REQUEST_STOPPED);
    script_wants_not(s, EXCHANGE_WANT_SOURCE | EXCHANGE_WANT_WRITE);
    script_read(s, "o");
    script_end(s, OUTCOME_OK, 0, "<413 a>no");
    assert_int_equal(s->f.kept, 0);
    assert_int_equal(s->x->bytes_sent, 0);
}

static void check_expect_ignored(void **state)
{
    script_t *s = begin_expecting(BODY_STREAM);

    script_sends(s, POST_TE EXPECT);
    script_wait(s, apr_time_from_sec(1));
    script_source(s, "abcd", SOURCE_END);
    script_sends(s, "4\r\nabcd\r\n0\r\n\r\n");
    script_read(s, CONTINUE); /* late, and of no use any more */
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

static void check_expect_other_interim(void **state)
{
    script_t *s = begin_expecting(BODY_STREAM);

    script_sends(s, POST_TE EXPECT);
    script_read(s, "HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_int_equal(s->x->request_state, REQUEST_EXPECT);
    script_read(s, CONTINUE);
    script_source(s, "", SOURCE_END);
    script_sends(s, "0\r\n\r\n");
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<103><204 a>");
}

static void check_expect_without_body(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->request.expect_continue = 1;
    script_connect(s);
    script_sends(s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(s->x->request_state, REQUEST_SENT);
}

/* ---- what is held ---- */

/* A slow upload in tiny pieces holds little more than the bytes it sent. */
static void check_trickle(void **state)
{
    static const request_body_e kinds[] = { BODY_STREAM, BODY_LENGTH };
    size_t k;
    int i;

    for (k = 0; k < UNIT_COUNT(kinds); k++) {
        script_t *s = script_begin("PUT", kinds[k], 1 << 20);

        script_connect(s);
        for (i = 0; i < 20000; i++) {
            script_source(s, "x", SOURCE_DATA);
            script_writes(s, i % 3 ? SIZE_MAX : 1);
            if (s->x->body_next) {
                script_writes(s, SIZE_MAX);
            }
            if (s->wire_len > sizeof(s->wire) / 2) {
                s->wire_len = 0;
            }
            assert_in_range(fixture_held(&s->f), 0,
                            64 * 1024 + 2 * CHUNK_LARGE);
        }
    }
}

/* Beyond the replay limit only what is not yet sent is held. */
static void check_large_upload(void **state)
{
    static char piece[CHUNK_LARGE];
    script_t *s = script_begin("PUT", BODY_LENGTH, 1 << 20);
    int64_t left = 1 << 20;

    memset(piece, 'p', sizeof(piece) - 1);
    script_connect(s);
    script_writes(s, SIZE_MAX);
    while (left) {
        size_t n = left < 50000 ? (size_t)left : 50000;
        s->wire_len = 0;
        script_source(s, piece + sizeof(piece) - 1 - n, SOURCE_DATA);
        script_writes(s, 10);
        assert_in_range(fixture_held(&s->f), n, 64 * 1024 + CHUNK_LARGE);
        script_writes(s, SIZE_MAX);
        assert_int_equal(s->wire_len, n);
        left -= (int64_t)n;
    }
    assert_int_equal(s->x->body_replayable, 0);
    assert_null(s->x->body_out);
    script_read(s, NO_BODY);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
}

int main(void)
{
    size_t i;

    apr_initialize();
    unit_add("length", check_length, NULL);
    unit_add("head and body in one write", check_one_write, NULL);
    unit_add("length 0", check_length_zero, NULL);
    unit_add("chunked", check_chunked, NULL);
    unit_add("chunked, the end by itself", check_chunked_end_alone, NULL);
    unit_add("chunked, empty", check_chunked_empty, NULL);
    for (i = 0; i < UNIT_COUNT(wholes); i++) {
        unit_add(wholes[i].name, check_partial_writes, &wholes[i]);
    }
    unit_add("client has nothing yet", check_again, NULL);
    unit_add("client's body malformed", check_bad, NULL);
    unit_add("client gone", check_gone, NULL);
    unit_add("buffered body cannot be read", check_unreadable, NULL);
    unit_add("body shorter than its length", check_short, NULL);
    unit_add("body shorter, end with data", check_short_with_data, NULL);
    unit_add("body longer than its length", check_too_long, NULL);
    unit_add("no room beyond the length", check_room, NULL);
    unit_add("early response", check_early_response, NULL);
    unit_add("both ways at once", check_both_ways, NULL);
    unit_add("response before the head is out",
             check_response_before_head_is_out, NULL);
    unit_add("member stops, has answered", check_stopped, NULL);
    unit_add("member stops silently", check_stopped_silently, NULL);
    unit_add("Expect accepted", check_expect_accepted, NULL);
    unit_add("Expect refused", check_expect_refused, NULL);
    unit_add("Expect ignored (RFC 9110 10.1.1)", check_expect_ignored, NULL);
    unit_add("Expect and 103", check_expect_other_interim, NULL);
    unit_add("Expect without a body", check_expect_without_body, NULL);
    unit_add("upload in tiny pieces", check_trickle, NULL);
    unit_add("large upload", check_large_upload, NULL);
    return script_finish(unit_run("exchange_request"));
}
