/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* log_pace_test.c: a bound that seconds out of order do not lift. */
#include "unit.h"

#include "status/log_pace.c"

static uint32_t written(log_pace_t *pace, uint32_t second, int lines)
{
    uint32_t count = 0, more;

    while (lines-- > 0) {
        count += (uint32_t)log_pace_take(pace, second, 5, &more);
    }
    return count;
}

static void test_a_second(void **state)
{
    log_pace_t pace = { 0 };
    uint32_t more;

    (void)state;
    assert_int_equal(written(&pace, 1000, 12), 5);
    assert_true(log_pace_take(&pace, 1001, 5, &more));
    assert_int_equal(more, 7);
    assert_true(log_pace_take(&pace, 1001, 5, &more));
    assert_int_equal(more, 0);
}

static void test_seconds_out_of_order(void **state)
{
    log_pace_t pace = { 0 };
    uint32_t count = 0;
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        count += written(&pace, 1000 + (uint32_t)(i & 1), 1);
    }
    assert_true(count <= 10);
}

static void test_clock_set_back(void **state)
{
    log_pace_t pace = { 0 };

    (void)state;
    assert_int_equal(written(&pace, 1000, 12), 5);
    assert_int_equal(written(&pace, 1000 - 61, 12), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second),
        cmocka_unit_test(test_seconds_out_of_order),
        cmocka_unit_test(test_clock_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
