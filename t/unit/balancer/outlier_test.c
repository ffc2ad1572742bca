/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* outlier_test.c: who is bad beside the others, and how many may go. */
#include "unit.h"

#include "health/outlier.c"

typedef struct {
    const char *name;
    outlier_count_t member, pool; /* the pool's have the member's in them */
    int expect;
} found_case_t;

/* From 50 % on, of at least 20 requests. */
static const found_case_t found_cases[] = {
    { "bad among good", { 100, 60 }, { 400, 60 }, 1 },
    { "just bad enough", { 100, 50 }, { 400, 50 }, 1 },
    { "not bad enough", { 100, 49 }, { 400, 49 }, 0 },
    { "too few requests", { 19, 19 }, { 400, 19 }, 0 },
    { "enough requests", { 20, 20 }, { 400, 20 }, 1 },
    { "all are as bad", { 100, 60 }, { 400, 240 }, 0 },
    { "twice as bad as the others", { 100, 60 }, { 400, 150 }, 1 },
    { "not quite twice as bad", { 100, 60 }, { 400, 151 }, 0 },
    { "nothing known of others", { 100, 60 }, { 100, 60 }, 1 },
    { "no request", { 0, 0 }, { 400, 60 }, 0 },
    { "the pool's count is behind", { 100, 60 }, { 50, 30 }, 1 },
    { "large numbers", { 1u << 30, 1u << 30 }, { UINT32_MAX, 1u << 30 }, 1 },
};

static void check_found(void **state)
{
    static const outlier_rules_t rules = { 20, 50, 50 };
    static const outlier_rules_t off = { 20, 0, 50 };
    const found_case_t *row = *state;

    assert_int_equal(outlier_found(row->member, row->pool, &rules),
                     row->expect);
    assert_int_equal(outlier_found(row->member, row->pool, &off), 0);
}

/* How many of a pool go when all are bad, one after the other. */
static void check_share(void **state)
{
    static const struct {
        uint32_t members;
        uint16_t max_percent;
        uint32_t expect;
    } rows[] = {
        { 0, 50, 0 },  { 1, 50, 0 },   { 1, 100, 0 }, { 2, 10, 1 },
        { 2, 100, 1 }, { 3, 50, 1 },   { 4, 50, 2 },  { 10, 30, 3 },
        { 10, 39, 3 }, { 10, 100, 9 }, { 10, 0, 0 },  { 10000, 10, 1000 },
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        outlier_rules_t rules = { .max_percent = rows[i].max_percent };
        uint32_t ejected = 0;

        while (outlier_may_eject(rows[i].members, ejected, &rules)) {
            ejected++;
        }
        assert_int_equal(ejected, rows[i].expect);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(found_cases); i++) {
        unit_add(found_cases[i].name, check_found, &found_cases[i]);
    }
    unit_add("the share that may be ejected", check_share, NULL);
    return unit_run("outlier");
}
