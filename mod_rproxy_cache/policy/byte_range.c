/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* byte_range.c: Range, If-Range and Content-Range.  Layer L0.
 * RFC 9110 sections 13.1.5, 14.1.2, 14.2 and 14.4, RFC 9111 section 3.4. */
#include "byte_range.h"
#include "http_date.h"
#include "validators.h"

typedef enum {
    SPEC_OK,
    SPEC_MALFORMED,
    SPEC_BEYOND, /* well-formed, but no byte of the body is in it */
    SPEC_EMPTY   /* the end of an empty body */
} spec_e;

/* A position, cut to INT64_MAX.  @return 0, or -1: there is no digit */
static int cut_position(slice_t *rest, int64_t *position)
{
    size_t i;
    int64_t value = 0;

    for (i = 0; i < rest->len; i++) {
        int digit = rest->p[i] - '0';

        if (digit < 0 || digit > 9) {
            break;
        }
        value =
            value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
    }
    rest->p += i;
    rest->len -= i;
    *position = value;
    return i ? 0 : -1;
}

static int cut_char(slice_t *rest, char c)
{
    if (rest->len == 0 || rest->p[0] != c) {
        return -1;
    }
    rest->p++;
    rest->len--;
    return 0;
}

/* "-500": the last bytes, as many as there are. */
static spec_e read_suffix(slice_t spec, int64_t length, byte_range_t *range)
{
    int64_t suffix;

    if (cut_char(&spec, '-') != 0 || cut_position(&spec, &suffix) != 0
        || spec.len) {
        return SPEC_MALFORMED;
    }
    if (suffix == 0) {
        return SPEC_BEYOND;
    }
    range->first = suffix < length ? length - suffix : 0;
    range->last = length - 1;
    return length ? SPEC_OK : SPEC_EMPTY;
}

static spec_e read_spec(slice_t spec, int64_t length, byte_range_t *range)
{
    if (spec.p[0] == '-') {
        return read_suffix(spec, length, range);
    }
    if (cut_position(&spec, &range->first) != 0 || cut_char(&spec, '-') != 0) {
        return SPEC_MALFORMED;
    }
    range->last = INT64_MAX;
    if (spec.len
        && (cut_position(&spec, &range->last) != 0 || spec.len
            || range->last < range->first)) {
        return SPEC_MALFORMED;
    }
    if (range->last > length - 1) {
        range->last = length - 1;
    }
    return range->first < length ? SPEC_OK : SPEC_BEYOND;
}

int byte_range_join(byte_range_t *a, const byte_range_t *b)
{
    /* Not "last + 1": it may be the greatest number there is. */
    if ((b->first > a->last && b->first - a->last > 1)
        || (a->first > b->last && a->first - b->last > 1)) {
        return 0;
    }
    if (b->first < a->first) {
        a->first = b->first;
    }
    if (b->last > a->last) {
        a->last = b->last;
    }
    return 1;
}

/* Adds a part in the place of the first that it joins, else at the end.  Those
 * that are there do not touch each other, so one pass finds all. */
static void add_part(byte_range_t *parts, int *count, byte_range_t part)
{
    int i, kept = 0, place = -1;

    for (i = 0; i < *count; i++) {
        if (!byte_range_join(&part, &parts[i])) {
            parts[kept++] = parts[i];
        }
        else if (place < 0) {
            place = kept++;
        }
    }
    parts[place < 0 ? kept++ : place] = part;
    *count = kept;
}

/* Section 13.1.5: an entity tag is told from a date by its first bytes. */
static int if_range_holds(slice_t value, slice_t etag, int64_t last_modified,
                          int64_t date)
{
    int64_t since;

    value = slice_trim(value);
    if (etag_is_weak(value) || (value.len && value.p[0] == '"')) {
        return etag_matches(value, etag, 1);
    }
    return last_modified_is_strong(last_modified, date)
           && http_date_read(value, date, &since) == 0
           && since == last_modified;
}

static int cut_bytes_unit(slice_t *set)
{
    slice_t unit = SLICE_LIT("bytes=");

    if (set->len < unit.len
        || !slice_eq_nocase(slice_make(set->p, unit.len), unit)) {
        return -1;
    }
    set->p += unit.len;
    set->len -= unit.len;
    return 0;
}

/* @param specs out: their number, also of those that have no bytes */
static range_e read_set(slice_t set, int64_t length, byte_range_t *parts,
                        int *count, int *specs)
{
    int empty = 0;
    slice_t spec;

    while (h1_list_next(&set, &spec)) {
        byte_range_t part;
        spec_e result = read_spec(spec, length, &part);

        if (result == SPEC_MALFORMED || ++*specs > RANGES_MAX) {
            return RANGE_WHOLE;
        }
        if (result == SPEC_OK) {
            add_part(parts, count, part);
        }
        empty |= result == SPEC_EMPTY;
    }
    if (*count) {
        return RANGE_PARTS;
    }
    return *specs && !empty ? RANGE_UNSATISFIABLE : RANGE_WHOLE;
}

range_e byte_range_decide(const request_facts_t *request, int64_t length,
                          slice_t etag, int64_t last_modified, int64_t date,
                          byte_range_t *out, int *count)
{
    slice_t set = request->range;
    range_e verdict;
    int specs = 0;

    *count = 0;
    if (request->method != METHOD_IS_GET || !set.p || length < 0
        || cut_bytes_unit(&set) != 0) {
        return RANGE_WHOLE;
    }
    if (request->if_range.p
        && !if_range_holds(request->if_range, etag, last_modified, date)) {
        return RANGE_WHOLE;
    }
    verdict = read_set(set, length, out, count, &specs);
    if (verdict == RANGE_PARTS && specs > 1 && *count == 1 && out->first == 0
        && out->last == length - 1) {
        verdict = RANGE_WHOLE;
    }
    if (verdict != RANGE_PARTS) {
        *count = 0;
    }
    return verdict;
}

int content_range_read(slice_t value, byte_range_t *range, int64_t *length)
{
    slice_t unit = SLICE_LIT("bytes ");

    if (value.len < unit.len
        || !slice_eq_nocase(slice_make(value.p, unit.len), unit)) {
        return -1;
    }
    value = slice_make(value.p + unit.len, value.len - unit.len);
    if (cut_position(&value, &range->first) != 0 || cut_char(&value, '-') != 0
        || cut_position(&value, &range->last) != 0 || cut_char(&value, '/') != 0
        || range->last < range->first || range->last == INT64_MAX) {
        return -1;
    }
    if (slice_eq(value, SLICE_LIT("*"))) {
        *length = -1;
        return 0;
    }
    return h1_parse_length(value, length) == 0 && range->last < *length ? 0
                                                                        : -1;
}
