/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* operators_test.c: operators that compare texts and numbers. */
#include "unit.h"

#include "waf/match/operators.c"

typedef struct {
    rule_operator_e kind;
    const char *value, *argument;
    int expect;
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { OPERATOR_BEGINS_WITH, "abc", "ab", 1 },
    { OPERATOR_BEGINS_WITH, "abc", "bc", 0 },
    { OPERATOR_BEGINS_WITH, "a", "ab", 0 },
    { OPERATOR_BEGINS_WITH, "a", "", 1 },
    { OPERATOR_ENDS_WITH, "abc", "bc", 1 },
    { OPERATOR_ENDS_WITH, "abc", "ab", 0 },
    { OPERATOR_ENDS_WITH, "c", "bc", 0 },
    { OPERATOR_ENDS_WITH, "", "", 1 },
    { OPERATOR_CONTAINS, "abc", "b", 1 },
    { OPERATOR_CONTAINS, "abc", "B", 0 },
    { OPERATOR_CONTAINS, "", "b", 0 },
    { OPERATOR_CONTAINS, "abc", "", 1 },
    { OPERATOR_STRMATCH, "abc", "bc", 1 },
    { OPERATOR_CONTAINS_WORD, "a word here", "word", 1 },
    { OPERATOR_CONTAINS_WORD, "swords, word", "word", 1 },
    { OPERATOR_CONTAINS_WORD, "swords", "word", 0 },
    { OPERATOR_CONTAINS_WORD, "_word", "word", 0 },
    { OPERATOR_WITHIN, "GET", "GET HEAD", 1 },
    { OPERATOR_WITHIN, "PUT", "GET HEAD", 0 },
    { OPERATOR_WITHIN, "", "GET", 1 },
    { OPERATOR_STREQ, "a", "a", 1 },
    { OPERATOR_STREQ, "a", "A", 0 },
    { OPERATOR_STREQ, "", "", 1 },
    { OPERATOR_EQ, "5", " 5x", 1 },
    { OPERATOR_EQ, "", "0", 1 },
    { OPERATOR_EQ, "abc", "0", 1 },
    { OPERATOR_GT, "10", "9", 1 },
    { OPERATOR_GT, "9", "9", 0 },
    { OPERATOR_GE, "9", "9", 1 },
    { OPERATOR_LT, "-1", "0", 1 },
    { OPERATOR_LE, "1", "0", 0 },
    { OPERATOR_GT, "99999999999999999999", "5", 1 },
    { OPERATOR_UNCONDITIONAL_MATCH, "", "", 1 },
    { OPERATOR_NO_MATCH, "a", "a", 0 },
};
/* clang-format on */

static void check_case(void **state)
{
    const case_t *c = *state;

    assert_true(operator_is_text(c->kind));
    assert_int_equal(operator_text(c->kind, slice_str(c->value),
                                   slice_str(c->argument)),
                     c->expect);
}

static void check_byte_range(void **state)
{
    byte_set_t set;

    (void)state;
    assert_true(operator_byte_range(SLICE_LIT("10,13, 32-126"), &set));
    assert_false(operator_outside(SLICE_LIT("a b\r\n"), &set));
    assert_true(operator_outside(SLICE_LIT("a\tb"), &set));
    assert_true(operator_outside(SLICE_LIT("\0"), &set));
    assert_false(operator_outside(SLICE_LIT(""), &set));
    assert_true(operator_byte_range(SLICE_LIT("1-255"), &set));
    assert_false(operator_outside(SLICE_LIT("\xff\x01"), &set));
    assert_false(operator_byte_range(SLICE_LIT(""), &set));
    assert_false(operator_byte_range(SLICE_LIT("256"), &set));
    assert_false(operator_byte_range(SLICE_LIT("9-5"), &set));
    assert_false(operator_byte_range(SLICE_LIT("a"), &set));
    assert_false(operator_byte_range(SLICE_LIT("1-"), &set));
}

static void check_encodings(void **state)
{
    (void)state;
    assert_false(operator_bad_url_encoding(SLICE_LIT("a%20%Ff")));
    assert_true(operator_bad_url_encoding(SLICE_LIT("a%2")));
    assert_true(operator_bad_url_encoding(SLICE_LIT("%")));
    assert_true(operator_bad_url_encoding(SLICE_LIT("%zz")));
    assert_false(
        operator_bad_utf8(SLICE_LIT("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")));
    assert_true(operator_bad_utf8(SLICE_LIT("\xc0\xaf")));
    assert_true(operator_bad_utf8(SLICE_LIT("\xe0\x80\xaf")));
    assert_true(operator_bad_utf8(SLICE_LIT("\xed\xa0\x80")));
    assert_true(operator_bad_utf8(SLICE_LIT("\xf4\x90\x80\x80")));
    assert_true(operator_bad_utf8(SLICE_LIT("\xe2\x82")));
    assert_true(operator_bad_utf8(SLICE_LIT("\x80")));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].argument, check_case, &cases[i]);
    }
    unit_add("byte range", check_byte_range, NULL);
    unit_add("encodings", check_encodings, NULL);
    return unit_run("operators");
}
