/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* http_date.c: HTTP-date and delta-seconds.  Layer L0.  RFC 9110 section
 * 5.6.7, RFC 9111 sections 1.2.2, 4.2 and 5.3.
 *
 * The three forms are read to the letter but for the case of names (RFC 9111
 * section 4.2) and a weekday that does not fit the date.  Everything else is
 * refused: zones other than GMT, a dash, dot or space too many, hours of one
 * digit, the 31st of June. */
#include "http_date.h"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

#define DAYS_PER_ERA 146097 /* 400 years */
#define DAYS_TO_1970 719468 /* from 0000-03-01 */
#define YEAR_0000_S (-62167219200LL)
#define YEAR_9999_S 253402300799LL
#define NEAR_FUTURE_YS 50

typedef struct {
    int year, month, day; /* month from 1 */
    int hour, minute, second;
} civil_t;

static const char *const weekday_names[7] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};

static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec" };

/* Days since 1970-01-01.  Counted in years that begin in March, so that the
 * leap day is the last one. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    int64_t shifted = year + 400 - (month <= 2);
    int64_t era = shifted / 400, in_era = shifted % 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return (era - 1) * DAYS_PER_ERA + in_era * 365 + in_era / 4 - in_era / 100
           + in_year - DAYS_TO_1970;
}

static void civil_from_days(int64_t days, civil_t *c)
{
    int64_t shifted = days + DAYS_TO_1970 + DAYS_PER_ERA;
    int64_t era = shifted / DAYS_PER_ERA, in_era = shifted % DAYS_PER_ERA;
    int64_t years =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / (DAYS_PER_ERA - 1))
        / 365;
    int in_year = (int)(in_era - (365 * years + years / 4 - years / 100));
    int month = (5 * in_year + 2) / 153;

    c->day = in_year - (153 * month + 2) / 5 + 1;
    c->month = month < 10 ? month + 3 : month - 9;
    c->year = (int)(years + (era - 1) * 400 + (c->month <= 2));
}

static int64_t unix_from_civil(const civil_t *c, int year)
{
    return days_from_civil(year, c->month, c->day) * DAY_S + c->hour * HOUR_S
           + c->minute * MINUTE_S + c->second;
}

static int days_in_month(int year, int month)
{
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    if (month == 2) {
        return 28 + leap;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static int take_text(slice_t *s, const char *text)
{
    size_t len = strlen(text);

    if (s->len < len
        || !slice_eq_nocase(slice_make(s->p, len), slice_make(text, len))) {
        return 0;
    }
    s->p += len;
    s->len -= len;
    return 1;
}

static int take_number(slice_t *s, size_t digits, int *number)
{
    size_t i;

    if (s->len < digits) {
        return 0;
    }
    *number = 0;
    for (i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9') {
            return 0;
        }
        *number = *number * 10 + (s->p[i] - '0');
    }
    s->p += digits;
    s->len -= digits;
    return 1;
}

static int take_month(slice_t *s, int *month)
{
    for (*month = 1; *month <= 12; (*month)++) {
        if (take_text(s, month_names[*month - 1])) {
            return 1;
        }
    }
    return 0;
}

/* The first three letters.  @return the whole name, or NULL */
static const char *take_weekday(slice_t *s)
{
    int i;

    for (i = 0; i < 7; i++) {
        slice_t abbreviated = slice_make(weekday_names[i], 3);

        if (s->len >= 3 && slice_eq_nocase(slice_make(s->p, 3), abbreviated)) {
            s->p += 3;
            s->len -= 3;
            return weekday_names[i];
        }
    }
    return NULL;
}

/* A leap second counts as the one before: the nearest time that is not later
 * (RFC 9111 section 4.2). */
static int take_time(slice_t *s, civil_t *c)
{
    if (!take_number(s, 2, &c->hour) || !take_text(s, ":")
        || !take_number(s, 2, &c->minute) || !take_text(s, ":")
        || !take_number(s, 2, &c->second)) {
        return 0;
    }
    if (c->second == 60) {
        c->second = 59;
    }
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

/* "06 Nov 1994 08:49:37 GMT" */
static int take_fixdate(slice_t *s, civil_t *c)
{
    return take_number(s, 2, &c->day) && take_text(s, " ")
           && take_month(s, &c->month) && take_text(s, " ")
           && take_number(s, 4, &c->year) && take_text(s, " ")
           && take_time(s, c) && take_text(s, " GMT");
}

/* "Nov  6 08:49:37 1994" */
static int take_asctime(slice_t *s, civil_t *c)
{
    if (!take_month(s, &c->month) || !take_text(s, " ")) {
        return 0;
    }
    if (take_text(s, " ") ? !take_number(s, 1, &c->day)
                          : !take_number(s, 2, &c->day)) {
        return 0;
    }
    return take_text(s, " ") && take_time(s, c) && take_text(s, " ")
           && take_number(s, 4, &c->year);
}

/* The last year with these two digits that is not more than 50 years ahead. */
static int year_of_two_digits(const civil_t *c, int64_t now_s)
{
    civil_t now;
    int year;

    now_s = now_s < 0 ? 0 : now_s > YEAR_9999_S ? YEAR_9999_S : now_s;
    civil_from_days(now_s / DAY_S, &now);
    year = now.year - now.year % 100 + 100 + c->year;
    while (unix_from_civil(c, year - NEAR_FUTURE_YS) > now_s) {
        year -= 100;
    }
    return year;
}

/* "06-Nov-94 08:49:37 GMT" */
static int take_rfc850(slice_t *s, civil_t *c, int64_t now_s)
{
    if (!take_number(s, 2, &c->day) || !take_text(s, "-")
        || !take_month(s, &c->month) || !take_text(s, "-")
        || !take_number(s, 2, &c->year) || !take_text(s, " ")
        || !take_time(s, c) || !take_text(s, " GMT")) {
        return 0;
    }
    c->year = year_of_two_digits(c, now_s);
    return 1;
}

int http_date_read(slice_t text, int64_t now_s, int64_t *unix_s)
{
    slice_t s = slice_trim(text);
    const char *weekday = take_weekday(&s);
    civil_t c = { 0 };
    int read = 0;

    if (!weekday) {
        return -1;
    }
    if (take_text(&s, ", ")) {
        read = take_fixdate(&s, &c);
    }
    else if (take_text(&s, " ")) {
        read = take_asctime(&s, &c);
    }
    else if (take_text(&s, weekday + 3) && take_text(&s, ", ")) {
        read = take_rfc850(&s, &c, now_s);
    }
    if (!read || s.len || c.day < 1 || c.day > days_in_month(c.year, c.month)) {
        return -1;
    }
    *unix_s = unix_from_civil(&c, c.year);
    return 0;
}

static char *put_number(char *out, int number, int digits)
{
    int i;

    for (i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + digits;
}

static char *put_text(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

void http_date_write(char *out, int64_t unix_s)
{
    civil_t c;
    int64_t days;
    int second;

    unix_s = unix_s < YEAR_0000_S ? YEAR_0000_S : unix_s;
    unix_s = unix_s > YEAR_9999_S ? YEAR_9999_S : unix_s;
    days = (unix_s - YEAR_0000_S) / DAY_S + YEAR_0000_S / DAY_S;
    second = (int)(unix_s - days * DAY_S);
    civil_from_days(days, &c);
    /* 0000-01-01 was a Saturday. */
    out = put_text(out, weekday_names[(days - YEAR_0000_S / DAY_S + 6) % 7], 3);
    out = put_number(put_text(out, ", ", 2), c.day, 2);
    out = put_text(put_text(out, " ", 1), month_names[c.month - 1], 3);
    out = put_number(put_text(out, " ", 1), c.year, 4);
    out = put_number(put_text(out, " ", 1), second / HOUR_S, 2);
    out = put_number(put_text(out, ":", 1), second / MINUTE_S % 60, 2);
    out = put_number(put_text(out, ":", 1), second % 60, 2);
    memcpy(out, " GMT", sizeof(" GMT"));
}

int delta_seconds_read(slice_t text, int64_t *seconds)
{
    int64_t value = 0;
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.p[i] - '0');
        if (value > DELTA_MAX) {
            value = DELTA_MAX;
        }
    }
    if (text.len == 0) {
        return -1;
    }
    *seconds = value;
    return 0;
}
