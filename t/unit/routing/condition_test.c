/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* condition_test.c: conditions as they are written, against requests; then
 * every mistake with the text it gets. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"
#include "routing/condition.c"
#include "routing/condition_parse.c"
#include "routing/cookie.c"

/* ---- evaluation ---- */

/* GET with these fields and this query */
static const h1_field_t fields[] = {
    { { "Host", 4 }, { "shop.example", 12 } },
    { { "X-Beta", 6 }, { "1", 1 } },
    { { "x-beta", 6 }, { "two", 3 } },
    { { "User-Agent", 10 }, { "Some Mobile/1.0", 15 } },
    { { "X-Empty", 7 }, { "", 0 } },
    { { "Cookie", 6 }, { "beta=yes; theme=dark", 20 } },
    { { "cookie", 6 }, { "login_4711=a%20b", 16 } },
};
static const char query[] =
    "?preview=1&q=a%20b+c&%6eame=x&flag&empty=&two=1&two=2&&bad=%zz%4&e=a=b"
    "&star=%2A";

typedef struct {
    const char *condition;
    int holds;
} eval_case_t;

static const eval_case_t eval_cases[] = {
    { "method=GET", 1 },
    { "method=POST|GET", 1 },
    { "method=POST|PUT", 0 },
    { "method=GE", 0 },
    { "method=GETX", 0 },
    { "!method=POST", 1 },
    { "!method=GET|HEAD", 0 },

    { "header=X-Beta", 1 },
    { "header=x-BETA", 1 },
    { "header=X-Bet", 0 },
    { "header=X-Beta:1", 1 },
    { "header=X-Beta:two", 1 },
    { "header=X-Beta:Two", 0 },
    { "header=X-Beta:2|3|two", 1 },
    { "header=X-Beta:2|3", 0 },
    { "header=X-Beta:tw", 0 },
    { "header=X-Beta:twoo", 0 },
    { "header=User-Agent:Some*", 1 },
    { "header=User-Agent:*1.0", 1 },
    { "header=User-Agent:*Mobile*", 1 },
    { "header=User-Agent:Mobile*", 0 },
    { "header=User-Agent:*Mobile", 0 },
    { "header=User-Agent:*", 1 },
    { "header=User-Agent:Some Mobile/1.0", 1 },
    { "header=User-Agent:*Some Mobile/1.0*", 1 },
    { "header=X-Empty", 1 },
    { "header=X-Empty:*", 1 },
    { "header=X-Empty:**", 1 },
    { "header=X-Empty:*a", 0 },
    { "header=X-None:*", 0 },
    { "!header=X-None", 1 },
    { "!header=X-Beta:1", 0 },
    { "!header=X-Beta:3", 1 },

    { "cookie=beta", 1 },
    { "cookie=Beta", 0 },
    { "cookie=beta:yes", 1 },
    { "cookie=beta:no|yes", 1 },
    { "cookie=beta:no", 0 },
    { "cookie=theme:d*", 1 },
    { "cookie=login_*", 1 },
    { "cookie=logout_*", 0 },
    { "cookie=login_*:a%20b", 1 },
    { "cookie=login_*:a b", 0 },
    { "cookie=bet", 0 },
    { "!cookie=login_*", 0 },

    { "query=preview", 1 },
    { "query=Preview", 0 },
    { "query=preview:1", 1 },
    { "query=preview:2", 0 },
    { "query=q:a b c", 1 },
    { "query=q:*b*", 1 },
    { "query=q:a+b+c", 0 },
    { "query=name:x", 1 },
    { "query=flag", 1 },
    { "query=flag:1", 0 },
    { "query=flag:*", 1 },
    { "query=empty", 1 },
    { "query=empty:1", 0 },
    { "query=two:2", 1 },
    { "query=bad:%zz%4", 1 },
    { "query=e:a=b", 1 },
    { "query=star:**", 1 },
    { "query=none", 0 },
    { "query=?preview", 0 },
    { "!query=preview:1", 0 },
    { "!query=none", 1 },
};

static void check_eval(void **state)
{
    const eval_case_t *row = *state;
    size_t len = sizeof(query) - 1;
    condition_input_t input = { .method = SLICE_LIT("GET"),
                                .fields = fields,
                                .field_count = UNIT_COUNT(fields) };
    char error[CONDITION_ERROR_ROOM];
    condition_t condition;
    guard_page_t guard;

    guard_page_open(&guard, len);
    input.query = slice_make(guard_page_put(&guard, query, len), len);
    assert_null(condition_parse(slice_str(row->condition), &condition, error,
                                sizeof(error)));
    assert_int_equal(condition_holds(&condition, &input), row->holds);
    guard_page_close(&guard);
}

/* A request with nothing but a method. */
static void check_eval_bare(void **state)
{
    const eval_case_t *row = *state;
    condition_input_t input = { .method = SLICE_LIT("OPTIONS") };
    char error[CONDITION_ERROR_ROOM];
    condition_t condition;

    assert_null(condition_parse(slice_str(row->condition), &condition, error,
                                sizeof(error)));
    assert_int_equal(condition_holds(&condition, &input),
                     row->condition[0] == '!');
}

/* An escape cut off by the end of the query. */
static void check_query_end(void **state)
{
    static const char *const ends[] = { "?a=%", "?a=%4", "a=%4", "?%", "?" };
    condition_t condition = { CONDITION_QUERY, 0, SLICE_LIT("a"),
                              SLICE_LIT("%4|%") };
    guard_page_t guard;
    size_t i;

    (void)state;
    guard_page_open(&guard, 8);
    for (i = 0; i < UNIT_COUNT(ends); i++) {
        size_t len = strlen(ends[i]);
        condition_input_t input = {
            .query = slice_make(guard_page_put(&guard, ends[i], len), len)
        };

        assert_int_equal(condition_holds(&condition, &input), i < 3);
    }
    guard_page_close(&guard);
}

static void check_all_hold(void **state)
{
    condition_input_t input = { .method = SLICE_LIT("GET"),
                                .fields = fields,
                                .field_count = UNIT_COUNT(fields) };
    condition_t all[] = {
        { CONDITION_METHOD, 0, { NULL, 0 }, SLICE_LIT("GET") },
        { CONDITION_HEADER, 0, SLICE_LIT("X-Beta"), { NULL, 0 } },
        { CONDITION_COOKIE, 0, SLICE_LIT("none"), { NULL, 0 } },
    };

    (void)state;
    assert_int_equal(condition_all_hold(NULL, 0, &input), 1);
    assert_int_equal(condition_all_hold(all, 2, &input), 1);
    assert_int_equal(condition_all_hold(all, 3, &input), 0);
    assert_int_equal(condition_all_hold(all + 2, 1, &input), 0);
}

/* ---- parsing ---- */

static void check_parsed(void **state)
{
    static const char text[] = "!header=X-A:b|c:d";
    char error[CONDITION_ERROR_ROOM];
    condition_t condition;

    (void)state;
    assert_null(
        condition_parse(slice_str(text), &condition, error, sizeof(error)));
    assert_int_equal(condition.kind, CONDITION_HEADER);
    assert_int_equal(condition.negated, 1);
    assert_true(slice_eq(condition.name, SLICE_LIT("X-A")));
    assert_true(slice_eq(condition.values, SLICE_LIT("b|c:d")));
    assert_ptr_equal(condition.name.p, text + 8);
}

#define NO_TEST                                                                \
    "is no condition; write method=..., header=..., cookie=... or query=..., " \
    "with one ! before it to turn it round"
#define METHOD "; write method=GET|HEAD"
#define HEADER "; write header=X-Name or header=X-Name:value|other*"
#define COOKIE "; write cookie=name or cookie=name:value|other*"
#define QUERY "; write query=name or query=name:value|other*"

typedef struct {
    const char *condition;
    const char *error; /* behind the quoted condition */
} error_case_t;

static const error_case_t error_cases[] = {
    { "", NO_TEST },
    { "!", NO_TEST },
    { "GET", NO_TEST },
    { "hedaer=X-Beta", NO_TEST },
    { "Method=GET", NO_TEST },
    { "=x", NO_TEST },
    { "!!method=GET", NO_TEST },
    { "method=", "has an empty method" METHOD },
    { "method=GET|", "has an empty method" METHOD },
    { "method=|GET", "has an empty method" METHOD },
    { "method=GET||PUT", "has an empty method" METHOD },
    { "method=get", "has a method in lower case" METHOD },
    { "method=GET|Head", "has a method in lower case" METHOD },
    { "method=GET,HEAD", "has a byte that is not of a method" METHOD },
    { "method=*", "has a byte that is not of a method" METHOD },
    { "header=", "has no name" HEADER },
    { "header=:1", "has no name" HEADER },
    { "header=X Beta:1", "has a name that no field can have" HEADER },
    { "header=X-Beta=1",
      "has a second =; a colon goes between name and value" HEADER },
    { "header=X-A|X-B", "has a | among names; it is for values" HEADER },
    { "header=X-*:1", "has a * in the name of a field" HEADER },
    { "header=X-Beta:", "has an empty value" HEADER },
    { "header=X-Beta:1|", "has an empty value" HEADER },
    { "header=X-Beta:a*b",
      "has a * within a value, not at its beginning or end" HEADER },
    { "header=X-Beta:\x01", "has a control character" HEADER },
    { "cookie=", "has no name" COOKIE },
    { "cookie=beta=yes",
      "has a second =; a colon goes between name and value" COOKIE },
    { "cookie=a b", "has a name that no cookie can have" COOKIE },
    { "cookie=a:b;c", "has a semicolon, which no cookie has" COOKIE },
    { "cookie=a*b",
      "has a * within the name, not at its beginning or end" COOKIE },
    { "query=", "has no name" QUERY },
    { "query=a:b%20c",
      "has an escape; names and values are written unescaped" QUERY },
    { "query=a=b",
      "has a second =; a colon goes between name and value" QUERY },
    { "query=a|b", "has a | among names; it is for values" QUERY },
};

static void check_error(void **state)
{
    const error_case_t *row = *state;
    size_t len = strlen(row->condition);
    condition_t condition = { CONDITION_QUERY, 7, { NULL, 0 }, { NULL, 0 } };
    char error[CONDITION_ERROR_ROOM];
    unit_text_t expect = { .len = 0 };
    guard_page_t guard;

    guard_page_open(&guard, len);
    unit_text_add(&expect, "\"%s\" %s", row->condition, row->error);
    assert_ptr_equal(condition_parse(slice_make(guard_page_put(&guard,
                                                               row->condition,
                                                               len),
                                                len),
                                     &condition, error, sizeof(error)),
                     error);
    assert_string_equal(error, expect.text);
    assert_int_equal(condition.negated, 7); /* untouched */
    guard_page_close(&guard);
}

static void check_error_room(void **state)
{
    char error[8] = "";
    condition_t condition;
    char text[200];

    (void)state;
    assert_ptr_equal(condition_parse(SLICE_LIT("x"), &condition, error,
                                     sizeof(error)),
                     error);
    assert_string_equal(error, "\"x\" is ");
    assert_non_null(condition_parse(SLICE_LIT("x"), &condition, NULL, 0));
    memset(text, 'x', sizeof(text));
    {
        char large[CONDITION_ERROR_ROOM];

        condition_parse(slice_make(text, sizeof(text)), &condition, large,
                        sizeof(large));
        assert_int_equal(strspn(large + 1, "x"), 80);
        assert_string_equal(large + 81, "\" " NO_TEST);
    }
}

/* A test named after its condition, which has to live as long. */
static void add(unit_text_t *name, const char *kind, const char *condition,
                CMUnitTestFunction test, const void *row)
{
    unit_text_add(name, "%s: \"%s\"", kind, condition);
    unit_add(name->text, test, row);
}

int main(void)
{
    static unit_text_t bare[UNIT_COUNT(eval_cases)];
    static unit_text_t wrong[UNIT_COUNT(error_cases)];
    size_t i;

    for (i = 0; i < UNIT_COUNT(eval_cases); i++) {
        unit_add(eval_cases[i].condition, check_eval, &eval_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(eval_cases); i++) {
        add(&bare[i], "without fields", eval_cases[i].condition,
            check_eval_bare, &eval_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(error_cases); i++) {
        add(&wrong[i], "wrong", error_cases[i].condition, check_error,
            &error_cases[i]);
    }
    unit_add("escapes at the end of the query", check_query_end, NULL);
    unit_add("all conditions must hold", check_all_hold, NULL);
    unit_add("the parts of a condition", check_parsed, NULL);
    unit_add("an error text is cut to its room", check_error_room, NULL);
    return unit_run("condition");
}
