/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_request_test.c: the writer, the last gate before the wire.  Each case is
 * written with every room from none to enough, the buffer at a guard page. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "http1/h1_request.c"

#define ROOM 256

#define IN(text)                 \
    {                            \
        (text), sizeof(text) - 1 \
    }

typedef struct {
    const char *name;
    slice_t method, target, field, value;
    const char *expect; /* the head, or NULL: refused */
} write_case_t;

#define GET IN("GET")
#define ROOT IN("/")
#define FIELD IN("A"), IN("b")

static const write_case_t cases[] = {
    { "9112 3: a request", IN("GET"), IN("/a?b=c"), IN("Host"), IN("x.y"),
      "GET /a?b=c HTTP/1.1\r\nHost: x.y\r\n\r\n" },
    { "9112 3.2.4: asterisk", IN("OPTIONS"), IN("*"), FIELD,
      "OPTIONS * HTTP/1.1\r\nA: b\r\n\r\n" },
    { "9112 3.2: bytes from 0x80 in the target", GET, IN("/\xc3\xa9"), FIELD,
      "GET /\xc3\xa9 HTTP/1.1\r\nA: b\r\n\r\n" },
    { "9112 5: empty value", GET, ROOT, IN("A"), IN(""),
      "GET / HTTP/1.1\r\nA: \r\n\r\n" },
    { "9112 5: empty value without a buffer",
      GET,
      ROOT,
      IN("A"),
      { NULL, 0 },
      "GET / HTTP/1.1\r\nA: \r\n\r\n" },
    { "9110 5.5: HTAB and obs-text in a value", GET, ROOT, IN("A"),
      IN("b\tc\xff"), "GET / HTTP/1.1\r\nA: b\tc\xff\r\n\r\n" },

    { "9112 3.1: empty method", IN(""), ROOT, FIELD, NULL },
    { "9112 3.1: SP in the method", IN("GET /x"), ROOT, FIELD, NULL },
    { "9112 3.1: CR LF in the method", IN("GET\r\n"), ROOT, FIELD, NULL },
    { "9112 3.1: NUL in the method", IN("G\0T"), ROOT, FIELD, NULL },
    { "9112 3.1: obs-text in the method", IN("G\xc9T"), ROOT, FIELD, NULL },
    { "9112 3.2: empty target", GET, IN(""), FIELD, NULL },
    { "9112 3.2: SP in the target", GET, IN("/a HTTP/1.1"), FIELD, NULL },
    { "9112 3.2: CR LF in the target", GET, IN("/a\r\nX: y"), FIELD, NULL },
    { "9112 3.2: LF in the target", GET, IN("/a\nX: y"), FIELD, NULL },
    { "9112 3.2: CR in the target", GET, IN("/a\r"), FIELD, NULL },
    { "9112 3.2: NUL in the target", GET, IN("/a\0"), FIELD, NULL },
    { "9112 3.2: HTAB in the target", GET, IN("/a\tb"), FIELD, NULL },
    { "9112 3.2: DEL in the target", GET, IN("/a\x7f"), FIELD, NULL },
    { "9112 5.1: empty name", GET, ROOT, IN(""), IN("b"), NULL },
    { "9112 5.1: SP behind the name", GET, ROOT, IN("A "), IN("b"), NULL },
    { "9112 5.1: colon in the name", GET, ROOT, IN("A:"), IN("b"), NULL },
    { "9112 5.1: CR LF in the name", GET, ROOT, IN("A\r\nB"), IN("b"), NULL },
    { "9112 5.1: NUL in the name", GET, ROOT, IN("A\0B"), IN("b"), NULL },
    { "9110 5.5: CR LF in the value", GET, ROOT, IN("A"), IN("b\r\nC: d"),
      NULL },
    { "9110 5.5: LF in the value", GET, ROOT, IN("A"), IN("b\nC: d"), NULL },
    { "9110 5.5: CR in the value", GET, ROOT, IN("A"), IN("b\r"), NULL },
    { "9110 5.5: NUL in the value", GET, ROOT, IN("A"), IN("b\0"), NULL },
    { "9110 5.5: LF deep in a long value", GET, ROOT, IN("A"),
      IN("0123456789abcdefghijklm\nn"), NULL },
};

typedef h1_write_e (*write_fn)(h1_writer_t *w, const write_case_t *c);

static h1_write_e write_whole(h1_writer_t *w, const write_case_t *c)
{
    h1_write_request_line(w, c->method, c->target);
    h1_write_field(w, c->field, c->value);
    return h1_write_head_end(w);
}

/* The value in parts of up to five bytes. */
static h1_write_e write_parts(h1_writer_t *w, const write_case_t *c)
{
    slice_t rest = c->value;

    h1_write_request_line(w, c->method, c->target);
    h1_write_field_begin(w, c->field);
    while (rest.len) {
        size_t n = rest.len < 5 ? rest.len : 5;

        h1_write_field_part(w, slice_make(rest.p, n));
        rest.p += n;
        rest.len -= n;
    }
    h1_write_field_end(w);
    return h1_write_head_end(w);
}

/* With any room: the head if it fits, no byte outside, the first failure. */
static void assert_written(const write_case_t *c, write_fn write)
{
    size_t need = c->expect ? strlen(c->expect) : ROOM;
    guard_page_t g;
    h1_writer_t w;
    size_t cap;

    guard_page_open(&g, ROOM);
    for (cap = 0; cap <= ROOM; cap++) {
        char *buf = guard_page_room(&g, cap);
        h1_write_e status;

        h1_writer_init(&w, buf, cap);
        status = write(&w, c);
        assert_int_equal(status, w.status);
        if (!c->expect) {
            assert_int_not_equal(status, H1_WRITE_OK);
        }
        else if (cap < need) {
            assert_int_equal(status, H1_WRITE_NO_ROOM);
        }
        else {
            assert_int_equal(status, H1_WRITE_OK);
            assert_int_equal(w.len, need);
            assert_memory_equal(buf, c->expect, need);
        }
        assert_true(w.len <= cap);
    }
    if (!c->expect) {
        assert_int_equal(w.status, H1_WRITE_BAD_BYTES);
    }
    guard_page_close(&g);
}

static void check_whole(void **state)
{
    assert_written(*state, write_whole);
}

static void check_parts(void **state)
{
    assert_written(*state, write_parts);
}

/* After a failure nothing is written any more, not even what would fit. */
static void check_failure_stays(void **state)
{
    char buf[64];
    h1_writer_t w;

    h1_writer_init(&w, buf, sizeof(buf));
    h1_write_field(&w, SLICE_LIT("A"), SLICE_LIT("b\n"));
    assert_int_equal(w.len, 0);
    h1_write_field(&w, SLICE_LIT("A"), SLICE_LIT("b"));
    h1_write_field_number(&w, SLICE_LIT("A"), 1);
    h1_write_field_begin(&w, SLICE_LIT("A"));
    h1_write_field_part(&w, SLICE_LIT("b"));
    h1_write_field_end(&w);
    assert_int_equal(w.len, 0);
    assert_int_equal(h1_write_head_end(&w), H1_WRITE_BAD_BYTES);

    h1_writer_init(&w, buf, 4);
    h1_write_field(&w, SLICE_LIT("A"), SLICE_LIT("b"));
    h1_write_field_end(&w);
    assert_int_equal(h1_write_head_end(&w), H1_WRITE_NO_ROOM);
    assert_int_equal(w.len, 0);
}

static void check_numbers(void **state)
{
    static const uint64_t numbers[] = { 0, 9, 10, 1234567890, UINT64_MAX };
    size_t i;

    for (i = 0; i < UNIT_COUNT(numbers); i++) {
        char buf[64], expect[64];
        h1_writer_t w;

        h1_writer_init(&w, buf, sizeof(buf) - 1);
        h1_write_field_number(&w, SLICE_LIT("Content-Length"), numbers[i]);
        assert_int_equal(w.status, H1_WRITE_OK);
        buf[w.len] = '\0';
        snprintf(expect, sizeof(expect), "Content-Length: %llu\r\n",
                 (unsigned long long)numbers[i]);
        assert_string_equal(buf, expect);
    }
}

static void check_chunk_heads(void **state)
{
    static const uint64_t sizes[] = { 0,          1,         9,
                                      10,         15,        16,
                                      255,        256,       0xabcdef,
                                      0x7fffffff, INT64_MAX, UINT64_MAX };
    guard_page_t g;
    size_t i;

    guard_page_open(&g, H1_CHUNK_HEAD_MAX);
    for (i = 0; i < UNIT_COUNT(sizes); i++) {
        char *out = guard_page_room(&g, H1_CHUNK_HEAD_MAX);
        char expect[H1_CHUNK_HEAD_MAX + 1];
        int len = snprintf(expect, sizeof(expect), "%llx\r\n",
                           (unsigned long long)sizes[i]);

        assert_int_equal(h1_chunk_head(out, sizes[i]), len);
        assert_memory_equal(out, expect, (size_t)len);
    }
    guard_page_close(&g);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_whole, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_parts, &cases[i]);
    }
    unit_add("a failure stays", check_failure_stays, NULL);
    unit_add("9110 8.6: numbers", check_numbers, NULL);
    unit_add("9112 7.1: chunk heads", check_chunk_heads, NULL);
    return unit_run("h1_request");
}
