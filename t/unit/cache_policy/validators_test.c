/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* validators_test.c: entity tags and preconditions. */
#include "unit.h"
#include "guarded.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"

/* clang-format off */
static const struct {
    const char *name, *tag;
    int valid, weak;
} tags[] = {
    { "9110 8.8.3: strong", "\"xyzzy\"", 1, 0 },
    { "9110 8.8.3: weak", "W/\"xyzzy\"", 1, 1 },
    { "9110 8.8.3: empty", "\"\"", 1, 0 },
    { "9110 8.8.3: weak and empty", "W/\"\"", 1, 1 },
    { "9110 8.8.3: W counts case", "w/\"xyzzy\"", 0, 0 },
    { "9110 8.8.3: comma inside", "\"a,b\"", 1, 0 },
    { "9110 8.8.3: backslash is a byte like others", "\"a\\\"", 1, 0 },
    { "9110 8.8.3: no escape of a quote", "\"a\\\"b\"", 0, 0 },
    { "9110 8.8.3: obs-text", "\"\xe4\xff\"", 1, 0 },
    { "9110 8.8.3: no space", "\"a b\"", 0, 0 },
    { "9110 8.8.3: no DEL", "\"a\x7f\"", 0, 0 },
    { "no quotes", "xyzzy", 0, 0 },
    { "one quote", "\"xyzzy", 0, 0 },
    { "a quote alone", "\"", 0, 0 },
    { "quote at the end only", "xyzzy\"", 0, 0 },
    { "W alone", "W", 0, 0 },
    { "W and slash", "W/", 0, 1 },
    { "weak without quotes", "W/xyzzy", 0, 1 },
    { "something behind", "\"a\"b", 0, 0 },
    { "nothing", "", 0, 0 },
};

static const struct {
    const char *name, *a, *b;
    int strong, weak;
} pairs[] = { /* the table of RFC 9110 section 8.8.3.2 comes first */
    { "9110 8.8.3.2: weak with the same weak", "W/\"1\"", "W/\"1\"", 0, 1 },
    { "9110 8.8.3.2: weak with another weak", "W/\"1\"", "W/\"2\"", 0, 0 },
    { "9110 8.8.3.2: weak with strong", "W/\"1\"", "\"1\"", 0, 1 },
    { "9110 8.8.3.2: strong with strong", "\"1\"", "\"1\"", 1, 1 },
    { "9110 8.8.3.2: case counts", "\"a\"", "\"A\"", 0, 0 },
    { "9110 8.8.3.2: a longer one", "\"1\"", "\"12\"", 0, 0 },
    { "what is no tag matches nothing", "1", "1", 0, 0 },
    { "nothing matches nothing", "", "", 0, 0 },
};

static const struct {
    const char *name, *list, *tag;
    int strong, has;
} lists[] = {
    { "9110 13.1.2: one", "\"a\"", "\"a\"", 1, 1 },
    { "9110 13.1.2: last of three", "\"a\", \"b\",\"c\"", "\"c\"", 1, 1 },
    { "9110 13.1.2: not among them", "\"a\", \"b\"", "\"c\"", 0, 0 },
    { "9110 13.1.2: star", "*", "\"c\"", 1, 1 },
    { "9110 13.1.2: star without a tag", "*", "", 1, 1 },
    { "9110 13.1.2: star with blanks", " *\t", "\"c\"", 1, 1 },
    { "9110 13.1.2: star is no member", "\"c\", *", "\"c\"", 0, 0 },
    { "9110 13.1.2: quoted star is a tag", "\"*\"", "\"c\"", 0, 0 },
    { "9110 13.1.2: weak in the list, weak asked", "W/\"c\"", "\"c\"", 0, 1 },
    { "9110 13.1.1: weak in the list, strong asked", "W/\"c\"", "\"c\"", 1, 0 },
    { "9110 13.1.1: stored one is weak", "\"c\"", "W/\"c\"", 1, 0 },
    { "commas inside a tag", "\"a,b\", \"c\"", "\"a,b\"", 1, 1 },
    { "a part of a tag is no member", "\"a,b\"", "\"a\"", 1, 0 },
    { "a tag in a tag's place", "\"a\\\",\"c\"", "\"c\"", 1, 1 },
    { "9110 5.6.1.2: empty elements", ", ,\"a\",, \"c\",", "\"c\"", 1, 1 },
    { "unreadable behind the match", "\"c\", x", "\"c\"", 1, 0 },
    { "unreadable before the match", "x, \"c\"", "\"c\"", 1, 0 },
    { "no comma between", "\"a\" \"c\"", "\"c\"", 1, 0 },
    { "no comma, no blank", "\"a\"\"c\"", "\"c\"", 1, 0 },
    { "no quotes", "c", "c", 0, 0 },
    { "not closed", "\"a\", \"c", "\"c\"", 1, 0 },
    { "empty", "", "\"c\"", 0, 0 },
    { "blanks", " \t ", "\"c\"", 0, 0 },
    { "commas", ",,", "\"c\"", 0, 0 },
    { "no tag is not in a list", "\"\"", "", 0, 0 },
};

#define OCT_01 "Thu, 01 Oct 2026 00:00:00 GMT"
#define OCT_02 "Fri, 02 Oct 2026 00:00:00 GMT"
#define OCT_03 "Sat, 03 Oct 2026 00:00:00 GMT"
#define YEAR_1960 "Fri, 01 Jan 1960 00:00:00 GMT"
#define OCT_02_S 1790899200

/* The stored one: "a", modified on October 2nd unless a row says otherwise. */
typedef struct {
    const char *name;
    method_kind_e method;
    const char *match, *unmodified, *none_match, *modified;
    const char *etag;
    int64_t last_modified, date;
    precondition_e verdict;
} precondition_case_t;

#define GO PRECONDITION_NONE
#define NOT_MODIFIED PRECONDITION_NOT_MODIFIED
#define FAILED PRECONDITION_FAILED
#define GET METHOD_IS_GET
static const precondition_case_t preconditions[] = {
    { "9110 13.2.2: none", GET, NULL, NULL, NULL, NULL,
      "\"a\"", OCT_02_S, -1, GO },

    { "9110 13.1.2: If-None-Match", GET, NULL, NULL, "\"a\"", NULL,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.2: HEAD", METHOD_IS_HEAD, NULL, NULL, "\"a\"", NULL,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.2: not for 304 with POST", METHOD_IS_POST, NULL, NULL,
      "\"a\"", NULL, "\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.1.2: compares weakly", GET, NULL, NULL, "W/\"a\"", NULL,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.2: star", GET, NULL, NULL, "*", NULL,
      "", -1, -1, NOT_MODIFIED },
    { "9110 13.1.2: another tag", GET, NULL, NULL, "\"b\"", NULL,
      "\"a\"", OCT_02_S, -1, GO },

    { "9110 13.1.3: the same date", GET, NULL, NULL, NULL, OCT_02,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.3: a later date", GET, NULL, NULL, NULL, OCT_03,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.3: an earlier date", GET, NULL, NULL, NULL, OCT_01,
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.3: not a date", GET, NULL, NULL, NULL, "yesterday",
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.3: an empty date", GET, NULL, NULL, NULL, "",
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.3: HEAD", METHOD_IS_HEAD, NULL, NULL, NULL, OCT_02,
      "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.3: neither GET nor HEAD", METHOD_IS_POST, NULL, NULL, NULL,
      OCT_02, "\"a\"", OCT_02_S, -1, GO },
    { "9111 4.3.2: Date in place of Last-Modified", GET, NULL, NULL, NULL,
      OCT_02, "", -1, OCT_02_S, NOT_MODIFIED },
    { "9111 4.3.2: Date is later", GET, NULL, NULL, NULL, OCT_02,
      "", -1, OCT_02_S + 1, GO },
    { "9111 4.3.2: Last-Modified before Date", GET, NULL, NULL, NULL, OCT_02,
      "", OCT_02_S, OCT_02_S + 1, NOT_MODIFIED },
    { "9111 4.3.2: neither", GET, NULL, NULL, NULL, OCT_02,
      "", -1, -1, GO },

    { "9110 13.1.3: If-None-Match counts, not the date", GET, NULL, NULL,
      "\"b\"", OCT_03, "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.3: the tag holds, the date does not", GET, NULL, NULL,
      "\"a\"", OCT_01, "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.1.3: an unreadable If-None-Match counts too", GET, NULL, NULL,
      "a", OCT_03, "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.3: an empty If-None-Match counts too", GET, NULL, NULL,
      "", OCT_03, "\"a\"", OCT_02_S, -1, GO },

    { "9110 13.1.1: If-Match holds", GET, "\"a\"", NULL, NULL, NULL,
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.1: star", GET, "*", NULL, NULL, NULL,
      "", OCT_02_S, -1, GO },
    { "9111 4.3.2: another tag is for the origin", GET, "\"b\"", NULL, NULL,
      NULL, "\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.1.1: compares strongly", GET, "W/\"a\"", NULL, NULL, NULL,
      "W/\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.1.4: unmodified since then", GET, NULL, OCT_02, NULL, NULL,
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.4: modified since then", GET, NULL, OCT_01, NULL, NULL,
      "\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.1.4: not a date", GET, NULL, "x", NULL, NULL,
      "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.4: no date of modification", GET, NULL, OCT_01, NULL, NULL,
      "\"a\"", -1, OCT_02_S, GO },
    { "9110 13.1.4: no date of modification, an old date", GET, NULL,
      YEAR_1960, NULL, NULL, "\"a\"", -1, OCT_02_S, GO },
    { "9110 13.1.4: If-Match counts, not the date", GET, "\"a\"", OCT_01,
      NULL, NULL, "\"a\"", OCT_02_S, -1, GO },
    { "9110 13.1.4: an unreadable If-Match counts too", GET, "a", OCT_03,
      NULL, NULL, "\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.2.2: If-Match first", GET, "\"b\"", NULL, "\"a\"", NULL,
      "\"a\"", OCT_02_S, -1, FAILED },
    { "9110 13.2.2: If-Match, then If-None-Match", GET, "\"a\"", NULL,
      "\"a\"", NULL, "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
    { "9110 13.2.2: unmodified, then If-None-Match", GET, NULL, OCT_02,
      "\"a\"", NULL, "\"a\"", OCT_02_S, -1, NOT_MODIFIED },
};
/* clang-format on */

static void check_tag(void **state)
{
    const size_t i = (size_t)*state;
    slice_t tag = guarded(0, tags[i].tag);

    assert_int_equal(etag_is_valid(tag), tags[i].valid);
    assert_int_equal(etag_is_weak(tag), tags[i].weak);
}

static void check_pair(void **state)
{
    const size_t i = (size_t)*state;
    slice_t a = guarded(0, pairs[i].a), b = guarded(1, pairs[i].b);

    assert_int_equal(etag_matches(a, b, 1), pairs[i].strong);
    assert_int_equal(etag_matches(b, a, 1), pairs[i].strong);
    assert_int_equal(etag_matches(a, b, 0), pairs[i].weak);
    assert_int_equal(etag_matches(b, a, 0), pairs[i].weak);
}

static void check_list(void **state)
{
    const size_t i = (size_t)*state;

    assert_int_equal(etag_list_has(guarded(0, lists[i].list),
                                   guarded(1, lists[i].tag), lists[i].strong),
                     lists[i].has);
}

static void check_precondition(void **state)
{
    const precondition_case_t *c = *state;
    request_facts_t request = { 0 };

    request.method = c->method;
    request.if_match = guarded(0, c->match);
    request.if_unmodified_since = guarded(1, c->unmodified);
    request.if_none_match = guarded(2, c->none_match);
    request.if_modified_since = guarded(3, c->modified);
    assert_int_equal(precondition_decide(&request, guarded(4, c->etag),
                                         c->last_modified, c->date,
                                         OCT_02_S + 86400 * 60),
                     c->verdict);
}

static void check_lost_conditions(void **state)
{
    request_facts_t request = { 0 };

    request.if_none_match = SLICE_LIT("\"a\"");
    request.conditions_lost = 1;
    assert_int_equal(precondition_decide(&request, SLICE_LIT("\"a\""), -1, -1,
                                         OCT_02_S),
                     PRECONDITION_NONE);
}

static void check_strong_date(void **state)
{
    assert_true(last_modified_is_strong(99, 100));
    assert_false(last_modified_is_strong(100, 100));
    assert_false(last_modified_is_strong(101, 100));
    assert_false(last_modified_is_strong(-1, 100));
    assert_false(last_modified_is_strong(99, -1));
    assert_false(last_modified_is_strong(-1, -1));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(tags); i++) {
        unit_add(tags[i].name, check_tag, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(pairs); i++) {
        unit_add(pairs[i].name, check_pair, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(lists); i++) {
        unit_add(lists[i].name, check_list, (const void *)i);
    }
    for (i = 0; i < UNIT_COUNT(preconditions); i++) {
        unit_add(preconditions[i].name, check_precondition, &preconditions[i]);
    }
    unit_add("conditions in several lines are the origin's",
             check_lost_conditions, NULL);
    unit_add("9110 8.8.2.2: a date is strong a second later", check_strong_date,
             NULL);
    return unit_run("validators");
}
