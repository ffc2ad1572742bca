/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe_expect_test.c: lists of statuses, good and bad ones. */
#include "unit.h"

#include "probes/probe_expect.c"

typedef struct {
    const char *text;
    int good;
    int in[4], out[4]; /* 0: no more */
} list_case_t;

static const list_case_t cases[] = {
    { "200", 1, { 200 }, { 199, 201, 100, 599 } },
    { "2xx", 1, { 200, 250, 299 }, { 199, 300 } },
    { "200-399,404", 1, { 200, 399, 404 }, { 199, 400, 403, 405 } },
    { "100-599", 1, { 100, 599 }, { 99, 600, -1 } },
    { "2xx-3xx", 1, { 200, 399 }, { 400 } },
    { "", 0, { 0 }, { 200 } },
    { "20", 0, { 0 }, { 200 } },
    { "2x0", 0, { 0 }, { 200 } },
    { "099", 0, { 0 }, { 99 } },
    { "600", 0, { 0 }, { 600 } },
    { "399-200", 0, { 0 }, { 300 } },
    { "200,", 0, { 0 }, { 404 } },
    { ",200", 0, { 0 }, { 404 } },
    { "200-", 0, { 0 }, { 404 } },
    { "200 404", 0, { 0 }, { 404 } },
};

static void check_list(void **state)
{
    const list_case_t *row = *state;
    probe_expect_t expect;
    size_t i;

    assert_int_equal(probe_expect_parse(row->text, &expect), row->good);
    for (i = 0; row->good && i < UNIT_COUNT(row->in) && row->in[i]; i++) {
        assert_int_equal(probe_expect_has(&expect, row->in[i]), 1);
    }
    for (i = 0; row->good && i < UNIT_COUNT(row->out) && row->out[i]; i++) {
        assert_int_equal(probe_expect_has(&expect, row->out[i]), 0);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text, check_list, &cases[i]);
    }
    return unit_run("probe_expect");
}
