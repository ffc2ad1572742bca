/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_cache_control.c: what an origin says to caches.  The input is one field
 * value, read as Cache-Control, as a targeted field, as a date and as seconds.
 * Promises: every time is within 0 and 2^31; lists are lists of names inside
 * the value; a list cut in two lines at any comma between directives says what
 * it said on one; a directive that forbids, put behind anything, is found;
 * what is written of a date reads back. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/cache_control.c"
#include "policy/cache_directive.c"
#include "policy/http_date.c"
#include "policy/structured.c"
#include "policy/targeted.c"

static void check_time(unsigned has, int64_t seconds)
{
    FUZZ_CHECK(!has || (seconds >= 0 && seconds <= DELTA_MAX));
}

static void check_fields(slice_t fields, slice_t value)
{
    if (fields.p) {
        FUZZ_CHECK(fields.p >= value.p);
        FUZZ_CHECK(fields.p + fields.len <= value.p + value.len);
        FUZZ_CHECK(is_list_of_names(fields));
    }
}

static void check_limits(const cache_control_t *cc, slice_t value)
{
    check_time(cc->has_max_age, cc->max_age);
    check_time(cc->has_s_maxage, cc->s_maxage);
    check_time(cc->has_min_fresh, cc->min_fresh);
    check_time(cc->has_max_stale, cc->max_stale);
    check_time(cc->has_while_revalidate, cc->while_revalidate);
    check_time(cc->has_if_error, cc->if_error);
    FUZZ_CHECK(!cc->max_stale_any || cc->max_stale == DELTA_MAX);
    check_fields(cc->no_cache_fields, value);
    check_fields(cc->private_fields, value);
}

/* Bits and slices alike: both were zeroed before. */
static void check_same(const cache_control_t *a, const cache_control_t *b)
{
    FUZZ_CHECK(memcmp(a, b, sizeof(*a)) == 0);
}

static void check_cut(const cache_control_t *whole, slice_t value)
{
    slice_t rest = value;
    unsigned plain = 0;

    while (rest.len) {
        cache_control_t parts;
        size_t first;

        take_until(&rest, ',', &plain);
        if (plain) {
            break; /* a broken quote lasts to the end of its line */
        }
        first = (size_t)(rest.p - value.p);
        memset(&parts, 0, sizeof(parts));
        cache_control_read(&parts, slice_make(value.p, first));
        cache_control_read(&parts, rest);
        check_same(whole, &parts);
    }
}

/* Only a quote that closes hides anything, and none does behind value. */
static void check_not_hidden(slice_t value)
{
    static const char tail[] = ",no-store";
    size_t len = value.len + sizeof(tail) - 1;
    char *line = malloc(len);
    cache_control_t cc;

    FUZZ_CHECK(line != NULL);
    if (value.len) {
        memcpy(line, value.p, value.len);
    }
    memcpy(line + value.len, tail, sizeof(tail) - 1);
    memset(&cc, 0, sizeof(cc));
    cache_control_read(&cc, slice_make(line, len));
    FUZZ_CHECK(cc.no_store);
    free(line);
}

static void check_cache_control(slice_t value)
{
    cache_control_t cc;

    memset(&cc, 0, sizeof(cc));
    cache_control_read(&cc, value);
    check_limits(&cc, value);
    check_cut(&cc, value);
    check_not_hidden(value);
}

static void check_targeted(slice_t value)
{
    cache_control_t whole, parts;
    structured_t member;
    slice_t rest = slice_trim(value);

    if (targeted_read(&whole, value) != 0) {
        memset(&parts, 0, sizeof(parts));
        check_same(&whole, &parts);
        return;
    }
    check_limits(&whole, value);
    while (structured_next(&rest, &member) == 1) {
        size_t first = (size_t)(rest.p - value.p);

        while (first && memchr(", \t", value.p[first - 1], 3)) {
            first--;
        }
        memset(&parts, 0, sizeof(parts));
        FUZZ_CHECK(targeted_add(&parts, slice_make(value.p, first)) == 1);
        FUZZ_CHECK(targeted_add(&parts, rest) >= 0);
        check_same(&whole, &parts);
    }
}

static void check_date(slice_t value)
{
    char text[30];
    int64_t unix_s, again, seconds;

    if (http_date_read(value, 1790000000, &unix_s) == 0) {
        http_date_write(text, unix_s);
        FUZZ_CHECK(strlen(text) == sizeof(text) - 1);
        FUZZ_CHECK(http_date_read(slice_str(text), 0, &again) == 0);
        FUZZ_CHECK(unix_s == again);
    }
    if (delta_seconds_read(value, &seconds) == 0) {
        check_time(1, seconds);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t value = slice_make(fuzz_copy(data, size), size);

    check_cache_control(value);
    check_targeted(value);
    check_date(value);
    free((char *)value.p);
    return 0;
}
