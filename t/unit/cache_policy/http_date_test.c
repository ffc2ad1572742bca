/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* http_date_test.c: dates and delta-seconds. */
#include "unit.h"

#include "guarded.h"
#include "policy/http_date.c"

#define REFUSED INT64_MIN
#define IN_1994 784111777
#define IN_2026 1790000000

typedef struct {
    const char *name, *text;
    int64_t now_s, unix_s;
} date_case_t;

/* clang-format off */
static const date_case_t dates[] = {
    { "9110 5.6.7: IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT",
      IN_1994, IN_1994 },
    { "9110 5.6.7: rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT",
      IN_1994, IN_1994 },
    { "9110 5.6.7: asctime-date", "Sun Nov  6 08:49:37 1994",
      IN_1994, IN_1994 },
    { "9110 5.6.7: asctime-date, two digits of day",
      "Wed Nov 16 08:49:37 1994", IN_1994, IN_1994 + 10 * 86400 },
    { "9110 5.6.7: asctime-date, a zero before the day",
      "Sun Nov 06 08:49:37 1994", IN_1994, IN_1994 },
    { "9110 5.6.7: the epoch", "Thu, 01 Jan 1970 00:00:00 GMT", 0, 0 },
    { "9110 5.6.7: before the epoch", "Wed, 31 Dec 1969 23:59:59 GMT", 0, -1 },
    { "9110 5.6.7: beyond 32 bits", "Fri, 01 Jan 2100 00:00:00 GMT",
      0, 4102444800 },
    { "9110 5.6.7: the last second", "Fri, 31 Dec 9999 23:59:59 GMT",
      0, 253402300799 },
    { "9110 5.6.7: the first second", "Sat, 01 Jan 0000 00:00:00 GMT",
      0, -62167219200 },
    { "9110 5.6.7: a leap day", "Thu, 29 Feb 1996 00:00:00 GMT",
      0, 825552000 },
    { "9110 5.6.7: leap day of 2000", "Tue, 29 Feb 2000 12:00:00 GMT",
      0, 951825600 },
    { "9110 5.6.7: no leap day in 1900", "Thu, 29 Feb 1900 00:00:00 GMT",
      0, REFUSED },
    { "9110 5.6.7: no leap day in 1995", "Wed, 29 Feb 1995 00:00:00 GMT",
      0, REFUSED },
    { "9110 5.6.7: the day after a leap day", "Fri, 01 Mar 1996 00:00:00 GMT",
      0, 825638400 },

    { "9110 5.6.7: two digits, 50 years ahead is ahead",
      "Monday, 21-Sep-76 14:13:20 GMT", IN_2026, 3367923200 },
    { "9110 5.6.7: two digits, a second more is the past",
      "Monday, 21-Sep-76 14:13:21 GMT", IN_2026, 212163201 },
    { "9110 5.6.7: two digits, 51 years ahead is the past",
      "Friday, 01-Jan-77 00:00:00 GMT", IN_2026, 220924800 },
    { "9110 5.6.7: two digits, this century",
      "Saturday, 01-Jan-00 00:00:00 GMT", IN_2026, 946684800 },
    { "9110 5.6.7: two digits, the next century",
      "Thursday, 01-Jan-05 00:00:00 GMT", 4070908800, 4260211200 },
    { "9110 5.6.7: two digits, leap day of the year it means",
      "Tuesday, 29-Feb-00 00:00:00 GMT", IN_2026, 951782400 },
    { "9110 5.6.7: two digits, clock at 0",
      "Thursday, 01-Jan-70 00:00:00 GMT", 0, 0 },

    { "9111 4.2: weekday in upper case", "SUN, 06 Nov 1994 08:49:37 GMT",
      0, IN_1994 },
    { "9111 4.2: month in lower case", "Sun, 06 nov 1994 08:49:37 GMT",
      0, IN_1994 },
    { "9111 4.2: zone in mixed case", "Sun, 06 Nov 1994 08:49:37 gMt",
      0, IN_1994 },
    { "9111 4.2: long weekday in upper case",
      "SUNDAY, 06-NOV-94 08:49:37 GMT", IN_1994, IN_1994 },
    { "9111 4.2: asctime in lower case", "sun nov  6 08:49:37 1994",
      0, IN_1994 },
    { "9111 4.2: leap second is the second before",
      "Sat, 31 Dec 2016 23:59:60 GMT", 0, 1483228799 },
    { "9111 4.2: zone UTC", "Sun, 06 Nov 1994 08:49:37 UTC", 0, REFUSED },
    { "9111 4.2: zone EST", "Sun, 06 Nov 1994 08:49:37 EST", 0, REFUSED },
    { "9111 4.2: zone as offset", "Sun, 06 Nov 1994 08:49:37 +0000",
      0, REFUSED },
    { "9111 4.2: no zone", "Sun, 06 Nov 1994 08:49:37", 0, REFUSED },
    { "9111 4.2: a zone behind asctime", "Sun Nov  6 08:49:37 1994 GMT",
      0, REFUSED },

    { "robust: a weekday that does not fit", "Mon, 06 Nov 1994 08:49:37 GMT",
      0, IN_1994 },
    { "robust: white space around", " Sun, 06 Nov 1994 08:49:37 GMT\t",
      0, IN_1994 },
    { "9111 5.3: 0", "0", 0, REFUSED },
    { "9111 5.3: -1", "-1", 0, REFUSED },
    { "9111 5.3: empty", "", 0, REFUSED },
    { "9111 5.3: a number", "784111777", 0, REFUSED },
    { "9111 5.3: a word", "never", 0, REFUSED },
    { "refused: two-digit year", "Sun, 06 Nov 94 08:49:37 GMT", 0, REFUSED },
    { "refused: no comma", "Sun 06 Nov 1994 08:49:37 GMT", 0, REFUSED },
    { "refused: spaces too many", "Sun, 06  Nov  1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: no space behind the comma", "Sun,06 Nov 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: dashes with a short weekday", "Sun, 06-Nov-1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: dashes with four digits",
      "Sunday, 06-Nov-1994 08:49:37 GMT", 0, REFUSED },
    { "refused: dots in the time", "Sun, 06 Nov 1994 08.49.37 GMT",
      0, REFUSED },
    { "refused: one digit of hour", "Sun, 06 Nov 1994 8:49:37 GMT",
      0, REFUSED },
    { "refused: one digit of day", "Sun, 6 Nov 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: no seconds", "Sun, 06 Nov 1994 08:49 GMT", 0, REFUSED },
    { "refused: fractions", "Sun, 06 Nov 1994 08:49:37.5 GMT", 0, REFUSED },
    { "refused: no weekday", "06 Nov 1994 08:49:37 GMT", 0, REFUSED },
    { "refused: an unknown weekday", "Foo, 06 Nov 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: half a long weekday", "Sund, 06-Nov-94 08:49:37 GMT",
      0, REFUSED },
    { "refused: another's long weekday", "Monnesday, 06-Nov-94 08:49:37 GMT",
      0, REFUSED },
    { "refused: a long month", "Sun, 06 November 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: an unknown month", "Sun, 06 Nob 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", 0, REFUSED },
    { "refused: minute 60", "Sun, 06 Nov 1994 08:60:00 GMT", 0, REFUSED },
    { "refused: second 61", "Sun, 06 Nov 1994 08:49:61 GMT", 0, REFUSED },
    { "refused: day 0", "Sun, 00 Nov 1994 08:49:37 GMT", 0, REFUSED },
    { "refused: the 31st of June", "Fri, 31 Jun 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: day 32", "Sun, 32 Jan 1994 08:49:37 GMT", 0, REFUSED },
    { "refused: text behind", "Sun, 06 Nov 1994 08:49:37 GMT, x",
      0, REFUSED },
    { "refused: two dates", NULL, 0, REFUSED },
    { "refused: a letter in the day", "Sun, 0a Nov 1994 08:49:37 GMT",
      0, REFUSED },
    { "refused: a letter in the year", "Sun, 06 Nov 19x4 08:49:37 GMT",
      0, REFUSED },
    { "refused: a space in the time", "Sun, 06 Nov 1994 08: 9:37 GMT",
      0, REFUSED },
    { "refused: only a weekday", "Sun", 0, REFUSED },
    { "refused: ISO 8601", "1994-11-06T08:49:37Z", 0, REFUSED },
    { "refused: five digits of year", "Sun, 06 Nov 11994 08:49:37 GMT",
      0, REFUSED },
    { "refused: a sign", "Sun, -6 Nov 1994 08:49:37 GMT", 0, REFUSED },
};

typedef struct {
    const char *name, *text;
    int64_t seconds; /* -1: refused */
} delta_case_t;

static const delta_case_t deltas[] = {
    { "9111 1.2.2: 0", "0", 0 },
    { "9111 1.2.2: a time", "3600", 3600 },
    { "9111 1.2.2: zeros in front", "003600", 3600 },
    { "9111 1.2.2: 2^31 - 1", "2147483647", 2147483647 },
    { "9111 1.2.2: 2^31", "2147483648", 2147483648 },
    { "9111 1.2.2: 2^31 + 1", "2147483649", 2147483648 },
    { "9111 1.2.2: 2^32 + 1", "4294967297", 2147483648 },
    { "9111 1.2.2: 2^63", "9223372036854775808", 2147483648 },
    { "9111 1.2.2: 2^64 + 1", "18446744073709551617", 2147483648 },
    { "9111 1.2.2: 40 digits", "9999999999999999999999999999999999999999",
      2147483648 },
    { "9111 1.2.2: negative", "-1", -1 },
    { "9111 1.2.2: with a plus", "+1", -1 },
    { "9111 1.2.2: a fraction", "1.5", -1 },
    { "9111 1.2.2: with a unit", "60s", -1 },
    { "9111 1.2.2: hexadecimal", "0x10", -1 },
    { "9111 1.2.2: empty", "", -1 },
    { "9111 1.2.2: a space", "6 0", -1 },
    { "9111 1.2.2: huge, then junk", "99999999999999999999x", -1 },
};
/* clang-format on */

static void check_date(void **state)
{
    const date_case_t *c = *state;
    const char *text = c->text ? c->text
                               : "Sun, 06 Nov 1994 08:49:37 GMT"
                                 "Sun, 06 Nov 1994 08:49:37 GMT";
    int64_t unix_s = 42;
    int result = http_date_read(guarded(0, text), c->now_s, &unix_s);

    if (c->unix_s == REFUSED) {
        assert_int_equal(result, -1);
        assert_int_equal(unix_s, 42);
    }
    else {
        assert_int_equal(result, 0);
        assert_int_equal(unix_s, c->unix_s);
    }
}

static void check_delta(void **state)
{
    const delta_case_t *c = *state;
    int64_t seconds = 42;
    int result = delta_seconds_read(guarded(0, c->text), &seconds);

    assert_int_equal(result, c->seconds < 0 ? -1 : 0);
    assert_int_equal(seconds, c->seconds < 0 ? 42 : c->seconds);
}

static void check_write(void **state)
{
    char out[30];

    http_date_write(out, IN_1994);
    assert_string_equal(out, "Sun, 06 Nov 1994 08:49:37 GMT");
    http_date_write(out, -1);
    assert_string_equal(out, "Wed, 31 Dec 1969 23:59:59 GMT");
    http_date_write(out, INT64_MAX);
    assert_string_equal(out, "Fri, 31 Dec 9999 23:59:59 GMT");
    http_date_write(out, INT64_MIN);
    assert_string_equal(out, "Sat, 01 Jan 0000 00:00:00 GMT");
}

/* Each day of 1600 to 2400, and its weekday, against a plain count. */
static void check_every_day(void **state)
{
    int64_t unix_s = -11676096000 + 43200; /* 1600-01-01, a Saturday */
    int year = 1600, month = 1, day = 1, weekday = 6;

    for (; year <= 2400; unix_s += 86400) {
        char expected[64], out[30];
        int64_t back;

        snprintf(expected, sizeof(expected), "%.3s, %02d %s %04d 12:00:00 GMT",
                 weekday_names[weekday], day, month_names[month - 1], year);
        http_date_write(out, unix_s);
        assert_string_equal(out, expected);
        assert_int_equal(http_date_read(slice_str(out), 0, &back), 0);
        assert_int_equal(back, unix_s);
        weekday = (weekday + 1) % 7;
        if (++day > days_in_month(year, month)) {
            day = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(dates); i++) {
        unit_add(dates[i].name, check_date, &dates[i]);
    }
    for (i = 0; i < UNIT_COUNT(deltas); i++) {
        unit_add(deltas[i].name, check_delta, &deltas[i]);
    }
    unit_add("9110 5.6.7: written", check_write, NULL);
    unit_add("9110 5.6.7: 800 years, written and read", check_every_day, NULL);
    return unit_run("http_date");
}
