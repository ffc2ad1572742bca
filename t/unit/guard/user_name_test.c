/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* user_name_test.c: spellings of one user are one. */
#include "unit.h"

#include "login/user_name.c"

static const struct {
    const char *name, *text, *folded;
} cases[] = {
    { "as it is", "admin", "admin" },
    { "capitals", "ADMIN", "admin" },
    { "spaces", "  a \t admin\n", "a admin" },
    { "an address", "Me@Example.com", "me@example.com" },
    { "a tag", "ad<b>min</b>", "admin" },
    { "a tag without end", "admin<b", "admin" },
    { "encoded bytes", "ad%41min%4", "admin%4" },
    { "an entity", "ad&nbsp;min & me", "admin & me" },
    { "accents", "\xc3\xa1\xc4\x8fm\xc3\xad\xc5\x84", "admin" },
    { "a combining accent",
      "a\xcc\x81"
      "dmin",
      "admin" },
    { "full width", "\xef\xbd\x81\xef\xbc\xa4min", "admin" },
    { "no width", "ad\xe2\x80\x8bmin", "admin" },
    { "another script", "\xd0\x98\xd0\xb2", "\xd0\x98\xd0\xb2" },
    { "broken UTF-8", "a\xc3", "a\xc3" },
    { "nothing", "", "" },
    { "only what is dropped", " <b> ", "" },
};

static void check_case(void **state)
{
    size_t i = (size_t)(*state), n;
    slice_t text = slice_str(cases[i].text);
    char *out = malloc(text.len + 1);

    n = user_name_fold(out, text);
    out[n] = '\0';
    assert_string_equal(out, cases[i].folded);
    free(out);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, (void *)i);
    }
    return unit_run("user_name");
}
