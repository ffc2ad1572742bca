/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* found_member.c: see found_member.h.  Layer L0. */
#include "found_member.h"

#include "members/member_facts.h"

#define CONNECTIONS_MAX 1000000
#define YEAR_S 31536000
#define WORD_MAX 63

#define US_IN_MS INT64_C(1000)
#define US_IN_S (1000 * US_IN_MS)

/* Decimal digits alone.  @return 0: more than max, or none */
static int read_number(slice_t text, int64_t max, int64_t *number)
{
    int64_t n = 0;
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return 0;
        }
        n = 10 * n + (text.p[i] - '0');
        if (n > max) {
            return 0;
        }
    }
    *number = n;
    return text.len > 0;
}

static const char *set_int(slice_t value, int max, int *field,
                           const char *expected)
{
    int64_t number;

    if (!read_number(value, max, &number)) {
        return expected;
    }
    *field = (int)number;
    return NULL;
}

static const char *set_flag(slice_t value, int *field)
{
    if (slice_eq_nocase(value, SLICE_LIT("on"))) {
        *field = 1;
        return NULL;
    }
    if (slice_eq_nocase(value, SLICE_LIT("off"))) {
        *field = 0;
        return NULL;
    }
    return "on or off";
}

static const char *set_word(slice_t value, slice_t *field)
{
    size_t i;

    for (i = 0; i < value.len; i++) {
        unsigned char c = slice_lower((unsigned char)value.p[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
              || c == '.' || c == '_')) {
            break;
        }
    }
    if (i < value.len || !value.len || value.len > WORD_MAX) {
        return "1 to 63 letters, digits, '-', '.' and '_'";
    }
    *field = value;
    return NULL;
}

/* Seconds, or with a unit. */
static const char *set_time(slice_t value, int64_t *field)
{
    static const struct {
        slice_t name;
        int64_t us;
    } units[] = {
        { { "ms", 2 }, US_IN_MS },      { { "s", 1 }, US_IN_S },
        { { "min", 3 }, 60 * US_IN_S }, { { "mi", 2 }, 60 * US_IN_S },
        { { "h", 1 }, 3600 * US_IN_S }, { { "", 0 }, US_IN_S },
    };
    slice_t digits = value, unit;
    int64_t number;
    size_t i;

    for (i = 0; i < value.len && value.p[i] >= '0' && value.p[i] <= '9'; i++) {
    }
    digits.len = i;
    unit = slice_make(value.p + i, value.len - i);
    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (slice_eq(unit, units[i].name)
            && read_number(digits, YEAR_S * US_IN_S / units[i].us, &number)) {
            *field = number * units[i].us;
            return NULL;
        }
    }
    return "a time up to a year such as 500ms, 30s, 5min or 1h";
}

const char *found_member_set(found_member_t *member, slice_t key, slice_t value)
{
    if (slice_eq(key, SLICE_LIT("weight"))) {
        return set_int(value, MEMBER_WEIGHT_MAX, &member->weight,
                       "a weight from 0 to 1000");
    }
    if (slice_eq(key, SLICE_LIT("tier"))) {
        return set_int(value, MEMBER_TIERS - 1, &member->tier,
                       "a tier from 0 to 15");
    }
    if (slice_eq(key, SLICE_LIT("max-connections"))) {
        return set_int(value, CONNECTIONS_MAX, &member->max_connections,
                       "a number from 0 to 1000000");
    }
    if (slice_eq(key, SLICE_LIT("backup"))) {
        return set_flag(value, &member->backup);
    }
    if (slice_eq(key, SLICE_LIT("zone"))) {
        return set_word(value, &member->zone);
    }
    if (slice_eq(key, SLICE_LIT("group"))) {
        return set_word(value, &member->group);
    }
    if (slice_eq(key, SLICE_LIT("route"))) {
        return set_word(value, &member->route);
    }
    if (slice_eq(key, SLICE_LIT("slow-start"))) {
        return set_time(value, &member->slow_start_us);
    }
    return "one of the keys " FOUND_MEMBER_KEYS;
}

int found_member_order(const found_member_t *a, const found_member_t *b)
{
    size_t len = a->url.len < b->url.len ? a->url.len : b->url.len;
    int order = len ? memcmp(a->url.p, b->url.p, len) : 0;

    return order ? order
                 : (a->url.len > b->url.len) - (a->url.len < b->url.len);
}

static int is_same(const found_member_t *a, const found_member_t *b)
{
    return a->weight == b->weight && a->tier == b->tier
           && a->backup == b->backup && a->max_connections == b->max_connections
           && a->slow_start_us == b->slow_start_us && slice_eq(a->zone, b->zone)
           && slice_eq(a->group, b->group) && slice_eq(a->route, b->route);
}

found_diff_t found_member_diff(const found_member_t *before, int before_count,
                               const found_member_t *now, int now_count)
{
    found_diff_t diff = { 0, 0, 0 };
    int i = 0, k = 0;

    while (i < before_count && k < now_count) {
        int order = found_member_order(&before[i], &now[k]);

        if (order < 0) {
            diff.removed++;
            i++;
        }
        else if (order > 0) {
            diff.added++;
            k++;
        }
        else {
            diff.changed += !is_same(&before[i++], &now[k++]);
        }
    }
    diff.removed += before_count - i;
    diff.added += now_count - k;
    return diff;
}
