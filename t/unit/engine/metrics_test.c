/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* metrics_test.c: the bucket of a value is the one whose bounds, 2^(i/2) * 128
 * usec, lie around it. */
#include "unit.h"

#include <stdbool.h>

#include "engine/metrics.c"

/* Below the bound of bucket i?  In integers: v^2 < 2^i * 128^2. */
static bool is_below(int64_t usec, int i)
{
    return (unsigned __int128)usec * (unsigned __int128)usec
           < ((unsigned __int128)1 << i) * 128 * 128;
}

static int defined_bucket(int64_t usec)
{
    int i = 0;

    while (i < HISTOGRAM_BUCKETS - 1 && !is_below(usec, i)) {
        i++;
    }
    return i;
}

static int counted_bucket(int64_t usec)
{
    histogram_t h = { { 0 }, 0 };
    int i, at = -1;

    histogram_add(&h, usec);
    assert_int_equal(h.sum_us, usec);
    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (h.count[i]) {
            assert_int_equal(at, -1);
            assert_int_equal(h.count[i], 1);
            at = i;
        }
    }
    return at;
}

static void check_value(int64_t usec)
{
    int is = counted_bucket(usec), should = defined_bucket(usec);

    if (is != should) {
        print_error("%lld usec in bucket %d, not %d\n", (long long)usec, is,
                    should);
    }
    assert_int_equal(is, should);
}

static void check_around_bounds(void **state)
{
    int i, d;

    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        int64_t bound = ((int64_t)128 << i / 2)
                        * (i % 2 ? 1414213562 : 1000000000) / 1000000000;
        for (d = -2; d <= 2; d++) {
            check_value(bound + d);
        }
    }
}

static void check_small_values(void **state)
{
    int64_t usec;

    for (usec = 0; usec < 20000; usec++) {
        check_value(usec);
    }
}

static void check_growing(void **state)
{
    int64_t usec;

    for (usec = 1; usec < INT64_MAX / 5 * 4; usec += usec / 4 + 1) {
        check_value(usec);
    }
    check_value(INT64_MAX);
}

static void check_negative(void **state)
{
    histogram_t h = { { 0 }, 0 };

    histogram_add(&h, -5); /* a clock that stepped back */
    assert_int_equal(h.count[0], 1);
    assert_int_equal(h.sum_us, 0);
}

static void check_sums(void **state)
{
    histogram_t h = { { 0 }, 0 };
    uint64_t n = 0;
    int i;

    for (i = 0; i < 1000; i++) {
        histogram_add(&h, i * 1000);
    }
    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        n += h.count[i];
    }
    assert_int_equal(n, 1000);
    assert_int_equal(h.sum_us, 999 * 1000 / 2 * 1000);
}

static void check_names(void **state)
{
    int i, j;

    for (i = 0; i < OUTCOME_COUNT; i++) {
        const char *name = outcome_name((outcome_e)i);
        assert_int_equal(name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")], 0);
        for (j = 0; j < i; j++) {
            assert_string_not_equal(name, outcome_name((outcome_e)j));
        }
    }
    assert_string_equal(outcome_name(OUTCOME_OK), "ok");
    assert_string_equal(outcome_name(OUTCOME_REFUSED), "refused");
    assert_string_equal(outcome_name(OUTCOME_COUNT), "unknown");
    assert_string_equal(outcome_name((outcome_e)-1), "unknown");
}

int main(void)
{
    unit_add("around every bound", check_around_bounds, NULL);
    unit_add("0 to 20 ms", check_small_values, NULL);
    unit_add("up to the largest", check_growing, NULL);
    unit_add("negative", check_negative, NULL);
    unit_add("counts and sum", check_sums, NULL);
    unit_add("names of outcomes", check_names, NULL);
    return unit_run("metrics");
}
