/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_line.c: see key_line.h.  Layer L0. */
#include "key_line.h"

#define QUOTA_MAX UINT64_C(1000000000000)
#define RATE_MAX UINT64_C(1000000000)
#define TIME_MAX INT64_C(99999999999)

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word; empty at the end or before a comment. */
static slice_t next_word(slice_t *rest)
{
    const char *p = rest->p, *end = p + rest->len, *from;

    while (p < end && is_blank(*p)) {
        p++;
    }
    from = p;
    while (p < end && !is_blank(*p) && *from != '#') {
        p++;
    }
    *rest = slice_make(p, (size_t)(end - p));
    return slice_make(from, (size_t)(p - from));
}

/* Digits at the begin of *rest.  @return 0: there are none, or too much */
static int read_number(slice_t *rest, uint64_t most, uint64_t *number)
{
    size_t n = 0;

    for (*number = 0; n < rest->len && rest->p[n] >= '0' && rest->p[n] <= '9';
         n++) {
        *number = *number * 10 + (uint64_t)(rest->p[n] - '0');
        if (*number > most) {
            return 0;
        }
    }
    *rest = slice_make(rest->p + n, rest->len - n);
    return n > 0;
}

static int take(slice_t *rest, slice_t word)
{
    if (rest->len < word.len || memcmp(rest->p, word.p, word.len) != 0) {
        return 0;
    }
    *rest = slice_make(rest->p + word.len, rest->len - word.len);
    return 1;
}

/* ---- the first two words ---- */

static int is_label(slice_t word)
{
    size_t i;

    for (i = 0; i < word.len; i++) {
        unsigned char c = slice_lower((unsigned char)word.p[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')
            && !memchr("-_.@", c, 4)) {
            return 0;
        }
    }
    return word.len > 0 && word.len <= KEY_LABEL_MAX;
}

static int hex_of(char c)
{
    unsigned char lower = slice_lower((unsigned char)c);

    return c >= '0' && c <= '9'           ? c - '0'
           : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                          : -1;
}

static int read_digest(unsigned char *digest, slice_t word)
{
    size_t i;

    if (word.len != 2 * KEY_DIGEST) {
        return 0;
    }
    for (i = 0; i < KEY_DIGEST; i++) {
        int high = hex_of(word.p[2 * i]), low = hex_of(word.p[2 * i + 1]);

        if (high < 0 || low < 0) {
            return 0;
        }
        digest[i] = (unsigned char)(high << 4 | low);
    }
    return 1;
}

/* ---- options ---- */

static const char *set_rate(key_line_t *out, slice_t value)
{
    static const struct {
        slice_t word;
        uint64_t us;
    } units[] = {
        { SLICE_LIT("s"), 1000000 },
        { SLICE_LIT("min"), 60000000 },
        { SLICE_LIT("h"), UINT64_C(3600000000) },
        { SLICE_LIT("day"), UINT64_C(86400000000) },
    };
    size_t i;

    if (read_number(&value, RATE_MAX, &out->rate.count) && out->rate.count
        && take(&value, SLICE_LIT("/"))) {
        for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if (slice_eq(units[i].word, value)) {
                out->rate.period_us = units[i].us;
                return NULL;
            }
        }
    }
    return "rate= is a number and a time: 10/s, 100/min, 1000/h, 5000/day";
}

static const char *set_burst(key_line_t *out, slice_t value)
{
    uint64_t n;

    if (!read_number(&value, RATE_BURST_MAX, &n) || value.len) {
        return "burst= is a number, 1000000 at most";
    }
    out->rate.burst = (uint32_t)n;
    return NULL;
}

static const char *set_quota(key_line_t *out, slice_t value)
{
    if (!read_number(&value, QUOTA_MAX, &out->quota) || !out->quota
        || !slice_eq(value, SLICE_LIT("/day"))) {
        return "quota= is a number of requests a day: 1000/day";
    }
    return NULL;
}

/* Days from 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1; /* March is the first month */
    int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;

    return y * 365 + y / 4 - y / 100 + y / 400 + in_year + day - 1 - 719468;
}

/* Of month 1 to 12. */
static uint64_t days_in(uint64_t year, uint64_t month)
{
    static const char days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    int is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return (uint64_t)days[month - 1] + (month == 2 && is_leap);
}

static const char *set_expires(key_line_t *out, slice_t value)
{
    uint64_t year, month = 0, day = 0;

    if (read_number(&value, TIME_MAX, &year) && year) {
        if (!value.len && year > 9999) {
            out->expires_s = (int64_t)year;
            return NULL;
        }
        if (year >= 1970 && year <= 9999 && take(&value, SLICE_LIT("-"))
            && read_number(&value, 12, &month) && month
            && take(&value, SLICE_LIT("-")) && read_number(&value, 31, &day)
            && day && day <= days_in(year, month) && !value.len) {
            out->expires_s =
                days_of((int64_t)year, (int64_t)month, (int64_t)day) * 86400;
            if (out->expires_s) {
                return NULL;
            }
        }
    }
    return "expires= is a date (2027-01-31) or a Unix time";
}

static const char *set_scopes(key_line_t *out, slice_t value)
{
    size_t i;

    for (i = 0; i < value.len; i++) {
        if ((unsigned char)value.p[i] < '!'
            || (unsigned char)value.p[i] > '~') {
            return "scopes= are words with commas between them";
        }
    }
    out->scopes = value;
    return value.len ? NULL : "scopes= are words with commas between them";
}

static const char *set_option(key_line_t *out, slice_t word)
{
    static const struct {
        slice_t name;
        const char *(*set)(key_line_t *out, slice_t value);
    } options[] = {
        { SLICE_LIT("rate="), set_rate },
        { SLICE_LIT("burst="), set_burst },
        { SLICE_LIT("quota="), set_quota },
        { SLICE_LIT("expires="), set_expires },
        { SLICE_LIT("scopes="), set_scopes },
    };
    size_t i;

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (take(&word, options[i].name)) {
            return options[i].set(out, word);
        }
    }
    return "an option is rate=, burst=, quota=, expires= or scopes=";
}

const char *key_line_read(key_line_t *out, slice_t line)
{
    slice_t word = next_word(&line);
    const char *wrong = NULL;

    memset(out, 0, sizeof(*out));
    if (!word.len) {
        return NULL;
    }
    if (!is_label(word)) {
        return "the first word is a label: 40 letters, digits and -_.@ at most";
    }
    out->label = word;
    if (!read_digest(out->digest, next_word(&line))) {
        return "the second word is the SHA-256 of a key, 64 hex digits";
    }
    while (!wrong && (word = next_word(&line)).len) {
        wrong = set_option(out, word);
    }
    if (!wrong && out->rate.burst && !out->rate.count) {
        wrong = "burst= needs rate=";
    }
    return wrong;
}
