/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* nominated_test.c: what Connection may take away, and what not. */
#include "unit.h"

#include "http1/h1_fields.c"
#include "policy/nominated.c"

typedef struct {
    const char *name;
    const char *value;
    const char *field;
    int expect;
} nominated_case_t;

/* clang-format off */
static const nominated_case_t cases[] = {
    { "9110 7.6.1: nominated", "close, X-Hop", "x-hop", 1 },
    { "9110 7.6.1: in any case", "x-HOP", "X-Hop", 1 },
    { "9110 7.6.1: not nominated", "close, X-Hop", "X-Hops", 0 },
    { "9110 7.6.1: options are no fields", "close, keep-alive",
      "Keep-Alive", 0 },
    { "nothing", "", "X-Hop", 0 },
    { "an authentication that a client takes away itself", "Authorization",
      "Authorization", 1 },
    { "the Host stays", "Host", "Host", 0 },
    { "the length stays", "content-length", "Content-Length", 0 },
    { "the coding stays", "Transfer-Encoding", "Transfer-Encoding", 0 },
    { "X-Forwarded-For stays", "X-Forwarded-For", "X-Forwarded-For", 0 },
    { "X-Forwarded-Anything stays", "x-forwarded-prefix",
      "X-Forwarded-Prefix", 0 },
    { "Forwarded stays", "Forwarded", "Forwarded", 0 },
    { "X-Real-IP stays", "X-Real-IP", "X-Real-IP", 0 },
    { "Via stays", "Via", "Via", 0 },
    { "X-Request-ID stays", "X-Request-ID", "X-Request-ID", 0 },
    { "traceparent stays", "traceparent", "traceparent", 0 },
};
/* clang-format on */

static void check_case(void **state)
{
    const nominated_case_t *c = *state;
    nominated_t n = { .count = 0 };

    assert_int_equal(nominated_add(&n, slice_str(c->value)), 0);
    assert_int_equal(nominated_has(&n, slice_str(c->field)), c->expect);
}

static void check_several_fields(void **state)
{
    nominated_t n = { .count = 0 };

    assert_int_equal(nominated_add(&n, SLICE_LIT("a")), 0);
    assert_int_equal(nominated_add(&n, SLICE_LIT("b, c")), 0);
    assert_true(nominated_has(&n, SLICE_LIT("A")));
    assert_true(nominated_has(&n, SLICE_LIT("C")));
}

static void check_limit(void **state)
{
    nominated_t n = { .count = 0 };
    int i;

    for (i = 0; i < NOMINATED_MAX; i++) {
        assert_int_equal(nominated_add(&n, SLICE_LIT("a, close, host")), 0);
    }
    assert_int_equal(nominated_add(&n, SLICE_LIT("close, host")), 0);
    assert_int_equal(nominated_add(&n, SLICE_LIT("b")), -1);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("several Connection fields", check_several_fields, NULL);
    unit_add("no more than NOMINATED_MAX", check_limit, NULL);
    return unit_run("nominated");
}
