/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* selector_test.c: what names must have that an expression selects. */
#include "unit.h"

#include "waf/program/selector.c"

static const struct {
    const char *expression, *text;
    int is_at_begin;
    const char *name;
    int may, is_all;
} cases[] = {
    { "^header_name_", "header_name_", 1, "HEADER_name_x", 1, 1 },
    { "^header_name_", "header_name_", 1, "xheader_name_", 0, 1 },
    { "counter_.*", "counter_", 0, "paramCOUNTER_a", 1, 0 },
    { "counter_.*", "counter_", 0, "paramcounte", 0, 0 },
    { "abc*", "ab", 0, "xab", 1, 0 },
    { "abc?d", "ab", 0, "ab", 1, 0 },
    { "a{0,1}", "", 0, "b", 1, 0 },
    { "abc+", "abc", 0, "ab", 0, 0 },
    { "^ab|c", "", 0, "c", 1, 0 },
    { "(?:a)", "", 0, "b", 1, 0 },
    { "\\x61", "", 0, "a", 1, 0 },
    { "^", "", 1, "", 1, 0 },
    { "", "", 0, "", 1, 0 },
    { "a", "a", 0, "", 0, 1 },
};

static void check(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        selector_t made = selector_of(slice_str(cases[i].expression));

        assert_true(slice_eq(made.text, slice_str(cases[i].text)));
        assert_int_equal(made.text.len && made.is_at_begin,
                         *cases[i].text && cases[i].is_at_begin);
        assert_int_equal(selector_may(&made, slice_str(cases[i].name)),
                         cases[i].may);
        assert_int_equal(made.is_all, cases[i].is_all);
    }
}

int main(void)
{
    unit_add("selectors", check, NULL);
    return unit_run("selector");
}
