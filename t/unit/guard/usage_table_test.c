/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_table_test.c: counts of days that come round again, quotas, rates. */
#include "unit.h"

#include "credentials/usage_table.c"
#include "limits/rate.c"

enum {
    ROWS = 8,
    DAY = 20000
};

static usage_row_t rows[ROWS];
static const usage_table_t table = { rows, ROWS };

static usage_row_t *fresh(void)
{
    memset(rows, 0, sizeof(rows));
    return usage_table_row(&table, SLICE_LIT("alice"));
}

static void check_rows(void **state)
{
    usage_row_t *alice = fresh();
    int i;

    (void)state;
    assert_string_equal(alice->label, "alice");
    assert_ptr_equal(usage_table_row(&table, SLICE_LIT("alice")), alice);
    for (i = 0; i < ROWS - 1; i++) {
        char label = (char)('a' + i);

        assert_non_null(usage_table_row(&table, slice_make(&label, 1)));
    }
    assert_null(usage_table_row(&table, SLICE_LIT("one more")));
    assert_ptr_equal(usage_table_row(&table, SLICE_LIT("alice")), alice);
}

static void check_long_label(void **state)
{
    char label[USAGE_LABEL + 20];

    (void)state;
    fresh();
    memset(label, 'x', sizeof(label));
    assert_int_equal(strlen(usage_table_row(&table,
                                            slice_make(label, sizeof(label)))
                                ->label),
                     USAGE_LABEL - 1);
}

static void check_days(void **state)
{
    usage_row_t *row = fresh();

    (void)state;
    usage_add(row, DAY, USAGE_BYTES, 100);
    usage_add(row, DAY, USAGE_BYTES, 11);
    usage_add(row, DAY + 1, USAGE_BYTES, 5);
    assert_int_equal(usage_get(row, DAY, USAGE_BYTES), 111);
    assert_int_equal(usage_get(row, DAY + 1, USAGE_BYTES), 5);
    assert_int_equal(usage_get(row, DAY, USAGE_REFUSED), 0);
    assert_int_equal(usage_get(row, DAY + USAGE_DAYS, USAGE_BYTES), 0);
    usage_add(row, DAY + USAGE_DAYS, USAGE_BYTES, 1);
    assert_int_equal(usage_get(row, DAY + USAGE_DAYS, USAGE_BYTES), 1);
    assert_int_equal(usage_get(row, DAY, USAGE_BYTES), 0);
}

static void check_most(void **state)
{
    usage_row_t *row = fresh();

    (void)state;
    usage_add(row, DAY, USAGE_BYTES, UINT64_MAX);
    usage_add(row, DAY, USAGE_BYTES, UINT64_MAX);
    assert_int_equal(usage_get(row, DAY, USAGE_BYTES), COUNT_MASK);
    assert_int_equal(usage_get(row, DAY + 1, USAGE_BYTES), 0);
}

static void check_quota(void **state)
{
    usage_row_t *row = fresh();
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_true(usage_take(row, DAY, 3));
    }
    assert_false(usage_take(row, DAY, 3));
    assert_true(usage_take(row, DAY + 1, 3));
    assert_int_equal(usage_get(row, DAY, USAGE_REQUESTS), 3);
    assert_true(usage_take(row, DAY, 0));
}

static void check_rate(void **state)
{
    static const rate_rule_t rule = { 1, 1000000, 1 };
    int64_t now = INT64_C(1800000000000000);
    usage_row_t *row = fresh();

    (void)state;
    assert_true(usage_rate(row, &rule, now).allowed);
    assert_true(usage_rate(row, &rule, now).allowed);
    assert_false(usage_rate(row, &rule, now).allowed);
    assert_true(usage_rate(row, &rule, now + 1000000).allowed);
    assert_false(usage_rate(row, &rule, now + 1000000).allowed);
    assert_true(usage_rate(row, &rule, now - 100000000000).allowed);
}

int main(void)
{
    unit_add("rows", check_rows, NULL);
    unit_add("a long label", check_long_label, NULL);
    unit_add("days", check_days, NULL);
    unit_add("the most", check_most, NULL);
    unit_add("quota", check_quota, NULL);
    unit_add("rate", check_rate, NULL);
    return unit_run("usage");
}
