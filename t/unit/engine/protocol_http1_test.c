/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* protocol_http1_test.c: HTTP/1.1 behind the protocol interface: heads and
 * framing written, responses read in one piece or many, what is still
 * expected, and that no byte is parsed twice.  The parsers themselves have
 * tests of their own. */
#include "unit.h"
#undef fail /* cmocka's; a name in the code as well */

#include <apr_general.h>

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_framing.c"
#include "http1/h1_body.c"
#include "http1/h1_request.c"
#include "engine/chunk.c"
#include "engine/protocol.c"
#include "engine/protocol_http1.c"

static apr_pool_t *pool;
static const protocol_t *const http1 = &protocol_http1;
static const protocol_limits_t limits = { .head = 8192,
                                          .fields = 100,
                                          .trailers = 256 };

/* ---- requests ---- */

typedef struct {
    const char *name;
    request_head_t request;
    const char *head;
} head_case_t;

static h1_field_t two_fields[] = {
    { { "Accept", 6 }, { "*/*", 3 } },
    { { "X-Forwarded-For", 15 }, { "::1", 3 } },
};

#define Q(word) .method = { word, sizeof(word) - 1 }, .target = { "/a?b", 4 }

static const head_case_t head_cases[] = {
    { "GET", { Q("GET") }, "GET /a?b HTTP/1.1\r\nHost: member:81\r\n\r\n" },
    { "host kept",
      { Q("GET"), .host = { "shop.example", 12 } },
      "GET /a?b HTTP/1.1\r\nHost: shop.example\r\n\r\n" },
    { "fields",
      { Q("GET"), .fields = two_fields, .field_count = 2 },
      "GET /a?b HTTP/1.1\r\nHost: member:81\r\nAccept: */*\r\n"
      "X-Forwarded-For: ::1\r\n\r\n" },
    { "length",
      { Q("PUT"), .body = BODY_LENGTH, .content_length = INT64_MAX },
      "PUT /a?b HTTP/1.1\r\nHost: member:81\r\n"
      "Content-Length: 9223372036854775807\r\n\r\n" },
    { "length 0",
      { Q("POST"), .body = BODY_LENGTH },
      "POST /a?b HTTP/1.1\r\nHost: member:81\r\nContent-Length: 0\r\n\r\n" },
    { "no length",
      { Q("POST"), .body = BODY_STREAM },
      "POST /a?b HTTP/1.1\r\nHost: member:81\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" },
    { "Expect",
      { Q("POST"), .body = BODY_STREAM, .expect_continue = 1 },
      "POST /a?b HTTP/1.1\r\nHost: member:81\r\n"
      "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n" },
    { "Expect without a body",
      { Q("GET"), .expect_continue = 1 },
      "GET /a?b HTTP/1.1\r\nHost: member:81\r\n\r\n" },
};

static void check_head(void **state)
{
    const head_case_t *row = *state;
    void *codec = http1->create(pool, &row->request, &limits);
    size_t len = strlen(row->head), cap;
    char buf[512];
    h1_writer_t w;

    for (cap = 0; cap <= len; cap++) {
        h1_writer_init(&w, buf, cap);
        assert_int_equal(http1->write_head(codec, SLICE_LIT("member:81"), &w),
                         cap == len ? H1_WRITE_OK : H1_WRITE_NO_ROOM);
    }
    assert_int_equal(w.len, len);
    assert_memory_equal(buf, row->head, len);
}

static void check_bad_head(void **state)
{
    const request_head_t request = { Q("GET"), .host = { "a\r\nb", 4 } };
    void *codec = http1->create(pool, &request, &limits);
    char buf[512];
    h1_writer_t w;

    h1_writer_init(&w, buf, sizeof(buf));
    assert_int_equal(http1->write_head(codec, SLICE_LIT("member"), &w),
                     H1_WRITE_BAD_BYTES);
}

typedef struct {
    const char *name;
    request_body_e body;
    const char *data;
    int last;
    const char *framed;
} frame_case_t;

static const frame_case_t frame_cases[] = {
    { "frame: length", BODY_LENGTH, "hello", 0, "hello" },
    { "frame: length, last", BODY_LENGTH, "hello", 1, "hello" },
    { "frame: chunk", BODY_STREAM, "hello, world!!!!", 0,
      "10\r\nhello, world!!!!\r\n" },
    { "frame: last chunk with data", BODY_STREAM, "a", 1,
      "1\r\na\r\n0\r\n\r\n" },
    { "frame: last chunk alone", BODY_STREAM, "", 1, "0\r\n\r\n" },
    { "frame: nothing is no last chunk", BODY_STREAM, "", 0, "" },
};

static void check_frame(void **state)
{
    const frame_case_t *row = *state;
    const request_head_t request = { Q("PUT"), .body = row->body };
    void *codec = http1->create(pool, &request, &limits);
    chunk_t *chunk = chunk_get(NULL, 1);

    chunk->begin = PROTOCOL_BODY_HEADROOM;
    chunk->end = chunk->begin + strlen(row->data);
    memcpy(chunk->data + chunk->begin, row->data, strlen(row->data));
    http1->frame_body(codec, chunk, row->last);
    assert_int_equal(chunk->end - chunk->begin, strlen(row->framed));
    assert_memory_equal(chunk->data + chunk->begin, row->framed,
                        strlen(row->framed));
    chunk_release(&chunk);
}

/* The room kept around the data is enough for the fullest chunk. */
static void check_frame_room(void **state)
{
    const request_head_t request = { Q("PUT"), .body = BODY_STREAM };
    void *codec = http1->create(pool, &request, &limits);
    chunk_t *chunk = chunk_get(NULL, CHUNK_LARGE);

    chunk->begin = PROTOCOL_BODY_HEADROOM;
    chunk->end = chunk->cap - PROTOCOL_BODY_TAILROOM;
    memset(chunk->data, 'x', chunk->cap);
    http1->frame_body(codec, chunk, 1);
    assert_in_range(chunk->end, chunk->cap - PROTOCOL_BODY_TAILROOM,
                    chunk->cap);
    assert_in_range(chunk->begin, 0, PROTOCOL_BODY_HEADROOM);
    chunk_release(&chunk);
}

/* ---- responses ---- */

/* All that a codec says of some bytes, as text. */
typedef struct {
    void *codec;
    chunk_t *chunk;
    unit_text_t said;
} reader_t;

static void reader_open(reader_t *r, const request_head_t *request)
{
    r->codec = http1->create(pool, request, &limits);
    r->chunk = chunk_get(NULL, CHUNK_LARGE);
    r->said.len = 0;
    r->said.text[0] = '\0';
}

static void say_head(reader_t *r, const protocol_output_t *out)
{
    const h1_response_t *p = out->response;

    unit_text_add(&r->said, "<%d", p->status);
    if (p->field_count) {
        const h1_field_t *f = &p->fields[p->field_count - 1];
        unit_text_add(&r->said, " %zu, last %.*s", p->field_count,
                      (int)f->name.len, f->name.p);
    }
    unit_text_add(&r->said, ">");
}

static void say_end(reader_t *r, const protocol_output_t *out)
{
    h1_field_t field;
    size_t pos = 0;

    while (http1->trailer(r->codec, &pos, &field)) {
        unit_text_add(&r->said, "[%.*s=%.*s]", (int)field.name.len,
                      field.name.p, (int)field.value.len, field.value.p);
    }
    unit_text_add(&r->said, out->keep_alive ? "." : "!");
}

/* @return the last event: MORE, END or ERROR */
static protocol_event_e reader_read(reader_t *r)
{
    for (;;) {
        protocol_output_t out = { 0 };
        protocol_event_e event = http1->read(r->codec, r->chunk, &out);

        assert_true(r->chunk->begin <= r->chunk->end);
        switch (event) {
        case PROTOCOL_INTERIM:
        case PROTOCOL_HEAD:
            say_head(r, &out);
            break;
        case PROTOCOL_DATA:
            assert_true(out.data.len > 0);
            unit_text_add(&r->said, "%.*s", (int)out.data.len, out.data.p);
            break;
        case PROTOCOL_END:
            say_end(r, &out);
            return event;
        case PROTOCOL_ERROR:
            unit_text_add(&r->said, "error: %s", out.error);
            return event;
        case PROTOCOL_MORE:
            return event;
        }
    }
}

/* New bytes; every time at another place, as a reallocation may do. */
static protocol_event_e reader_feed(reader_t *r, const char *bytes, size_t len)
{
    size_t held = r->chunk->end - r->chunk->begin;
    chunk_t *moved = chunk_get(NULL, CHUNK_LARGE);

    moved->begin = len % 7;
    moved->end = moved->begin + held + len;
    memcpy(moved->data + moved->begin, r->chunk->data + r->chunk->begin, held);
    memcpy(moved->data + moved->begin + held, bytes, len);
    memset(r->chunk->data, '?', r->chunk->cap);
    chunk_release(&r->chunk);
    r->chunk = moved;
    return reader_read(r);
}

static void reader_close(reader_t *r)
{
    protocol_output_t out = { 0 };

    if (http1->closed(r->codec, &out) == PROTOCOL_END) {
        say_end(r, &out);
    }
    else {
        unit_text_add(&r->said, "error: %s", out.error);
    }
}

typedef struct {
    const char *name;
    int is_head;
    const char *bytes;
    const char *said; /* "." kept alive, "!" not */
} read_case_t;

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static const read_case_t read_cases[] = {
    { "length", 0, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
      "<200 1, last Content-Length>abc." },
    { "length 0", 0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "<200 1, last Content-Length>." },
    { "chunked with trailers", 0,
      CHUNKED "2\r\nab\r\n1\r\nc\r\n0\r\nA: 1\r\nB: 2\r\n\r\n",
      "<200 1, last Transfer-Encoding>abc[A=1][B=2]." },
    { "until close", 0, "HTTP/1.1 200 OK\r\n\r\nabc", "<200>abc!" },
    { "close asked", 0,
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
      "<200 2, last Content-Length>a!" },
    { "HEAD", 1, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
      "<200 1, last Content-Length>." },
    { "HEAD, chunked", 1, CHUNKED, "<200 1, last Transfer-Encoding>." },
    { "204", 0, "HTTP/1.1 204 No Content\r\n\r\n", "<204>." },
    { "1xx before it", 0,
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 404 No\r\nX: y\r\nContent-Length: 1\r\n\r\n.",
      "<103 1, last Link><100><404 2, last Content-Length>.." },
    { "cut within the head", 0, "HTTP/1.1 200 OK\r\nX",
      "error: connection closed within the head" },
    { "cut within the body", 0,
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
      "<200 1, last Content-Length>aberror: connection closed within the "
      "body" },
    { "bad framing", 0,
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "error: differing Content-Length values" },
    { "bad head", 0, "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
      "error: malformed field name" },
    { "bad chunk", 0, CHUNKED "zz\r\n",
      "<200 1, last Transfer-Encoding>error: malformed chunk size" },
};

static void check_read(void **state)
{
    const read_case_t *row = *state;
    const request_head_t request = { Q("GET"), .is_head = row->is_head };
    size_t piece, len = strlen(row->bytes);
    reader_t r;

    for (piece = 1; piece <= len; piece++) {
        protocol_event_e event = PROTOCOL_MORE;
        size_t at = 0;

        reader_open(&r, &request);
        while (at < len && event == PROTOCOL_MORE) {
            size_t n = len - at < piece ? len - at : piece;
            event = reader_feed(&r, row->bytes + at, n);
            at += n;
        }
        if (event == PROTOCOL_MORE) {
            reader_close(&r);
        }
        assert_string_equal(r.said.text, row->said);
        chunk_release(&r.chunk);
    }
}

/* ---- many fields ---- */

static void feed_fields(reader_t *r, size_t n)
{
    size_t i;

    reader_feed(r, "HTTP/1.1 200 OK\r\n", 17);
    for (i = 0; i + 1 < n && !r->said.len; i++) {
        reader_feed(r, "A: b\r\n", 6);
    }
    if (!r->said.len) {
        reader_feed(r, "Content-Length: 1\r\n\r\nx", 22);
    }
}

/* More than there is room for at first, up to the limit, one too many. */
static void check_fields(void **state)
{
    const request_head_t request = { Q("GET") };
    size_t n;

    for (n = 60; n <= limits.fields + 1; n++) {
        char expected[64];
        reader_t r;

        reader_open(&r, &request);
        feed_fields(&r, n);
        snprintf(expected, sizeof(expected),
                 n <= limits.fields ? "<200 %zu, last Content-Length>x."
                                    : "error: more field lines than the limit",
                 n);
        assert_string_equal(r.said.text, expected);
        chunk_release(&r.chunk);
    }
}

static void check_few_fields(void **state)
{
    static const protocol_limits_t few = { .head = 8192, .fields = 2 };
    const request_head_t request = { Q("GET") };
    reader_t r;

    reader_open(&r, &request);
    r.codec = http1->create(pool, &request, &few);
    reader_feed(&r, "HTTP/1.1 204 No\r\nA: b\r\nC: d\r\n", 29);
    assert_string_equal(r.said.text, "");
    reader_feed(&r, "E: f\r\n", 6);
    assert_string_equal(r.said.text, "error: more field lines than the limit");
    chunk_release(&r.chunk);
}

/* ---- no byte twice ---- */

/* A head that comes byte by byte is gone on with, not begun again, whatever
 * its status. */
static void check_resumes(void **state)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n",
    };
    const request_head_t request = { Q("GET") };
    size_t i, k;

    for (k = 0; k < UNIT_COUNT(heads); k++) {
        size_t scanned = 0, len = strlen(heads[k]);
        reader_t r;

        reader_open(&r, &request);
        for (i = 0; i + 1 < len; i++) {
            const http1_t *h = r.codec;
            memcpy(r.chunk->data + r.chunk->end++, heads[k] + i, 1);
            assert_int_equal(reader_read(&r), PROTOCOL_MORE);
            assert_true(h->parser.scanned >= scanned);
            assert_int_equal(h->parser.scanned + h->parser.line_seen, i + 1);
            scanned = h->parser.scanned;
            r.said.len = 0;
            /* what was looked at may change without being seen */
            if (scanned > 10) {
                r.chunk->data[9] = 'x';
            }
        }
        chunk_release(&r.chunk);
    }
}

/* ---- what is to come ---- */

static void check_still_expected(void **state)
{
    const request_head_t request = { Q("GET") };
    reader_t r;

    reader_open(&r, &request);
    assert_int_equal(http1->expected(r.codec), 0);
    reader_feed(&r, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", 40);
    assert_int_equal(http1->expected(r.codec), 7);
    chunk_release(&r.chunk);
    reader_open(&r, &request);
    reader_feed(&r, CHUNKED "f\r\nab", strlen(CHUNKED) + 5);
    assert_int_equal(http1->expected(r.codec), 13);
    chunk_release(&r.chunk);
    reader_open(&r, &request);
    reader_feed(&r, "HTTP/1.1 200 OK\r\n\r\n", 19);
    assert_int_equal(http1->expected(r.codec), INT64_MAX);
    chunk_release(&r.chunk);
    reader_open(&r, &request);
    reader_feed(&r, "HTTP/1.1 204 OK\r\n\r\n", 19);
    assert_int_equal(http1->expected(r.codec), 0);
    chunk_release(&r.chunk);
}

static void check_find(void **state)
{
    assert_ptr_equal(protocol_find("http"), &protocol_http1);
    assert_int_equal(protocol_http1.default_port, 80);
    assert_null(protocol_find("HTTP"));
    assert_null(protocol_find("https"));
    assert_null(protocol_find(""));
}

int main(void)
{
    size_t i;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(head_cases); i++) {
        unit_add(head_cases[i].name, check_head, &head_cases[i]);
    }
    unit_add("a head that may not be sent", check_bad_head, NULL);
    for (i = 0; i < UNIT_COUNT(frame_cases); i++) {
        unit_add(frame_cases[i].name, check_frame, &frame_cases[i]);
    }
    unit_add("frame: room around the data", check_frame_room, NULL);
    for (i = 0; i < UNIT_COUNT(read_cases); i++) {
        unit_add(read_cases[i].name, check_read, &read_cases[i]);
    }
    unit_add("many fields", check_fields, NULL);
    unit_add("few fields", check_few_fields, NULL);
    unit_add("heads are not begun again", check_resumes, NULL);
    unit_add("what is expected", check_still_expected, NULL);
    unit_add("schemes", check_find, NULL);
    failed = unit_run("protocol_http1");
    apr_pool_destroy(pool);
    return failed;
}
