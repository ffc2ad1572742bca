/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_head_test.c: heads of forms, against the whole text expected. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "variants/variant_etag.c"
#include "variants/variant_head.c"

#define GZIP CODING_GZIP
#define BR CODING_BROTLI
#define PLAIN CODING_IDENTITY

typedef struct {
    const char *name;
    unsigned master, coding;
    const char *head, *made, *etag;
} head_case_t;

#define PAGE                                                   \
    "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nETag: \"abc\"\r\n" \
    "Accept-Ranges: bytes\r\nContent-Length: 5000\r\n"         \
    "Content-Type: text/html\r\n"

static const head_case_t cases[] = {
    { "gzip of a page", PLAIN, GZIP, PAGE,
      "Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nETag: \"abc+gzip\"\r\n"
      "Accept-Ranges: bytes\r\nContent-Length: 1234\r\n"
      "Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
      "Vary: Accept-Encoding\r\n",
      "\"abc+gzip\"" },
    { "the page itself", PLAIN, PLAIN, PAGE, PAGE "Vary: Accept-Encoding\r\n",
      "\"abc\"" },
    { "brotli, weak tag", PLAIN, BR, "ETag: W/\"abc\"\r\n",
      "ETag: W/\"abc+br\"\r\nContent-Encoding: br\r\n"
      "Vary: Accept-Encoding\r\n",
      "W/\"abc+br\"" },
    { "identity of an origin's gzip", GZIP, PLAIN,
      "Content-Encoding: gzip\r\nContent-Length: 100\r\nETag: \"abc\"\r\n"
      "Vary: Accept-Encoding\r\n",
      "Content-Length: 1234\r\nETag: \"abc+identity\"\r\n"
      "Vary: Accept-Encoding\r\n",
      "\"abc+identity\"" },
    { "brotli of an origin's gzip", GZIP, BR,
      "content-encoding: x-gzip\r\nA: b\r\n",
      "A: b\r\nContent-Encoding: br\r\nVary: Accept-Encoding\r\n", "" },
    { "an origin's gzip itself", GZIP, GZIP,
      "Content-Encoding: gzip\r\nContent-MD5: x\r\nContent-Length: 100\r\n",
      "Content-Encoding: gzip\r\nContent-MD5: x\r\nContent-Length: 100\r\n"
      "Vary: Accept-Encoding\r\n",
      "" },
    { "a Vary that says other things", PLAIN, GZIP,
      "Vary: Cookie , Origin\r\nA: b\r\n",
      "Vary: Accept-Encoding, Cookie , Origin\r\nA: b\r\n"
      "Content-Encoding: gzip\r\n",
      "" },
    { "a Vary that says it, in another case", PLAIN, GZIP,
      "vary: Cookie,accept-encoding\r\n",
      "vary: Cookie,accept-encoding\r\nContent-Encoding: gzip\r\n", "" },
    { "two Vary lines, the second says it", PLAIN, GZIP,
      "Vary: Cookie\r\nVary: Accept-Encoding\r\n",
      "Vary: Cookie\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\n",
      "" },
    { "two Vary lines that do not: once", PLAIN, GZIP,
      "Vary: Cookie\r\nVary: Origin\r\n",
      "Vary: Accept-Encoding, Cookie\r\nVary: Origin\r\n"
      "Content-Encoding: gzip\r\n",
      "" },
    { "a Vary with a quote that is left open", PLAIN, PLAIN,
      "Vary: \"Cookie\r\n", "Vary: Accept-Encoding, \"Cookie\r\n", "" },
    { "Vary: *", PLAIN, GZIP, "Vary: *\r\n",
      "Vary: *\r\nContent-Encoding: gzip\r\n", "" },
    { "an empty Vary", PLAIN, PLAIN, "Vary:\r\n", "Vary:Accept-Encoding\r\n",
      "" },
    { "digests of the other bytes", PLAIN, GZIP,
      "Content-MD5: a\r\nDIGEST: b\r\nContent-Digest: c\r\n"
      "Repr-Digest: d\r\nWant-Digest: e\r\n",
      "Want-Digest: e\r\nContent-Encoding: gzip\r\n"
      "Vary: Accept-Encoding\r\n",
      "" },
    { "no length: none made up", PLAIN, GZIP, "A: b\r\n",
      "A: b\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n", "" },
    { "two lengths", PLAIN, GZIP, "Content-Length: 1\r\nContent-Length: 1\r\n",
      "Content-Length: 1234\r\nContent-Encoding: gzip\r\n"
      "Vary: Accept-Encoding\r\n",
      "" },
    { "a tag without quotes", PLAIN, GZIP, "ETag: abc\r\n",
      "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n", "" },
    { "two tags", PLAIN, GZIP, "ETag: \"a\"\r\nETag: \"b\"\r\n",
      "ETag: \"a+gzip\"\r\nContent-Encoding: gzip\r\n"
      "Vary: Accept-Encoding\r\n",
      "\"a+gzip\"" },
    { "names that only begin so", PLAIN, GZIP,
      "ETags: \"a\"\r\nContent-Length-X: 1\r\nX-Vary: y\r\n",
      "ETags: \"a\"\r\nContent-Length-X: 1\r\nX-Vary: y\r\n"
      "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n",
      "" },
    { "spaces around values", PLAIN, GZIP,
      "ETag:   \"a\"  \r\nContent-Length:\t7\t\r\nA:  b  \r\n",
      "ETag:   \"a+gzip\"\r\nContent-Length:\t1234\r\nA:  b  \r\n"
      "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n",
      "\"a+gzip\"" },
    { "no head", PLAIN, GZIP, "",
      "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n", "" },
    { "lines that are none", PLAIN, GZIP, "no colon\r\n\r\n: x\n\rlast",
      "no colon\r\n: x\n\rlast\r\nContent-Encoding: gzip\r\n"
      "Vary: Accept-Encoding\r\n",
      "" },
};

static variant_head_t write_head(char *out, slice_t head, unsigned master,
                                 unsigned coding, uint64_t length)
{
    variant_head_in_t in = { head, master, coding, length };

    return variant_head_write(out, &in);
}

static void check_case(void **state)
{
    const head_case_t *row = *state;
    slice_t head = slice_str(row->head);
    char *out = malloc(head.len + VARIANT_HEAD_ROOM + 1);
    variant_head_t made = write_head(out, head, row->master, row->coding, 1234);

    assert_true(made.len <= head.len + VARIANT_HEAD_ROOM);
    out[made.len] = '\0';
    assert_string_equal(out, row->made);
    assert_int_equal(made.etag_len, strlen(row->etag));
    assert_memory_equal(out + made.etag_at, row->etag, made.etag_len);
    free(out);
}

/* What grows most: the room promised is enough, to the byte at most. */
static void check_room(void **state)
{
    static const char head[] =
        "Vary:\nContent-Length:\nETag:\"\"\nVary:\nContent-Length:\nX";
    size_t size = sizeof(head) - 1 + VARIANT_HEAD_ROOM, i;

    for (i = 0; i < sizeof(head); i++) {
        char *out = malloc(i + VARIANT_HEAD_ROOM);

        assert_true(
            write_head(out, slice_make(head, i), GZIP, PLAIN, UINT64_MAX).len
            <= size);
        free(out);
    }
}

/* A form's head made into the next head says the same of Vary. */
static void check_twice(void **state)
{
    char first[sizeof(PAGE) + VARIANT_HEAD_ROOM];
    char second[sizeof(PAGE) + 2 * VARIANT_HEAD_ROOM];
    variant_head_t made =
        write_head(first, SLICE_LIT(PAGE), PLAIN, PLAIN, 5000);
    variant_head_t again =
        write_head(second, slice_make(first, made.len), PLAIN, PLAIN, 5000);

    assert_int_equal(again.len, made.len);
    assert_memory_equal(first, second, made.len);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("room", check_room, NULL);
    unit_add("twice is once", check_twice, NULL);
    return unit_run("variant_head");
}
