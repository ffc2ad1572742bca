/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* freshness_test.c: a head and rules in, lifetime and its source out. */
#include "facts_fixture.h"

#include "policy/freshness.c"

static const lifetime_rules_t none = { -1, -1, -1, -1, -1, -1, 0, -1, 0 };
static const lifetime_rules_t guess = { 300, -1, -1, -1, -1, -1, 10, 86400, 0 };
static const lifetime_rules_t guess_long = {
    -1, -1, -1, -1, -1, -1, 100, -1, 0
};
static const lifetime_rules_t by_default = {
    300, -1, -1, -1, -1, -1, 0, -1, 0
};
static const lifetime_rules_t bounds = { 5, 60, 600, -1, -1, -1, 0, -1, 0 };
static const lifetime_rules_t max_below_min = {
    -1, 60, 30, -1, -1, -1, 0, -1, 0
};
static const lifetime_rules_t stale = { 300, -1, -1, 30, 40, -1, 0, -1, 0 };
static const lifetime_rules_t forced = { 300, 60, 600, 30, 40, 20, 10, -1, 0 };
static const lifetime_rules_t forced_long = { -1,   -1, 600, -1, -1,
                                              9000, 0,  -1,  0 };
static const lifetime_rules_t forced_zero = {
    300, 60, -1, -1, -1, 0, 10, -1, 0
};
static const lifetime_rules_t ignore = {
    300, -1, -1, 30, 40, -1, 10, 86400, 1
};

static const lifetime_rules_t default_zero = {
    0, -1, -1, -1, -1, -1, 0, -1, 0
};
static const lifetime_rules_t max_zero = { 300, -1, 0, -1, -1, -1, 0, -1, 0 };
static const lifetime_rules_t guess_zero = {
    300, -1, -1, -1, -1, -1, 10, 0, 0
};

typedef struct {
    const char *name;
    int status;
    const char *head;
    const lifetime_rules_t *rules;
    const char *expected;
} lifetime_case_t;

/* clang-format off */
static const lifetime_case_t cases[] = {
    { "9111 4.2.1: nothing", 200, NULL, &none, "none 0" },
    { "9111 4.2.1: max-age", 200, "Cache-Control: max-age=60", &none,
      "max-age 60" },
    { "9111 4.2.1: s-maxage before max-age", 200,
      "Cache-Control: max-age=600, s-maxage=60", &none,
      "s-maxage 60 must-revalidate" },
    { "9111 4.2.1: also when longer", 200,
      "Cache-Control: max-age=60, s-maxage=600", &none,
      "s-maxage 600 must-revalidate" },
    { "9111 4.2.1: Expires minus Date", 200,
      "Date: " EARLIER "\nExpires: " LATER, &none, "expires 7200" },
    { "9111 4.2.1: Expires without a Date", 200, "Expires: " LATER, &none,
      "expires 3600" },
    { "9111 4.2.1: Expires and an unreadable Date", 200,
      "Date: x\nExpires: " LATER, &none, "expires 3600" },
    { "9111 4.2.1: Expires before Date", 200,
      "Date: " NOW "\nExpires: " EARLIER, &guess, "expires 0" },
    { "9111 4.2.1: Expires equals Date", 200,
      "Date: " NOW "\nExpires: " NOW, &guess, "expires 0" },
    { "9111 4.2.1: a clock ahead of ours", 200,
      "Date: " LATER "\nExpires: " LATER, &none, "expires 0" },
    { "9111 5.3: max-age before Expires", 200,
      "Cache-Control: max-age=60\nExpires: " LATER, &none, "max-age 60" },
    { "9111 5.3: also before one of the past", 200,
      "Cache-Control: max-age=60\nExpires: 0", &none, "max-age 60" },
    { "9111 5.3: max-age=0 before one ahead", 200,
      "Cache-Control: max-age=0\nExpires: " LATER, &guess, "max-age 0" },
    { "9111 5.3: s-maxage before Expires", 200,
      "Cache-Control: s-maxage=0\nExpires: " LATER, &guess,
      "s-maxage 0 must-revalidate" },
    { "9111 5.3: other directives are not before it", 200,
      "Cache-Control: public\nExpires: " LATER, &none, "expires 3600" },
    { "9111 5.3: unreadable is expired, not missing", 200,
      "Expires: 0\nLast-Modified: " DAY_AGO, &guess, "expires 0" },
    { "9111 5.3: empty is expired", 200, "Expires:", &guess, "expires 0" },
    { "9111 1.2.2: max-age is cut", 200,
      "Cache-Control: max-age=9223372036854775808", &none,
      "max-age 2147483648" },
    { "9111 1.2.2: Expires is cut", 200,
      "Expires: Fri, 31 Dec 9999 23:59:59 GMT", &none, "expires 2147483648" },
    { "9111 4.2.1: unreadable max-age is stale", 200,
      "Cache-Control: max-age=x\nLast-Modified: " DAY_AGO, &guess,
      "max-age 0" },

    { "9111 4.2.2: a tenth of the time since the last change", 200,
      "Date: " NOW "\nLast-Modified: " DAY_AGO, &guess, "heuristic 8640" },
    { "9111 4.2.2: by the time of receipt without Date", 200,
      "Last-Modified: " DAY_AGO, &guess, "heuristic 8640" },
    { "9111 4.2.2: by Date", 200,
      "Date: " EARLIER "\nLast-Modified: " DAY_AGO, &guess,
      "heuristic 8280" },
    { "9111 4.2.2: not more than the limit", 200,
      "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT", &guess,
      "heuristic 86400" },
    { "9111 4.2.2: not when there is an explicit time", 200,
      "Expires: " NOW "\nLast-Modified: " DAY_AGO, &guess, "expires 0" },
    { "9111 4.2.2: changed in the future", 200,
      "Date: " NOW "\nLast-Modified: " LATER, &guess, "default 300" },
    { "9111 4.2.2: changed just now", 200,
      "Date: " NOW "\nLast-Modified: " NOW, &guess, "default 300" },
    { "9111 4.2.2: unreadable Last-Modified", 200, "Last-Modified: x", &guess,
      "default 300" },
    { "9111 4.2.2: switched off", 200, "Last-Modified: " DAY_AGO, &by_default,
      "default 300" },
    { "9111 4.2.2: beside other directives", 200,
      "Cache-Control: must-revalidate\nLast-Modified: " DAY_AGO, &guess,
      "heuristic 8640 must-revalidate" },
    { "9110 15.1: 404 is guessed", 404, "Last-Modified: " DAY_AGO, &guess_long,
      "heuristic 86400" },
    { "9110 15.1: 302 is not", 302, "Last-Modified: " DAY_AGO, &guess_long,
      "none 0" },
    { "9111 4.2.2: 302 is with public", 302,
      "Cache-Control: public\nLast-Modified: " DAY_AGO, &guess_long,
      "heuristic 86400" },
    { "9110 15.1: 500 is not", 500, "Last-Modified: " DAY_AGO, &guess_long,
      "none 0" },
    { "9110 15.1: 599 is not", 599, "Last-Modified: " DAY_AGO, &guess_long,
      "none 0" },
    { "9111 5.4: nothing is guessed for Pragma: no-cache", 200,
      "Pragma: no-cache\nLast-Modified: " DAY_AGO, &guess, "none 0" },
    { "9111 5.4: Pragma does not matter with Cache-Control", 200,
      "Pragma: no-cache\nCache-Control: public\nLast-Modified: " DAY_AGO,
      &guess, "heuristic 8640" },
    { "9111 5.4: nor with Expires", 200,
      "Pragma: no-cache\nExpires: " LATER, &guess, "expires 3600" },

    { "9213 2.2: targeted", 200,
      "CDN-Cache-Control: max-age=60\nCache-Control: max-age=5", &none,
      "targeted 60" },
    { "9213 2.2: s-maxage in it comes first", 200,
      "CDN-Cache-Control: max-age=60, s-maxage=5", &none,
      "targeted 5 must-revalidate" },
    { "9213 2.2: Expires is ignored", 200,
      "CDN-Cache-Control: must-revalidate\nExpires: " LATER, &none,
      "none 0 must-revalidate" },
    { "9213 2.2: also one of the past", 200,
      "CDN-Cache-Control: max-age=60\nExpires: 0", &none, "targeted 60" },
    { "9213 2.2: Pragma is ignored", 200,
      "CDN-Cache-Control: foo\nPragma: no-cache", &by_default,
      "default 300" },

    { "rules: default", 200, NULL, &by_default, "default 300" },
    { "rules: default not before max-age=0", 200, "Cache-Control: max-age=0",
      &by_default, "max-age 0" },
    { "rules: minimum raises", 200, "Cache-Control: max-age=10", &bounds,
      "max-age 60" },
    { "rules: minimum raises the default", 200, NULL, &bounds, "default 60" },
    { "rules: minimum does not raise 0", 200, "Cache-Control: max-age=0",
      &bounds, "max-age 0" },
    { "rules: nor what is past", 200, "Expires: 0", &bounds, "expires 0" },
    { "rules: maximum cuts", 200, "Cache-Control: max-age=6000", &bounds,
      "max-age 600" },
    { "rules: between both", 200, "Cache-Control: max-age=100", &bounds,
      "max-age 100" },
    { "rules: maximum below minimum", 200, "Cache-Control: max-age=100",
      &max_below_min, "max-age 30" },
    { "rules: forced comes first", 200,
      "Cache-Control: max-age=5, s-maxage=6\nExpires: 0", &forced,
      "application 20 swr=30 sie=40" },
    { "rules: forced, no-cache is for others", 200,
      "Cache-Control: no-cache, must-revalidate", &forced,
      "application 20 swr=30 sie=40" },
    { "rules: forced before targeted", 200, "CDN-Cache-Control: max-age=9",
      &forced, "application 20 swr=30 sie=40" },
    { "rules: forced is cut", 200, NULL, &forced_long, "application 600" },
    { "rules: forced to 0", 200, "Cache-Control: max-age=60", &forced_zero,
      "application 0" },
    { "rules: forced to 0, no-cache is for others", 200,
      "Cache-Control: no-cache", &forced_zero, "application 0" },
    { "rules: a default of 0", 200, NULL, &default_zero, "default 0" },
    { "rules: a maximum of 0", 200, "Cache-Control: max-age=60", &max_zero,
      "max-age 0" },
    { "rules: a limit of guesses of 0", 200, "Last-Modified: " DAY_AGO,
      &guess_zero, "heuristic 0" },
    { "rules: ignore Cache-Control", 200,
      "Cache-Control: no-cache, max-age=5, immutable, stale-if-error=9"
      "\nExpires: 0", &ignore, "default 300 swr=30 sie=40" },
    { "rules: ignore, but guess", 200,
      "Cache-Control: max-age=5\nLast-Modified: " DAY_AGO, &ignore,
      "heuristic 8640 swr=30 sie=40" },
    { "rules: ignore Pragma too", 200, "Pragma: no-cache", &ignore,
      "default 300 swr=30 sie=40" },
    { "rules: ignore the targeted field too", 200,
      "CDN-Cache-Control: no-cache, max-age=7", &ignore,
      "default 300 swr=30 sie=40" },
    { "rules: ignore: public does not help a 302", 302,
      "Cache-Control: public\nLast-Modified: " DAY_AGO, &ignore,
      "default 300 swr=30 sie=40" },

    { "5861 3: stale-while-revalidate", 200,
      "Cache-Control: max-age=60, stale-while-revalidate=5", &none,
      "max-age 60 swr=5" },
    { "5861 4: stale-if-error", 200,
      "Cache-Control: max-age=60, stale-if-error=5", &none,
      "max-age 60 sie=5" },
    { "5861: the configuration where it is silent", 200,
      "Cache-Control: max-age=60", &stale, "max-age 60 swr=30 sie=40" },
    { "5861: its word counts", 200,
      "Cache-Control: max-age=60, stale-while-revalidate=1, stale-if-error=2",
      &stale, "max-age 60 swr=1 sie=2" },
    { "5861: 0 is a word", 200,
      "Cache-Control: max-age=60, stale-while-revalidate=0, stale-if-error=0",
      &stale, "max-age 60 refused" },
    { "5861: unreadable is 0", 200,
      "Cache-Control: max-age=60, stale-while-revalidate=x, stale-if-error=x",
      &stale, "max-age 60 refused" },
    { "5861: cut", 200,
      "Cache-Control: max-age=1, stale-if-error=99999999999", &none,
      "max-age 1 sie=2147483648" },
    { "9111 5.2.2.2: must-revalidate: never stale", 200,
      "Cache-Control: max-age=60, must-revalidate, stale-while-revalidate=5,"
      "stale-if-error=5", &stale, "max-age 60 must-revalidate" },
    { "9111 5.2.2.8: proxy-revalidate: never stale", 200,
      "Cache-Control: max-age=60, proxy-revalidate, stale-if-error=5", &stale,
      "max-age 60 must-revalidate" },
    { "9111 5.2.2.10: s-maxage: never stale", 200,
      "Cache-Control: s-maxage=60, stale-while-revalidate=5", &stale,
      "s-maxage 60 must-revalidate" },
    { "9111 5.2.2.4: no-cache: never unasked", 200,
      "Cache-Control: max-age=60, no-cache, stale-while-revalidate=5", &stale,
      "max-age 60 no-cache" },
    { "9111 5.2.2.4: no-cache for a field is another matter", 200,
      "Cache-Control: max-age=60, no-cache=\"x\", stale-if-error=5", &none,
      "max-age 60 sie=5" },
    { "8246 2: immutable", 200, "Cache-Control: max-age=60, immutable", &none,
      "max-age 60 immutable" },
};
/* clang-format on */

static void check_lifetime(void **state)
{
    const lifetime_case_t *c = *state;
    response_facts_t f = response_of(c->status, c->head);
    lifetime_t l = freshness_lifetime(&f, c->rules, NOW_S);
    unit_text_t text = { .len = 0 };

    unit_text_add(&text, "%s %lld", lifetime_source_name(l.source),
                  (long long)l.lifetime_s);
    add_time(&text, l.while_revalidate_s != 0, "swr", l.while_revalidate_s);
    add_time(&text, l.if_error_s != 0, "sie", l.if_error_s);
    add_flag(&text, l.no_cache, "no-cache");
    add_flag(&text, l.must_revalidate, "must-revalidate");
    add_flag(&text, l.immutable, "immutable");
    add_flag(&text, l.if_error_refused, "refused");
    assert_string_equal(text.text, c->expected);
}

typedef struct {
    const char *name, *head;
    int64_t request_s, response_s, age; /* the first two after NOW_S */
} age_case_t;

/* clang-format off */
static const age_case_t ages[] = {
    { "9111 4.2.3: just made", "Date: " NOW, 0, 0, 0 },
    { "9111 4.2.3: apparent age", "Date: " EARLIER, 0, 0, 3600 },
    { "9111 4.2.3: apparent age is not negative", "Date: " LATER, 0, 0, 0 },
    { "9111 4.2.3: no Date", NULL, 0, 0, 0 },
    { "9111 4.2.3: unreadable Date", "Date: x", 0, 0, 0 },
    { "9111 4.2.3: Age", "Date: " NOW "\nAge: 60", 0, 0, 60 },
    { "9111 4.2.3: Age without a Date", "Age: 60", 0, 0, 60 },
    { "9111 4.2.3: the response's delay is added", "Date: " NOW "\nAge: 60",
      0, 5, 65 },
    { "9111 4.2.3: delay without an Age", NULL, 0, 5, 5 },
    { "9111 4.2.3: the larger: apparent", "Date: " EARLIER "\nAge: 60", 0, 5,
      3605 },
    { "9111 4.2.3: the larger: corrected", "Date: " EARLIER "\nAge: 7200",
      0, 5, 7205 },
    { "clock went back between both", "Date: " NOW "\nAge: 60", 100, 0, 60 },
    { "9111 1.2.2: cut: Age", "Age: 2147483648", 0, 5, 2147483648 },
    { "9111 1.2.2: cut: huge Age", "Age: 99999999999999999999", 0, 5,
      2147483648 },
    { "9111 1.2.2: cut: a Date long ago",
      "Date: Thu, 01 Jan 1970 00:00:01 GMT", 4000000000, 4000000000,
      2147483648 },
    { "9111 5.1: an Age that cannot be read", "Age: -5", 0, 2, 2 },
};
/* clang-format on */

static void check_age(void **state)
{
    const age_case_t *c = *state;
    response_facts_t f = response_of(200, c->head);

    assert_int_equal(freshness_initial_age(&f, NOW_S + c->request_s,
                                           NOW_S + c->response_s),
                     c->age);
}

static void check_statuses(void **state)
{
    static const int heuristic[] = { 200, 203, 204, 206, 300, 301,
                                     308, 404, 405, 410, 414, 501 };
    int status;

    for (status = 100; status < 700; status++) {
        int expected = 0;
        size_t i;

        for (i = 0; i < UNIT_COUNT(heuristic); i++) {
            expected |= heuristic[i] == status;
        }
        assert_int_equal(freshness_is_heuristic_status(status), expected);
    }
}

static void check_explicit(void **state)
{
    assert_true(freshness_is_explicit(LIFETIME_FORCED));
    assert_true(freshness_is_explicit(LIFETIME_TARGETED));
    assert_true(freshness_is_explicit(LIFETIME_S_MAXAGE));
    assert_true(freshness_is_explicit(LIFETIME_MAX_AGE));
    assert_true(freshness_is_explicit(LIFETIME_EXPIRES));
    assert_false(freshness_is_explicit(LIFETIME_NONE));
    assert_false(freshness_is_explicit(LIFETIME_HEURISTIC));
    assert_false(freshness_is_explicit(LIFETIME_DEFAULT));
}

static void check_names(void **state)
{
    assert_string_equal(lifetime_source_name(LIFETIME_NONE), "none");
    assert_string_equal(lifetime_source_name(LIFETIME_DEFAULT), "default");
    assert_string_equal(lifetime_source_name(
                            (lifetime_source_e)(LIFETIME_DEFAULT + 1)),
                        "?");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_lifetime, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(ages); i++) {
        unit_add(ages[i].name, check_age, &ages[i]);
    }
    unit_add("9110 15.1: heuristically cacheable", check_statuses, NULL);
    unit_add("9111 4.2.1: explicit sources", check_explicit, NULL);
    unit_add("names of sources", check_names, NULL);
    return unit_run("freshness");
}
