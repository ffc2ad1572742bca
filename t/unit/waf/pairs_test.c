/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pairs_test.c: names and values of forms and cookies. */
#include "unit.h"

#include "waf/body/pairs.c"

typedef struct {
    slice_t text;
    const char *expect;
    size_t wrong;
} case_t;

/* clang-format off */
static const case_t forms[] = {
    { SLICE_LIT("a=1&b=2"), "a=1|b=2|", 0 },
    { SLICE_LIT(""), "", 0 },
    { SLICE_LIT("a"), "a=|", 0 },
    { SLICE_LIT("a="), "a=|", 0 },
    { SLICE_LIT("=1"), "=1|", 0 },
    { SLICE_LIT("a=1&"), "a=1|", 0 },
    { SLICE_LIT("&a&&b=2"), "=|a=|=|b=2|", 0 },
    { SLICE_LIT("a=b=c"), "a=b=c|", 0 },
    { SLICE_LIT("a%3d+1=%26%2b+"), "a= 1=&+ |", 0 },
    { SLICE_LIT("a=%zz%4&%"), "a=%zz%4|%=|", 3 },
};

static const case_t cookies[] = {
    { SLICE_LIT("a=1; b=2"), "a=1|b=2|", 0 },
    { SLICE_LIT(" a=1;b;; =3"), "a=1|b=|", 0 },
    { SLICE_LIT("a=%41+=x"), "a=%41+=x|", 0 },
    { SLICE_LIT("a=1, b=2,c"), "a=1|b=2|c=|", 0 },
    { SLICE_LIT("a=1,b=2, c"), "a=1,b=2, c|", 0 },
    { SLICE_LIT("a=1, b=2;c"), "a=1, b=2|c=|", 0 },
    { SLICE_LIT(""), "", 0 },
};
/* clang-format on */

static int note(void *ctx, slice_t name, slice_t value)
{
    unit_text_add(ctx, "%.*s=%.*s|", (int)name.len, name.p, (int)value.len,
                  value.p ? value.p : "");
    return 1;
}

static void check_form(void **state)
{
    const case_t *c = *state;
    char *room = malloc(c->text.len ? c->text.len : 1);
    unit_text_t out = { .len = 0 };

    assert_int_equal(pairs_form(c->text, '&', room, note, &out), c->wrong);
    assert_string_equal(out.text, c->expect);
    free(room);
}

static void check_cookies(void **state)
{
    const case_t *c = *state;
    unit_text_t out = { .len = 0 };

    pairs_cookies(c->text, note, &out);
    assert_string_equal(out.text, c->expect);
}

static int stop(void *ctx, slice_t name, slice_t value)
{
    (void)name;
    (void)value;
    return ++*(int *)ctx < 2;
}

static void check_stop(void **state)
{
    char room[16];
    int seen = 0;

    (void)state;
    pairs_form(SLICE_LIT("a;b;c"), ';', room, stop, &seen);
    assert_int_equal(seen, 2);
    pairs_cookies(SLICE_LIT("a;b;c"), stop, &seen);
    assert_int_equal(seen, 3);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(forms); i++) {
        unit_add(forms[i].text.p, check_form, &forms[i]);
    }
    for (i = 0; i < UNIT_COUNT(cookies); i++) {
        unit_add(cookies[i].text.p, check_cookies, &cookies[i]);
    }
    unit_add("enough", check_stop, NULL);
    return unit_run("pairs");
}
