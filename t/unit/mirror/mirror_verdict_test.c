/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_verdict_test.c: which part of two responses differs. */
#include "unit.h"

#include "mirror/mirror_verdict.c"

typedef struct {
    const char *name;
    mirror_view_t original, copy;
    int fields;
    mirror_verdict_e verdict;
    int field;
} verdict_case_t;

static const verdict_case_t cases[] = {
    { "the same",
      { 1, 200, { 7, 8 }, 9 },
      { 1, 200, { 7, 8 }, 9 },
      2,
      MIRROR_EQUAL,
      0 },
    { "no original",
      { 0, 200, { 7 }, 9 },
      { 1, 500, { 7 }, 9 },
      1,
      MIRROR_UNKNOWN,
      0 },
    { "no copy",
      { 1, 200, { 7 }, 9 },
      { 0, 200, { 7 }, 9 },
      1,
      MIRROR_FAILED,
      0 },
    { "status before all",
      { 1, 200, { 7 }, 9 },
      { 1, 404, { 0 }, 0 },
      1,
      MIRROR_STATUS,
      0 },
    { "the second field",
      { 1, 200, { 7, 8 }, 9 },
      { 1, 200, { 7, 0 }, 0 },
      2,
      MIRROR_FIELD,
      1 },
    { "a field that is not used",
      { 1, 200, { 7, 8 }, 9 },
      { 1, 200, { 7, 0 }, 9 },
      1,
      MIRROR_EQUAL,
      0 },
    { "the body",
      { 1, 200, { 7 }, 9 },
      { 1, 200, { 7 }, 0 },
      1,
      MIRROR_BODY,
      0 },
};

static void check_case(void **state)
{
    const verdict_case_t *c = *state;
    int field = 0;

    assert_int_equal(mirror_verdict(&c->original, &c->copy, c->fields, &field),
                     c->verdict);
    assert_int_equal(field, c->field);
}

static void check_names(void **state)
{
    (void)state;
    assert_string_equal(mirror_verdict_name(MIRROR_FIELD), "header");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("names", check_names, NULL);
    return unit_run("mirror verdict");
}
