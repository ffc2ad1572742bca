/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cookie_test.c: the pairs of Cookie fields (RFC 6265 sections 4.2 and 5.4),
 * and of what is sent in their place. */
#include "unit.h"
#include "guard_page.h"

#include "routing/cookie.c"

typedef struct {
    const char *name;
    const char *field;
    const char *expect; /* [name][value] of each pair */
} pairs_case_t;

static const pairs_case_t pairs_cases[] = {
    { "6265 4.2.1: one pair", "a=b", "[a][b]" },
    { "6265 4.2.1: two pairs", "a=b; c=d", "[a][b][c][d]" },
    { "no space between pairs", "a=b;c=d", "[a][b][c][d]" },
    { "white space around all", " a\t= b ;\tc =d ", "[a][b][c][d]" },
    { "an empty value", "a=; b=c", "[a][][b][c]" },
    { "equal signs in a value", "a=b==; c=d=e", "[a][b==][c][d=e]" },
    { "quotes are bytes like others", "a=\"b c\"", "[a][\"b c\"]" },
    { "a quoted semicolon still separates", "a=\"b;c=d\"", "[a][\"b][c][d\"]" },
    { "nothing is decoded", "a=%41+b; %41=c", "[a][%41+b][%41][c]" },
    { "a comma is a byte like others", "a=b,c=d", "[a][b,c=d]" },
    { "the same name twice", "a=1; a=2", "[a][1][a][2]" },
    { "a part without equal sign", "a; b=c; d", "[b][c]" },
    { "a part without name", "=a; b=c; =", "[b][c]" },
    { "semicolons only", ";;; ;", "" },
    { "a semicolon at the end", "a=b;", "[a][b]" },
    { "white space only", "  ", "" },
    { "nothing", "", "" },
    { "old attributes are pairs", "$Version=1; a=b; $Path=/",
      "[$Version][1][a][b][$Path][/]" },
};

static void check_pairs(void **state)
{
    const pairs_case_t *row = *state;
    size_t len = strlen(row->field);
    unit_text_t got = { .len = 0 };
    slice_t rest, name, value;
    guard_page_t guard;

    guard_page_open(&guard, len);
    rest = slice_make(guard_page_put(&guard, row->field, len), len);
    while (cookie_next(&rest, &name, &value)) {
        unit_text_add(&got, "[%.*s][%.*s]", (int)name.len, name.p,
                      (int)value.len, value.p);
    }
    assert_string_equal(got.text, row->expect);
    assert_int_equal(rest.len, 0);
    guard_page_close(&guard);
}

static void check_find(void **state)
{
    static const h1_field_t fields[] = {
        { { "Cookies", 7 }, { "a=0", 3 } },
        { { "cookie", 6 }, { "A=1; b=2", 8 } },
        { { "COOKIE", 6 }, { "a=3; a=4", 8 } },
    };
    slice_t value = { "untouched", 9 };

    (void)state;
    assert_int_equal(cookie_find(fields, 3, SLICE_LIT("a"), &value), 1);
    assert_true(slice_eq(value, SLICE_LIT("3")));
    assert_int_equal(cookie_find(fields, 3, SLICE_LIT("b"), &value), 1);
    assert_true(slice_eq(value, SLICE_LIT("2")));
    assert_int_equal(cookie_find(fields, 3, SLICE_LIT("c"), &value), 0);
    assert_true(slice_eq(value, SLICE_LIT("2")));
    assert_int_equal(cookie_find(NULL, 0, SLICE_LIT("a"), &value), 0);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(pairs_cases); i++) {
        unit_add(pairs_cases[i].name, check_pairs, &pairs_cases[i]);
    }
    unit_add("find: over several fields, names count case", check_find, NULL);
    return unit_run("cookie");
}
