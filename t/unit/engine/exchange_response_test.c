/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_response_test.c: the response on its way to the client: however its
 * bytes come, complete or cut short, 1xx, back-pressure, limits, and which
 * connections are kept. */
#include "exchange_script.h"

#define GET_HEAD "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define UNTIL "HTTP/1.1 200 OK\r\n\r\n"
#define HINTS "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"

static script_t *begin(const char *method)
{
    script_t *s = script_begin(method, BODY_NONE, 0);

    s->x->policy.retry.tries = 1;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    return s;
}

/* ---- complete responses ---- */

typedef struct {
    const char *name;
    const char *method;
    const char *bytes;
    const char *got;
    int closes; /* the member closes behind it */
    int kept;
    size_t behind; /* bytes that are not of it */
} whole_t;

static const whole_t wholes[] = {
    { "length", "GET", OK_HEAD "hello", "<200 a>hello", 0, 1 },
    { "length 0", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "<200 a>", 0, 1 },
    { "chunked", "GET", CHUNKED "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
      "<200 a>hello", 0, 1 },
    { "trailers", "GET", CHUNKED "5\r\nhello\r\n0\r\nA: 1\r\nB: 2\r\n\r\n",
      "<200 a>hello<A: 1><B: 2>", 0, 1 },
    { "until close", "GET", UNTIL "hello", "<200 a>hello", 1, 0 },
    { "until close, empty", "GET", UNTIL, "<200 a>", 1, 0 },
    { "HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "<200 a>hello", 0, 0 },
    { "Connection: close", "GET",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
      "<200 a>hi", 0, 0 },
    { "HEAD", "HEAD", OK_HEAD, "<200 a>", 0, 1 },
    { "204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", "<204 a>", 0, 1 },
    { "304 with a length", "GET",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "<304 a>", 0,
      1 },
    { "103 and 100 before it", "GET",
      HINTS "HTTP/1.1 100 Continue\r\n\r\n" HINTS OK_HEAD "hello",
      "<103><103><200 a>hello", 0, 1 },
    { "bytes behind it", "GET", OK_HEAD "helloHTTP/1.1 200 OK\r\n",
      "<200 a>hello", 0, 0, 17 },
    { "a second response behind it", "GET", OK_HEAD "hello" OK_HEAD,
      "<200 a>hello", 0, 0, sizeof(OK_HEAD) - 1 },
    { "5xx where nobody asks for another", "GET",
      "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", "<503 a>no", 0, 1 },
};

/* Cut in two at every byte.  What lies behind the end makes the connection
 * useless, if it was read. */
static void check_whole(void **state)
{
    const whole_t *whole = *state;
    const char *bytes = whole->bytes;
    size_t cut, len = strlen(bytes);

    for (cut = 0; cut < len; cut++) {
        script_t *s = begin(whole->method);

        if (cut) {
            script_read_bytes(s, bytes, cut);
        }
        if (!s->x->done) {
            script_read_bytes(s, bytes + cut, len - cut);
        }
        if (whole->closes) {
            assert_int_equal(s->x->done, 0);
            script_closed(s, NULL);
        }
        script_end(s, OUTCOME_OK, 0, whole->got);
        assert_int_equal(s->x->response_started, 1);
        assert_int_equal(s->f.kept,
                         whole->kept
                             || (whole->behind && cut == len - whole->behind));
    }
}

static void check_byte_by_byte(void **state)
{
    const whole_t *whole = *state;
    script_t *s = begin(whole->method);
    const char *byte;

    for (byte = whole->bytes; *byte && !s->x->done; byte++) {
        script_read_bytes(s, byte, 1);
    }
    if (whole->closes) {
        script_closed(s, NULL);
    }
    script_end(s, OUTCOME_OK, 0, whole->got);
}

/* ---- broken ones ---- */

typedef struct {
    const char *name;
    const char *bytes;
    const char *error; /* of the connection; NULL: a plain close, if needed */
    outcome_e outcome;
    const char *got;
} broken_t;

static const broken_t broken_cases[] = {
    { "nothing", "", NULL, OUTCOME_RESET, "" },
    { "nothing but a reset", "", "reset", OUTCOME_RESET, "" },
    { "half a head", "HTTP/1.1 200 OK\r\nX: ", NULL, OUTCOME_INVALID, "" },
    { "a 1xx alone", HINTS, NULL, OUTCOME_INVALID, "<103>" },
    { "no HTTP", "SSH-2.0-x\r\n", NULL, OUTCOME_INVALID, "" },
    { "both lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
      "Transfer-Encoding: chunked\r\n\r\n",
      NULL, OUTCOME_INVALID, "" },
    { "101", "HTTP/1.1 101 Switching Protocols\r\n\r\n", NULL, OUTCOME_INVALID,
      "" },
    { "length cut short", OK_HEAD "hell", NULL, OUTCOME_TRUNCATED,
      "<200 a>hell" },
    { "length cut to nothing", OK_HEAD, NULL, OUTCOME_TRUNCATED, "<200 a>" },
    { "chunked without its end", CHUNKED "5\r\nhello\r\n", NULL,
      OUTCOME_TRUNCATED, "<200 a>hello" },
    { "chunked without the last line", CHUNKED "5\r\nhello\r\n0\r\n", NULL,
      OUTCOME_TRUNCATED, "<200 a>hello" },
    { "malformed chunk", CHUNKED "5\r\nhello\r\nxyz\r\n", NULL,
      OUTCOME_TRUNCATED, "<200 a>hello" },
    { "forbidden trailer", CHUNKED "0\r\nContent-Length: 1\r\n\r\n", NULL,
      OUTCOME_TRUNCATED, "<200 a>" },
    { "until close, reset", UNTIL "hello", "reset", OUTCOME_TRUNCATED,
      "<200 a>hello" },
};

static void check_broken(void **state)
{
    const broken_t *row = *state;
    size_t cut, len = strlen(row->bytes);

    for (cut = 0; cut == 0 || cut < len; cut++) {
        script_t *s = begin("GET");

        if (cut) {
            script_read_bytes(s, row->bytes, cut);
        }
        if (len && !s->x->done) {
            script_read_bytes(s, row->bytes + cut, len - cut);
        }
        if (!s->x->done) {
            script_closed(s, row->error);
        }
        script_end(s, row->outcome, 502, row->got);
        assert_int_equal(s->x->response_started,
                         row->outcome == OUTCOME_TRUNCATED);
        assert_int_equal(s->f.kept, 0);
    }
}

/* ---- limits ---- */

static void check_interim_limit(void **state)
{
    int n, limit = fixture_policy.interim_limit;

    for (n = limit; n <= limit + 1; n++) {
        script_t *s = begin("GET");
        int i;

        for (i = 0; i < n; i++) {
            script_read(s, "HTTP/1.1 199 Wait\r\n\r\n");
        }
        if (n == limit) {
            script_read(s, OK_HEAD "hello");
            script_end(s, OUTCOME_OK, 0, "<199><199><199><199><200 a>hello");
        }
        else {
            script_end(s, OUTCOME_INVALID, 502, "<199><199><199><199>");
        }
    }
}

/* 100 counts too, though nobody is told of it. */
static void check_continue_flood(void **state)
{
    script_t *s = begin("GET");

    while (!s->x->done) {
        script_read(s, "HTTP/1.1 100 Continue\r\n\r\n");
        assert_in_range(s->x->interims, 1, fixture_policy.interim_limit + 1);
    }
    script_end(s, OUTCOME_INVALID, 502, "");
}

static void check_head_limit(void **state)
{
    script_t *s = begin("GET");
    size_t n = 0;

    script_read(s, "HTTP/1.1 200 OK\r\n");
    while (!s->x->done) {
        script_read(s, "X: 0123456789\r\n");
        n += 15;
        assert_in_range(n, 1, fixture_policy.limits.head + 15);
    }
    assert_true(n + 17 >= fixture_policy.limits.head - 15
                || n / 15 > fixture_policy.limits.fields);
    script_end(s, OUTCOME_INVALID, 502, "");
}

static void check_field_limit(void **state)
{
    size_t n, limit = fixture_policy.limits.fields;

    for (n = limit; n <= limit + 1; n++) {
        script_t *s = begin("GET");
        size_t i;

        script_read(s, "HTTP/1.1 204 No Content\r\n");
        for (i = 0; i < n; i++) {
            script_read(s, "A: b\r\n");
        }
        if (n == limit) {
            script_read(s, "\r\n");
            script_end(s, OUTCOME_OK, 0, "<204 a>");
        }
        else {
            script_end(s, OUTCOME_INVALID, 502, "");
        }
    }
}

static void check_trailer_limit(void **state)
{
    script_t *s = begin("GET");
    size_t n = 0;

    script_read(s, CHUNKED "0\r\n");
    while (!s->x->done) {
        script_read(s, "X: 0123456789\r\n");
        n += 15;
        assert_in_range(n, 1, fixture_policy.limits.trailers + 15);
    }
    assert_true(n + 15 > fixture_policy.limits.trailers);
    script_end(s, OUTCOME_TRUNCATED, 502, "<200 a>");
}

/* ---- the client takes no more for now ---- */

static void check_full_at_head(void **state)
{
    script_t *s = begin("GET");

    s->f.head_answer = SINK_FULL;
    script_read(s, OK_HEAD "hello");
    assert_string_equal(s->f.got, "<200 a>");
    script_wants_not(s, EXCHANGE_WANT_READ);
    script_sink_ready(s);
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
    assert_int_equal(s->f.kept, 1);
}

/* A piece at a time: nothing is given while the client is full. */
static void check_full_at_each_piece(void **state)
{
    script_t *s = begin("GET");

    s->f.body_answer = SINK_FULL;
    script_read(s, CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\nT: 1\r\n\r\n");
    assert_string_equal(s->f.got, "<200 a>he");
    assert_int_equal(s->x->input_pending, 1);
    script_sink_ready(s);
    assert_string_equal(s->f.got, "<200 a>hello");
    script_wants_not(s, EXCHANGE_WANT_READ);
    script_sink_ready(s);
    script_end(s, OUTCOME_OK, 0, "<200 a>hello<T: 1>");
}

static void check_full_at_flush(void **state)
{
    script_t *s = begin("GET");

    script_read(s, OK_HEAD "he");
    s->f.flush_answer = SINK_FULL;
    script_flush(s);
    script_wants(s, EXCHANGE_WANT_SINK);
    script_wants_not(s, EXCHANGE_WANT_READ);
    assert_int_equal(s->x->unflushed, 0);
    script_sink_ready(s);
    script_read(s, "llo");
    script_end(s, OUTCOME_OK, 0, "<200 a>he|llo");
}

/* The last byte fills the client: the end waits, and is not lost. */
static void check_full_at_last_byte(void **state)
{
    script_t *s = begin("GET");

    s->f.body_answer = SINK_FULL;
    script_read(s, OK_HEAD "hello");
    assert_int_equal(s->x->done, 0);
    script_sink_ready(s);
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
    assert_int_equal(s->f.kept, 1);
}

/* ---- the client is away, or cannot be given this ---- */

static void check_gone_at_head(void **state)
{
    script_t *s = begin("GET");

    s->f.head_answer = SINK_GONE;
    script_read(s, OK_HEAD "hello");
    script_end(s, OUTCOME_CLIENT_GONE, 0, "<200 a>");
}

static void check_gone_at_body(void **state)
{
    script_t *s = begin("GET");

    s->f.body_answer = SINK_GONE;
    script_read(s, CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
    script_end(s, OUTCOME_CLIENT_GONE, 0, "<200 a>he");
    assert_int_equal(s->f.kept, 0);
}

static void check_gone_at_flush(void **state)
{
    script_t *s = begin("GET");

    script_read(s, OK_HEAD "he");
    s->f.flush_answer = SINK_GONE;
    script_flush(s);
    script_end(s, OUTCOME_CLIENT_GONE, 0, "<200 a>he|");
}

static void check_head_refused(void **state)
{
    script_t *s = begin("GET");

    s->f.head_answer = SINK_REFUSED;
    script_read(s, OK_HEAD "hello");
    script_end(s, OUTCOME_INVALID, 502, "");
    assert_int_equal(s->x->response_started, 0);
    assert_int_equal(s->x->status, 0);
}

/* ---- chunks the client keeps ---- */

static chunk_t *kept_chunk;
static slice_t kept_data;

static sink_e keep_body(void *ctx, chunk_t *chunk, slice_t data)
{
    (void)ctx;
    if (!kept_chunk) {
        chunk_ref(chunk);
        kept_chunk = chunk;
        kept_data = data;
    }
    return SINK_OK;
}

/* Bytes in a chunk that the client has a reference to stay as they are. */
static void check_chunk_kept(void **state)
{
    script_t *s = begin("GET");
    sink_ops_t sink = *s->x->sink;

    sink.body = keep_body;
    s->x->sink = &sink;
    script_read(s, OK_HEAD "hel");
    assert_int_equal(kept_chunk->refs, 2);
    script_read(s, "lo");
    script_end(s, OUTCOME_OK, 0, "<200 a>");
    assert_int_equal(kept_chunk->refs, 1);
    assert_true(slice_eq(kept_data, SLICE_LIT("hel")));
    chunk_release(&kept_chunk);
}

static void add_wholes(void)
{
    static char names[UNIT_COUNT(wholes)][80];
    size_t i;

    for (i = 0; i < UNIT_COUNT(wholes); i++) {
        snprintf(names[i], sizeof(names[i]), "%s, byte by byte",
                 wholes[i].name);
        unit_add(wholes[i].name, check_whole, &wholes[i]);
        unit_add(names[i], check_byte_by_byte, &wholes[i]);
    }
}

int main(void)
{
    size_t i;

    apr_initialize();
    add_wholes();
    for (i = 0; i < UNIT_COUNT(broken_cases); i++) {
        unit_add(broken_cases[i].name, check_broken, &broken_cases[i]);
    }
    unit_add("1xx up to the limit", check_interim_limit, NULL);
    unit_add("flood of 100", check_continue_flood, NULL);
    unit_add("head limit", check_head_limit, NULL);
    unit_add("field limit", check_field_limit, NULL);
    unit_add("trailer limit", check_trailer_limit, NULL);
    unit_add("client full at the head", check_full_at_head, NULL);
    unit_add("client full at each piece", check_full_at_each_piece, NULL);
    unit_add("client full at a flush", check_full_at_flush, NULL);
    unit_add("client full at the last byte", check_full_at_last_byte, NULL);
    unit_add("client gone at the head", check_gone_at_head, NULL);
    unit_add("client gone within the body", check_gone_at_body, NULL);
    unit_add("client gone at a flush", check_gone_at_flush, NULL);
    unit_add("head that cannot be passed on", check_head_refused, NULL);
    unit_add("chunk kept by the client", check_chunk_kept, NULL);
    return script_finish(unit_run("exchange_response"));
}
