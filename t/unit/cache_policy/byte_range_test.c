/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* byte_range_test.c: Range, If-Range and Content-Range. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "policy/byte_range.c"

#define OCT_02 "Fri, 02 Oct 2026 00:00:00 GMT"
#define OCT_02_S 1790899200

#define MAX_S "9223372036854775807" /* 2^63 - 1 */
#define OVER_S "9223372036854775808"
#define HUGE_S "99999999999999999999999999999999999999"

/* clang-format off */
static const struct {
    const char *name, *range;
    int64_t length;
    const char *result; /* of parts "first-last", or "whole", or "416" */
} ranges[] = {
    { "9110 14.1.2: first 500", "bytes=0-499", 10000, "0-499" },
    { "9110 14.1.2: second 500", "bytes=500-999", 10000, "500-999" },
    { "9110 14.1.2: last 500", "bytes=-500", 10000, "9500-9999" },
    { "9110 14.1.2: from 9500", "bytes=9500-", 10000, "9500-9999" },
    { "9110 14.1.2: first and last byte", "bytes=0-0,-1", 10000,
      "0-0 9999-9999" },
    { "9110 14.1.2: first, middle, last", "bytes= 0-999, 4500-5499, -1000",
      10000, "0-999 4500-5499 9000-9999" },
    { "9110 14.1.2: cut to the length", "bytes=9990-20000", 10000,
      "9990-9999" },
    { "9110 14.1.2: more than there is from the end", "bytes=-20000", 10000,
      "0-9999" },
    { "9110 14.1.2: all of it", "bytes=0-", 10000, "0-9999" },
    { "9110 14.1.2: one byte", "bytes=7-7", 10000, "7-7" },
    { "9110 14.1: unit without case", "Bytes=0-1", 10000, "0-1" },
    { "9110 14.2: another unit", "lines=0-1", 10000, "whole" },
    { "9110 14.1.1: first above last", "bytes=5-4", 10000, "whole" },
    { "9110 14.1.1: first above last among good ones", "bytes=0-1,5-4", 10000,
      "whole" },

    { "9110 14.2: behind the end", "bytes=10000-", 10000, "416" },
    { "9110 14.2: behind the end, closed", "bytes=10000-10001", 10000, "416" },
    { "9110 14.2: one of two behind the end", "bytes=10000-,5-6", 10000,
      "5-6" },
    { "9110 14.2: both behind the end", "bytes=10000-,20000-", 10000, "416" },
    { "9110 14.1.2: no byte from the end", "bytes=-0", 10000, "416" },
    { "9110 14.1.2: no byte from the end, and two", "bytes=-0,0-1", 10000,
      "0-1" },

    { "empty body: from 0", "bytes=0-", 0, "416" },
    { "empty body: 0 to 0", "bytes=0-0", 0, "416" },
    { "empty body: its end is the whole of it", "bytes=-5", 0, "whole" },
    { "empty body: none of its end", "bytes=-0", 0, "416" },
    { "one byte: it", "bytes=0-0", 1, "0-0" },
    { "one byte: its end", "bytes=-1", 1, "0-0" },
    { "length not known", "bytes=0-1", -1, "whole" },

    { "2^63-1: last", "bytes=0-" MAX_S, 10000, "0-9999" },
    { "2^63: last", "bytes=1-" OVER_S, 10000, "1-9999" },
    { "2^63: first", "bytes=" OVER_S "-", 10000, "416" },
    { "2^63: from the end", "bytes=-" OVER_S, 10000, "0-9999" },
    { "38 digits: last", "bytes=9-" HUGE_S, 10000, "9-9999" },
    { "38 digits: first and last", "bytes=" HUGE_S "-" HUGE_S, 10000, "416" },
    { "the longest body there is", "bytes=-1", INT64_MAX,
      "9223372036854775806-9223372036854775806" },
    { "leading zeros", "bytes=000-0001", 10000, "0-1" },

    { "overlapping: joined", "bytes=0-9,5-20", 10000, "0-20" },
    { "touching: joined", "bytes=0-9,10-20", 10000, "0-20" },
    { "a gap of one: not joined", "bytes=0-9,11-20", 10000, "0-9 11-20" },
    { "one bridges two", "bytes=0-9,20-29,5-25", 10000, "0-29" },
    { "one bridges the outer two of three",
      "bytes=0-9,100-109,20-29,5-25", 10000, "0-29 100-109" },
    { "one within another", "bytes=0-99,5-6", 10000, "0-99" },
    { "the same one twice", "bytes=5-6,5-6", 10000, "5-6" },
    { "order of the request", "bytes=50-60,20-30,0-1", 10000,
      "50-60 20-30 0-1" },
    { "joined backwards", "bytes=50-60,20-49", 10000, "20-60" },
    { "several that are all of it", "bytes=0-4999,5000-", 10000, "whole" },
    { "several that are nearly all of it", "bytes=0-4999,5000-9998", 10000,
      "0-9998" },
    { "16 ranges", "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,"
      "20-20,22-22,24-24,26-26,28-28,30-30", 10000,
      "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14 16-16 18-18 20-20 22-22 24-24 "
      "26-26 28-28 30-30" },
    { "17 ranges", "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,"
      "20-20,22-22,24-24,26-26,28-28,30-30,32-32", 10000, "whole" },
    { "17 overlapping ranges", "bytes=5-,5-,5-,5-,5-,5-,5-,5-,5-,5-,5-,5-,5-,"
      "5-,5-,5-,5-", 10000, "whole" },
    { "17 ranges, the last malformed", "bytes=5-,5-,5-,5-,5-,5-,5-,5-,5-,5-,"
      "5-,5-,5-,5-,5-,5-,x", 10000, "whole" },
    { "17 ranges behind the end", "bytes=10000-,10000-,10000-,10000-,10000-,"
      "10000-,10000-,10000-,10000-,10000-,10000-,10000-,10000-,10000-,10000-,"
      "10000-,10000-", 10000, "whole" },

    { "9110 5.6.1.2: empty elements", "bytes=,0-1,,", 10000, "0-1" },
    { "no range", "bytes=", 10000, "whole" },
    { "only commas", "bytes=,,", 10000, "whole" },
    { "no unit", "0-1", 10000, "whole" },
    { "no equals sign", "bytes", 10000, "whole" },
    { "blank before the equals sign", "bytes =0-1", 10000, "whole" },
    { "empty field", "", 10000, "whole" },
    { "no number", "bytes=-", 10000, "whole" },
    { "no dash", "bytes=5", 10000, "whole" },
    { "a sign", "bytes=+5-6", 10000, "whole" },
    { "two dashes", "bytes=5--6", 10000, "whole" },
    { "a dash behind", "bytes=5-6-", 10000, "whole" },
    { "a dash behind a suffix", "bytes=-6-", 10000, "whole" },
    { "blanks inside", "bytes=5 - 6", 10000, "whole" },
    { "hexadecimal", "bytes=0x5-6", 10000, "whole" },
    { "a word", "bytes=all", 10000, "whole" },
    { "a quote", "bytes=\"0-1", 10000, "whole" },
    { "a malformed one among good ones", "bytes=0-1,x,5-6", 10000, "whole" },
};

static const struct {
    const char *name, *if_range, *etag;
    int64_t last_modified, date;
    int holds;
} conditions[] = {
    { "9110 13.1.5: strong tag", "\"a\"", "\"a\"", -1, -1, 1 },
    { "9110 13.1.5: another tag", "\"b\"", "\"a\"", -1, -1, 0 },
    { "9110 13.1.5: weak tag sent", "W/\"a\"", "\"a\"", -1, -1, 0 },
    { "9110 13.1.5: weak tag stored", "\"a\"", "W/\"a\"", -1, -1, 0 },
    { "9110 13.1.5: the same weak tag", "W/\"a\"", "W/\"a\"", -1, -1, 0 },
    { "9110 13.1.5: a list is no tag", "\"a\", \"b\"", "\"a\"", -1, -1, 0 },
    { "9110 13.1.5: star is no tag", "*", "\"a\"", -1, -1, 0 },
    { "9110 13.1.5: no tag stored", "\"a\"", "", -1, -1, 0 },
    { "9110 13.1.5: strong date", OCT_02, "\"a\"", OCT_02_S, OCT_02_S + 1, 1 },
    { "9110 13.1.5: an earlier date", OCT_02, "\"a\"", OCT_02_S + 1,
      OCT_02_S + 9, 0 },
    { "9110 13.1.5: a later date is not the same", OCT_02, "\"a\"",
      OCT_02_S - 1, OCT_02_S + 9, 0 },
    { "9110 8.8.2.2: weak date", OCT_02, "\"a\"", OCT_02_S, OCT_02_S, 0 },
    { "9110 8.8.2.2: no Date", OCT_02, "\"a\"", OCT_02_S, -1, 0 },
    { "9110 13.1.5: no Last-Modified", OCT_02, "\"a\"", -1, OCT_02_S, 0 },
    { "9110 13.1.5: neither tag nor date", "a", "\"a\"", OCT_02_S,
      OCT_02_S + 1, 0 },
    { "9110 13.1.5: empty", "", "", OCT_02_S, OCT_02_S + 1, 0 },
};

static const struct {
    const char *name, *value;
    int result;
    int64_t first, last, length;
} contents[] = {
    { "9110 14.4: complete", "bytes 42-1233/1234", 0, 42, 1233, 1234 },
    { "9110 14.4: length not known", "bytes 42-1233/*", 0, 42, 1233, -1 },
    { "9110 14.4: unit without case", "Bytes 0-0/1", 0, 0, 0, 1 },
    { "9110 14.4: of a 416", "bytes */1234", -1, 0, 0, 0 },
    { "9110 14.4: last behind the length", "bytes 0-1234/1234", -1, 0, 0, 0 },
    { "9110 14.4: last before first", "bytes 5-4/1234", -1, 0, 0, 0 },
    { "9110 14.4: another unit", "lines 0-1/2", -1, 0, 0, 0 },
    { "length 2^63-1", "bytes 0-1/" MAX_S, 0, 0, 1, INT64_MAX },
    { "length 2^63", "bytes 0-1/" OVER_S, -1, 0, 0, 0 },
    { "last 2^63-1", "bytes 0-" MAX_S "/*", -1, 0, 0, 0 },
    { "last 2^63", "bytes 0-" OVER_S "/*", -1, 0, 0, 0 },
    { "first 2^63", "bytes " OVER_S "-" OVER_S "/*", -1, 0, 0, 0 },
    { "equals sign", "bytes=0-1/2", -1, 0, 0, 0 },
    { "no length", "bytes 0-1/", -1, 0, 0, 0 },
    { "no slash", "bytes 0-1", -1, 0, 0, 0 },
    { "no last", "bytes 0-/2", -1, 0, 0, 0 },
    { "no first", "bytes -1/2", -1, 0, 0, 0 },
    { "something behind", "bytes 0-1/2 ", -1, 0, 0, 0 },
    { "a star and more", "bytes 0-1/*2", -1, 0, 0, 0 },
    { "two blanks", "bytes  0-1/2", -1, 0, 0, 0 },
    { "unit alone", "bytes ", -1, 0, 0, 0 },
    { "empty", "", -1, 0, 0, 0 },
};

static const struct {
    const char *name;
    byte_range_t a, b;
    int joined;
    byte_range_t result;
} joins[] = {
    { "9111 3.4: apart", { 0, 4 }, { 6, 9 }, 0, { 0, 4 } },
    { "9111 3.4: apart, the other way", { 6, 9 }, { 0, 4 }, 0, { 6, 9 } },
    { "9111 3.4: touching", { 0, 4 }, { 5, 9 }, 1, { 0, 9 } },
    { "9111 3.4: touching, the other way", { 5, 9 }, { 0, 4 }, 1, { 0, 9 } },
    { "9111 3.4: overlapping", { 0, 6 }, { 5, 9 }, 1, { 0, 9 } },
    { "9111 3.4: inside", { 0, 9 }, { 5, 6 }, 1, { 0, 9 } },
    { "9111 3.4: around", { 5, 6 }, { 0, 9 }, 1, { 0, 9 } },
    { "9111 3.4: at the end of all numbers", { 0, INT64_MAX },
      { INT64_MAX, INT64_MAX }, 1, { 0, INT64_MAX } },
};
/* clang-format on */

static range_e decide(request_facts_t *request, int64_t length,
                      byte_range_t **out, int *count)
{
    *out = (byte_range_t *)(void *)guarded_room(2, RANGES_MAX * sizeof(**out));
    return byte_range_decide(request, length, SLICE_LIT("\"a\""), OCT_02_S,
                             OCT_02_S + 1, *out, count);
}

static void check_range(void **state)
{
    const size_t row = (size_t)*state;
    request_facts_t request = { 0 };
    unit_text_t got = { 0 };
    byte_range_t *out;
    int count = 99, i;
    range_e verdict;

    request.range = guarded(0, ranges[row].range);
    verdict = decide(&request, ranges[row].length, &out, &count);
    if (verdict != RANGE_PARTS) {
        assert_int_equal(count, 0);
        unit_text_add(&got, verdict == RANGE_WHOLE ? "whole" : "416");
    }
    for (i = 0; i < count; i++) {
        unit_text_add(&got, "%s%lld-%lld", i ? " " : "",
                      (long long)out[i].first, (long long)out[i].last);
    }
    assert_string_equal(got.text, ranges[row].result);
}

static void check_condition(void **state)
{
    const size_t i = (size_t)*state;
    request_facts_t request = { 0 };
    byte_range_t out[RANGES_MAX];
    int count;

    request.range = SLICE_LIT("bytes=0-1");
    request.if_range = guarded(0, conditions[i].if_range);
    assert_int_equal(byte_range_decide(&request, 100,
                                       guarded(1, conditions[i].etag),
                                       conditions[i].last_modified,
                                       conditions[i].date, out, &count),
                     conditions[i].holds ? RANGE_PARTS : RANGE_WHOLE);
    assert_int_equal(count, conditions[i].holds);
}

static void check_only_get(void **state)
{
    request_facts_t request = { 0 };
    byte_range_t *out;
    int count;

    request.range = SLICE_LIT("bytes=0-1");
    assert_int_equal(decide(&request, 100, &out, &count), RANGE_PARTS);
    request.method = METHOD_IS_HEAD;
    assert_int_equal(decide(&request, 100, &out, &count), RANGE_WHOLE);
    request.method = METHOD_IS_POST;
    assert_int_equal(decide(&request, 100, &out, &count), RANGE_WHOLE);
}

static void check_without(void **state)
{
    request_facts_t request = { 0 };
    byte_range_t *out;
    int count;

    assert_int_equal(decide(&request, 100, &out, &count), RANGE_WHOLE);
    request.if_range = SLICE_LIT("\"a\"");
    assert_int_equal(decide(&request, 100, &out, &count), RANGE_WHOLE);
}

static void check_content(void **state)
{
    const size_t i = (size_t)*state;
    byte_range_t range;
    int64_t length;

    assert_int_equal(content_range_read(guarded(0, contents[i].value), &range,
                                        &length),
                     contents[i].result);
    if (contents[i].result == 0) {
        assert_int_equal(range.first, contents[i].first);
        assert_int_equal(range.last, contents[i].last);
        assert_int_equal(length, contents[i].length);
    }
}

static void check_join(void **state)
{
    const size_t i = (size_t)*state;
    byte_range_t a = joins[i].a;

    assert_int_equal(byte_range_join(&a, &joins[i].b), joins[i].joined);
    assert_int_equal(a.first, joins[i].result.first);
    assert_int_equal(a.last, joins[i].result.last);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(ranges); i++) {
        unit_add(ranges[i].name, check_range, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(conditions); i++) {
        unit_add(conditions[i].name, check_condition, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(contents); i++) {
        unit_add(contents[i].name, check_content, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(joins); i++) {
        unit_add(joins[i].name, check_join, (const void *)i);
    }
    unit_add("9110 14.2: only GET has ranges", check_only_get, NULL);
    unit_add("9110 13.1.5: If-Range without Range", check_without, NULL);
    return unit_run("byte_range");
}
