/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* decoded_test.c: compressed or not, in pieces or not: the same text. */
#include "unit.h"

#include "mirror/decoded.c"
#include "mirror/digest.c"
#include "routing/siphash.c"

static uint64_t hash_of(const char *coding, const char *bytes, size_t len,
                        size_t piece)
{
    h1_field_t field = { SLICE_LIT("content-encoding"), slice_str(coding) };
    masked_digest_t text = { .mask = NULL };
    decoded_t decoded = { .text = &text };
    size_t at;

    masked_digest_begin(&text);
    decoded_begin(&decoded, &field, 1);
    for (at = 0; at < len; at += piece) {
        decoded_add(&decoded, slice_make(bytes + at,
                                         len - at < piece ? len - at : piece));
    }
    decoded_end(&decoded);
    decoded_end(&decoded);
    return masked_digest_end(&text);
}

#ifdef HAVE_ZLIB

static size_t compress_text(const char *text, size_t len, int level, char *out,
                            size_t room)
{
    z_stream z = { 0 };
    size_t size;

    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
    z.next_in = (unsigned char *)text;
    z.avail_in = (unsigned)len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size = room - z.avail_out;
    deflateEnd(&z);
    return size;
}

static void check_gzip(void **state)
{
    static char text[100000], fast[120000], small[120000];
    size_t i, len_fast, len_small, piece;
    uint64_t plain;

    (void)state;
    for (i = 0; i < sizeof(text); i++) {
        text[i] = (char)('a' + i * i % 23);
    }
    plain = hash_of("identity", text, sizeof(text), sizeof(text));
    len_fast = compress_text(text, sizeof(text), 1, fast, sizeof(fast));
    len_small = compress_text(text, sizeof(text), 9, small, sizeof(small));
    for (piece = 1; piece < 5000; piece = piece * 3 + 1) {
        assert_int_equal(hash_of("gzip", fast, len_fast, piece), plain);
        assert_int_equal(hash_of("GZIP", small, len_small, piece), plain);
    }
    assert_int_not_equal(hash_of("br", fast, len_fast, 999), plain);
    assert_int_not_equal(hash_of("gzip", fast, len_fast / 2, 999), plain);
    assert_int_not_equal(hash_of("gzip", text, sizeof(text), 999), 0);
}

/* A small response that would be large. */
static void check_bound(void **state)
{
    size_t len = 3 * DECODED_MAX, room = len / 500;
    char *zeros = calloc(1, len), *small = malloc(room);
    size_t size = compress_text(zeros, len, 9, small, room);
    masked_digest_t text = { .mask = NULL };
    h1_field_t field = { SLICE_LIT("Content-Encoding"), SLICE_LIT("gzip") };
    decoded_t decoded = { .text = &text };

    (void)state;
    masked_digest_begin(&text);
    decoded_begin(&decoded, &field, 1);
    decoded_add(&decoded, slice_make(small, size));
    decoded_add(&decoded, SLICE_LIT("more"));
    assert_int_equal(decoded.decoded, DECODED_MAX);
    assert_int_equal(masked_digest_end(&text),
                     hash_of("identity", zeros, DECODED_MAX, 8192));
    decoded_end(&decoded);
    free(zeros);
    free(small);
}

#endif

static void check_plain(void **state)
{
    (void)state;
    assert_int_equal(hash_of("identity", "abc", 3, 1),
                     hash_of("br", "abc", 3, 3));
}

int main(void)
{
#ifdef HAVE_ZLIB
    unit_add("gzip", check_gzip, NULL);
    unit_add("bound", check_bound, NULL);
#endif
    unit_add("plain", check_plain, NULL);
    return unit_run("decoded");
}
