/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress_test.c: bodies packed and unpacked in every cut, and what a peer may
 * send instead of a packed body. */
#include "unit.h"

#include <pthread.h>

#include "variants/compress.c"
#include "variants/compress_brotli.c"
#include "variants/compress_gzip.c"
#include "variants/packing.c"

#define NO_LIMIT \
    {            \
        SIZE_MAX \
    }

static const compress_limits_t no_limit = NO_LIMIT;
static const unsigned codings[] = { CODING_GZIP, CODING_BROTLI };
static const unsigned other = CODING_OTHER;

/* Lines of text that repeat only in part. */
static char *make_text(size_t len)
{
    char *text = malloc(len + 64);
    size_t at = 0;
    unsigned n = 1;

    while (at < len) {
        n = n * 1103515245u + 12345u;
        at += (size_t)sprintf(text + at, "<p class=c%u>row %u</p>\n",
                              n >> 16 & 7, n >> 8 & 0xffff);
    }
    return text;
}

static compress_e pack_whole(unsigned coding, const char *text, size_t size,
                             char **data, size_t *len)
{
    struct iovec in = { (void *)text, size };

    return compress_pack(coding, 9, &in, 1, &no_limit, data, len);
}

static compress_e unpack_limited(unsigned coding, const void *packed,
                                 size_t size, const compress_limits_t *limits,
                                 char **data, size_t *len)
{
    char *copy = malloc(size ? size : 1);
    struct iovec in = { copy, size };
    compress_e result;

    memcpy(copy, packed, size);
    result = compress_unpack(coding, &in, 1, limits, data, len);
    free(copy);
    return result;
}

static compress_e unpack(unsigned coding, const void *packed, size_t size,
                         char **data, size_t *len)
{
    return unpack_limited(coding, packed, size, &no_limit, data, len);
}

static const size_t sizes[] = { 0, 1, 255, 1023, 1024, 1025, 65536, 300001 };

static void check_round_trip(void **state)
{
    const unsigned *coding = *state;
    size_t i;

    for (i = 0; i < UNIT_COUNT(sizes); i++) {
        char *text = make_text(sizes[i]), *packed, *back;
        size_t packed_len, back_len;

        assert_int_equal(pack_whole(*coding, text, sizes[i], &packed,
                                    &packed_len),
                         COMPRESS_OK);
        assert_true(sizes[i] < 1000 || packed_len < sizes[i] / 2);
        assert_int_equal(unpack(*coding, packed, packed_len, &back, &back_len),
                         COMPRESS_OK);
        assert_int_equal(back_len, sizes[i]);
        assert_memory_equal(back, text, sizes[i]);
        free(text);
        free(packed);
        free(back);
    }
}

/* The vectors of a body in chunks, empty ones among them: the same bytes. */
static void check_vectors(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(200000), *whole, *cut;
    size_t whole_len, cut_len;
    struct iovec in[] = { { text, 0 },
                          { text, 1 },
                          { text + 1, 70000 },
                          { NULL, 0 },
                          { text + 70001, 129999 },
                          { text, 0 } };

    pack_whole(*coding, text, 200000, &whole, &whole_len);
    assert_int_equal(compress_pack(*coding, 9, in, UNIT_COUNT(in), &no_limit,
                                   &cut, &cut_len),
                     COMPRESS_OK);
    assert_int_equal(cut_len, whole_len);
    assert_memory_equal(cut, whole, whole_len);
    free(text);
    free(whole);
    free(cut);
}

/* A packed body in two vectors, cut at every byte. */
static void check_cut_anywhere(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(2000), *packed, *back;
    size_t packed_len, back_len, i;

    pack_whole(*coding, text, 2000, &packed, &packed_len);
    for (i = 0; i <= packed_len; i++) {
        struct iovec in[] = { { packed, i }, { packed + i, packed_len - i } };

        assert_int_equal(compress_unpack(*coding, in, 2, &no_limit, &back,
                                         &back_len),
                         COMPRESS_OK);
        assert_int_equal(back_len, 2000);
        assert_memory_equal(back, text, 2000);
        free(back);
    }
    free(text);
    free(packed);
}

static void check_levels(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(60000), *data;
    struct iovec in = { text, 60000 };
    size_t least = 0, most = 0, len;
    int level;

    for (level = -1; level <= 12; level++) {
        assert_int_equal(compress_pack(*coding, level, &in, 1, &no_limit, &data,
                                       &len),
                         COMPRESS_OK);
        free(data);
        least = level == -1 ? len : least;
        most = len;
    }
    assert_true(most < least);
    free(text);
}

/* The same bytes each time: a strong entity tag promises that. */
static void check_repeatable(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(30000), *first, *second;
    size_t first_len, second_len;

    pack_whole(*coding, text, 30000, &first, &first_len);
    pack_whole(*coding, text, 30000, &second, &second_len);
    assert_int_equal(first_len, second_len);
    assert_memory_equal(first, second, first_len);
    free(text);
    free(first);
    free(second);
}

static void check_packed_limit(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(30000), *data = text;
    struct iovec in = { text, 30000 };
    compress_limits_t limits = { 0 };
    size_t len = 7, whole;

    pack_whole(*coding, text, 30000, &data, &whole);
    free(data);
    limits.output_max = whole;
    assert_int_equal(compress_pack(*coding, 9, &in, 1, &limits, &data, &len),
                     COMPRESS_OK);
    free(data);
    data = text;
    len = 7;
    limits.output_max = whole - 1;
    assert_int_equal(compress_pack(*coding, 9, &in, 1, &limits, &data, &len),
                     COMPRESS_TOO_LARGE);
    assert_ptr_equal(data, text);
    assert_int_equal(len, 7);
    limits.output_max = 0;
    assert_int_equal(compress_pack(*coding, 9, &in, 1, &limits, &data, &len),
                     COMPRESS_TOO_LARGE);
    free(text);
}

static void check_unpacked_limit(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(30000), *packed, *data = text;
    size_t len = 7, packed_len;
    compress_limits_t limits = { 29999 };

    pack_whole(*coding, text, 30000, &packed, &packed_len);
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_TOO_LARGE);
    assert_ptr_equal(data, text);
    assert_int_equal(len, 7);
    limits.output_max = 30000;
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_OK);
    free(data);
    free(text);
    free(packed);
}

/* 8 MiB of zeros: about 8 KiB of gzip, a few bytes of brotli. */
static void check_bomb(void **state)
{
    const unsigned *coding = *state;
    size_t size = 8 << 20, packed_len, len;
    char *zeros = calloc(1, size), *packed, *data;
    compress_limits_t limits = { SIZE_MAX, 100 };

    pack_whole(*coding, zeros, size, &packed, &packed_len);
    assert_true(packed_len < size / 500);
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_RATIO);
    limits.output_max = 4096;
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_TOO_LARGE);
    free(packed);
    pack_whole(*coding, zeros, COMPRESS_RATIO_FREE, &packed, &packed_len);
    limits.output_max = SIZE_MAX;
    limits.ratio_max = 1;
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_OK);
    assert_int_equal(len, COMPRESS_RATIO_FREE);
    free(data);
    free(packed);
    free(zeros);
}

static void check_truncated(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(2000), *packed, *data;
    size_t packed_len, len, i;

    pack_whole(*coding, text, 2000, &packed, &packed_len);
    for (i = 0; i < packed_len; i++) {
        assert_int_equal(unpack(*coding, packed, i, &data, &len),
                         COMPRESS_TRUNCATED);
    }
    free(text);
    free(packed);
}

static void check_trailing(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(2000), *packed, *data;
    size_t packed_len, len, i;
    char zero = 0;

    pack_whole(*coding, text, 2000, &packed, &packed_len);
    packed = realloc(packed, packed_len + 3);
    for (i = 1; i <= 3; i++) {
        packed[packed_len + i - 1] = 0;
        assert_int_equal(unpack(*coding, packed, packed_len + i, &data, &len),
                         COMPRESS_TRAILING);
    }
    {
        struct iovec in[] = { { packed, packed_len }, { &zero, 1 } };

        assert_int_equal(compress_unpack(*coding, in, 2, &no_limit, &data,
                                         &len),
                         COMPRESS_TRAILING);
    }
    free(text);
    free(packed);
}

static void check_foreign(void **state)
{
    const unsigned *coding = *state;
    char *data;
    size_t len;

    assert_int_equal(unpack(*coding, "\xff<html>", 7, &data, &len),
                     COMPRESS_CORRUPT);
}

/* A job that is told to end before it has begun, and one under way. */
static void check_stopped(void **state)
{
    const unsigned *coding = *state;
    char *text = make_text(2000), *packed, *data;
    struct iovec in = { text, 2000 };
    int stop = 1;
    compress_limits_t limits = { SIZE_MAX, 0, &stop };
    size_t packed_len, len;

    assert_int_equal(compress_pack(*coding, 9, &in, 1, &limits, &data, &len),
                     COMPRESS_STOPPED);
    pack_whole(*coding, text, 2000, &packed, &packed_len);
    assert_int_equal(unpack_limited(*coding, packed, packed_len, &limits, &data,
                                    &len),
                     COMPRESS_STOPPED);
    free(text);
    free(packed);
}

static void *pack_repeatedly(void *data)
{
    const unsigned *coding = data;
    char *text = make_text(40000);
    size_t i, same = 0;

    for (i = 0; i < 5; i++) {
        char *packed, *back;
        size_t packed_len, back_len;

        pack_whole(*coding, text, 40000, &packed, &packed_len);
        unpack(*coding, packed, packed_len, &back, &back_len);
        same += back_len == 40000 && memcmp(back, text, 40000) == 0;
        free(packed);
        free(back);
    }
    free(text);
    return (void *)same;
}

static void check_threads(void **state)
{
    pthread_t threads[4];
    void *same;
    size_t i;

    for (i = 0; i < UNIT_COUNT(threads); i++) {
        pthread_create(&threads[i], NULL, pack_repeatedly, *state);
    }
    for (i = 0; i < UNIT_COUNT(threads); i++) {
        pthread_join(threads[i], &same);
        assert_int_equal((size_t)same, 5);
    }
}

/* ---- gzip alone: RFC 1952 ---- */

/* "abc", stored; as "printf abc | gzip -n" has it but for the compression */
#define ABC                                                            \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x03\x00\xfc\xff\x61" \
    "\x62\x63\xc2\x41\x24\x35\x03\x00\x00\x00"
#define ABC_LEN 26

typedef struct {
    const char *name;
    const char *text; /* literal, "" is not its end */
    size_t len;
    compress_e result;
    const char *unpacked;
} gzip_case_t;

#define ROW(text) (text), sizeof(text) - 1

static const gzip_case_t gzip_cases[] = {
    { "2.2 one member", ROW(ABC), COMPRESS_OK, "abc" },
    { "2.2 two members", ROW(ABC ABC), COMPRESS_OK, "abcabc" },
    { "2.2 a member without content between",
      ROW(ABC "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00"
              "\x00\x00\x00\x00\x00\x00\x00\x00" ABC),
      COMPRESS_OK, "abcabc" },
    { "2.2 a second member that is cut", ROW(ABC "\x1f\x8b\x08"),
      COMPRESS_TRUNCATED },
    { "2.2 a second member of another kind", ROW(ABC "\x1f\x9d\x90"),
      COMPRESS_CORRUPT },
    { "2.2 text behind", ROW(ABC "<!-- served by -->"), COMPRESS_TRAILING },
    { "2.3 file name",
      ROW("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"
          "a\0"
          "\x01\x03\x00\xfc\xff\x61\x62\x63\xc2\x41\x24\x35\x03\x00\x00\x00"),
      COMPRESS_OK, "abc" },
    { "2.3.1 reserved flag",
      ROW("\x1f\x8b\x08\x20\x00\x00\x00\x00\x00\x03\x01\x03\x00\xfc\xff"
          "abc\xc2\x41\x24\x35\x03\x00\x00\x00"),
      COMPRESS_CORRUPT },
    { "2.3.1 wrong check sum",
      ROW("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x03\x00\xfc\xff"
          "abd\xc2\x41\x24\x35\x03\x00\x00\x00"),
      COMPRESS_CORRUPT },
    { "2.3.1 wrong length",
      ROW("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x03\x00\xfc\xff"
          "abc\xc2\x41\x24\x35\x04\x00\x00\x00"),
      COMPRESS_CORRUPT },
    { "zlib is not gzip", ROW("\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27"),
      COMPRESS_CORRUPT },
    { "deflate is not gzip", ROW("\x4b\x4c\x4a\x06\x00"), COMPRESS_CORRUPT },
    { "nothing", ROW(""), COMPRESS_TRUNCATED },
};

static void check_gzip(void **state)
{
    const gzip_case_t *row = *state;
    char *data = NULL;
    size_t len = 0;

    assert_int_equal(unpack(CODING_GZIP, row->text, row->len, &data, &len),
                     row->result);
    if (row->result == COMPRESS_OK) {
        assert_int_equal(len, strlen(row->unpacked));
        assert_memory_equal(data, row->unpacked, len);
        free(data);
    }
}

/* Members that hold nothing cost time, not memory. */
static void check_many_members(void **state)
{
    size_t count = 5000, len, i;
    char *packed = malloc(count * ABC_LEN), *data;
    compress_limits_t limits = { 14999, 0, NULL };

    for (i = 0; i < count; i++) {
        memcpy(packed + i * ABC_LEN, ABC, ABC_LEN);
    }
    assert_int_equal(unpack_limited(CODING_GZIP, packed, count * ABC_LEN,
                                    &limits, &data, &len),
                     COMPRESS_TOO_LARGE);
    limits.output_max = 15000;
    assert_int_equal(unpack_limited(CODING_GZIP, packed, count * ABC_LEN,
                                    &limits, &data, &len),
                     COMPRESS_OK);
    assert_int_equal(len, 15000);
    free(data);
    free(packed);
}

static void check_names(void **state)
{
    size_t i;

    for (i = COMPRESS_OK; i <= COMPRESS_TRAILING; i++) {
        assert_non_null(compress_name((compress_e)i));
    }
    assert_string_equal(compress_name(COMPRESS_NOT_BUILT), "not built");
}

static void check_not_built(void **state)
{
    const unsigned *coding = *state;
    char *data;
    size_t len;

    assert_int_equal(pack_whole(*coding, "abc", 3, &data, &len),
                     COMPRESS_NOT_BUILT);
    assert_int_equal(unpack(*coding, "abc", 3, &data, &len),
                     COMPRESS_NOT_BUILT);
}

static const struct {
    const char *name;
    CMUnitTestFunction check;
} shared[] = {
    { "round trip", check_round_trip },
    { "vectors of all lengths", check_vectors },
    { "cut at every byte", check_cut_anywhere },
    { "levels beyond the range are cut", check_levels },
    { "the same bytes each time", check_repeatable },
    { "packed: limit to the byte", check_packed_limit },
    { "unpacked: limit to the byte", check_unpacked_limit },
    { "bomb", check_bomb },
    { "truncated at every byte", check_truncated },
    { "trailing bytes", check_trailing },
    { "not of this coding", check_foreign },
    { "stopped", check_stopped },
    { "several threads", check_threads },
};

static void add_coding(const unsigned *coding, const char *name)
{
    static char names_of_tests[2 * UNIT_COUNT(shared)][64];
    static size_t used;
    size_t i;

    if (!compress_is_built(*coding)) {
        unit_add(name, check_not_built, coding);
        return;
    }
    for (i = 0; i < UNIT_COUNT(shared); i++) {
        char *text = names_of_tests[used++];

        snprintf(text, sizeof(names_of_tests[0]), "%s: %s", name,
                 shared[i].name);
        unit_add(text, shared[i].check, coding);
    }
}

int main(void)
{
    size_t i;

    add_coding(&codings[0], "gzip");
    add_coding(&codings[1], "brotli");
    unit_add("another coding", check_not_built, &other);
    for (i = 0; compress_is_built(CODING_GZIP) && i < UNIT_COUNT(gzip_cases);
         i++) {
        unit_add(gzip_cases[i].name, check_gzip, &gzip_cases[i]);
    }
    if (compress_is_built(CODING_GZIP)) {
        unit_add("gzip: many members", check_many_members, NULL);
    }
    unit_add("names", check_names, NULL);
    return unit_run("compress");
}
