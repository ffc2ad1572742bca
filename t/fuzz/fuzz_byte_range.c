/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_byte_range.c: Range, If-Range and Content-Range.
 * Byte 0: length of the body, 0 to 63, or with the top bits one of the great
 * ones; then the Range, a line end, and (if there is one) the If-Range.
 * Promises: parts lie within the body, apart from each other and are few; and
 * of a short body they are the bytes that a slow second reading finds. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "policy/byte_range.c"

#define SHORT_MAX 64

/* What the second reading of one range says. */
enum {
    IS_MALFORMED = -1,
    HAS_NONE,
    HAS_SOME,
    IS_END_OF_NOTHING
};

/* Digits of text from *at on, at most 1000; -1: there is none. */
static int slow_number(slice_t text, size_t *at)
{
    size_t begin = *at;
    int value = 0;

    while (*at < text.len && text.p[*at] >= '0' && text.p[*at] <= '9') {
        value = value * 10 + (text.p[(*at)++] - '0');
        value = value > 1000 ? 1000 : value;
    }
    return *at > begin ? value : -1;
}

/* Marks the bytes of one range. */
static int slow_mark(slice_t spec, int length, char *marks)
{
    size_t at = 0;
    int first = slow_number(spec, &at), last, i, found = HAS_NONE;

    if (at == spec.len || spec.p[at++] != '-') {
        return IS_MALFORMED;
    }
    last = slow_number(spec, &at);
    if (at != spec.len || (first < 0 && last < 0)) {
        return IS_MALFORMED;
    }
    if (first < 0) {
        if (last > 0 && length == 0) {
            return IS_END_OF_NOTHING;
        }
        first = last < length ? length - last : 0;
        last = last ? 1000 : -1;
    }
    else if (last < 0) {
        last = 1000;
    }
    else if (last < first) {
        return IS_MALFORMED;
    }
    for (i = first; i < length && i <= last; i++) {
        marks[i] = 1;
        found = HAS_SOME;
    }
    return found;
}

/* Is there a number too great for the slow reading? */
static int is_great(slice_t set)
{
    size_t i, digits = 0;

    for (i = 0; i < set.len; i++) {
        digits = set.p[i] >= '0' && set.p[i] <= '9' ? digits + 1 : 0;
        if (digits > 3) {
            return 1;
        }
    }
    return 0;
}

static range_e slow_decide(slice_t set, int length, char *marks)
{
    int specs = 0, some = 0, end_of_nothing = 0, all = 1, i;
    slice_t spec;

    if (set.len < 6
        || !slice_eq_nocase(slice_make(set.p, 6), SLICE_LIT("bytes="))) {
        return RANGE_WHOLE;
    }
    set = slice_make(set.p + 6, set.len - 6);
    while (h1_list_next(&set, &spec)) {
        int found = slow_mark(spec, length, marks);

        if (found == IS_MALFORMED || ++specs > RANGES_MAX) {
            return RANGE_WHOLE;
        }
        some |= found == HAS_SOME;
        end_of_nothing |= found == IS_END_OF_NOTHING;
    }
    for (i = 0; i < length; i++) {
        all &= marks[i];
    }
    if (some) {
        return specs > 1 && all ? RANGE_WHOLE : RANGE_PARTS;
    }
    return specs && !end_of_nothing ? RANGE_UNSATISFIABLE : RANGE_WHOLE;
}

static void check_short(slice_t set, int length, range_e verdict,
                        const byte_range_t *parts, int count)
{
    char expected[SHORT_MAX] = { 0 }, got[SHORT_MAX] = { 0 };
    int i;

    FUZZ_CHECK(slow_decide(set, length, expected) == verdict);
    if (verdict != RANGE_PARTS) {
        return;
    }
    for (i = 0; i < count; i++) {
        memset(got + parts[i].first, 1,
               (size_t)(parts[i].last - parts[i].first + 1));
    }
    FUZZ_CHECK(memcmp(expected, got, SHORT_MAX) == 0);
}

static void check_parts(const byte_range_t *parts, int count, int64_t length)
{
    int i, k;

    for (i = 0; i < count; i++) {
        char text[80];
        byte_range_t again, copy = parts[i];
        int64_t total;
        int len = snprintf(text, sizeof(text), "bytes %lld-%lld/%lld",
                           (long long)parts[i].first, (long long)parts[i].last,
                           (long long)length);

        FUZZ_CHECK(parts[i].first >= 0 && parts[i].first <= parts[i].last
                   && parts[i].last < length);
        for (k = 0; k < i; k++) {
            FUZZ_CHECK(!byte_range_join(&copy, &parts[k]));
        }
        FUZZ_CHECK(
            content_range_read(slice_make(text, (size_t)len), &again, &total)
            == 0);
        FUZZ_CHECK(again.first == parts[i].first && again.last == parts[i].last
                   && total == length);
    }
}

static void check_content_range(slice_t value)
{
    byte_range_t range;
    int64_t length;

    if (content_range_read(value, &range, &length) == 0) {
        FUZZ_CHECK(range.first >= 0 && range.first <= range.last
                   && (length == -1 || range.last < length));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t great[] = { -1, 1000, INT64_MAX - 1, INT64_MAX };
    request_facts_t request = { 0 };
    byte_range_t *parts = malloc(RANGES_MAX * sizeof(*parts));
    const uint8_t *end;
    char *range, *if_range = NULL;
    int64_t length;
    int count, holds;
    range_e verdict;

    if (size < 1) {
        free(parts);
        return 0;
    }
    length = data[0] < SHORT_MAX ? data[0] : great[data[0] % 4];
    end = memchr(data + 1, '\n', size - 1);
    request.range.len = end ? (size_t)(end - data - 1) : size - 1;
    request.range.p = range = fuzz_copy(data + 1, request.range.len);
    if (end) {
        request.if_range.len = size - 2 - request.range.len;
        request.if_range.p = if_range =
            fuzz_copy(end + 1, request.if_range.len);
    }
    verdict = byte_range_decide(&request, length, SLICE_LIT("\"a\""), 784111777,
                                784111778, parts, &count);
    FUZZ_CHECK(verdict == RANGE_PARTS ? count > 0 && count <= RANGES_MAX
                                      : count == 0);
    check_parts(parts, count, length);
    check_content_range(request.range);
    holds = !end || slice_eq(slice_trim(request.if_range), SLICE_LIT("\"a\""));
    if (length >= 0 && length < SHORT_MAX && holds
        && !is_great(request.range)) {
        check_short(request.range, (int)length, verdict, parts, count);
    }
    free(range);
    free(if_range);
    free(parts);
    return 0;
}
