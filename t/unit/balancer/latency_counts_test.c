/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* latency_counts_test.c: percentiles are near, and never below. */
#include "unit.h"

#include "traffic/latency_counts.c"

static void check_near(void **state)
{
    int64_t us;

    (void)state;
    for (us = 64; us < 60 * INT64_C(1000000); us += us / 50 + 1) {
        latency_counts_t counts = { { 0 } };
        uint32_t found;

        latency_counts_add(&counts, us);
        found = latency_counts_percentile(&counts, 95);
        if (found <= us || found > us + us / 16 + 1) {
            fail_msg("%ld us became %u", (long)us, found);
        }
    }
}

static void check_ends(void **state)
{
    latency_counts_t counts = { { 0 } };

    (void)state;
    assert_int_equal(latency_counts_percentile(&counts, 95), 0);
    latency_counts_add(&counts, 0);
    assert_int_equal(latency_counts_percentile(&counts, 95), 64);
    latency_counts_add(&counts, INT64_MAX);
    assert_int_equal(latency_counts_percentile(&counts, 50), 64);
    assert_int_equal(latency_counts_percentile(&counts, 51), 64 << 20);
}

static void check_percentiles(void **state)
{
    latency_counts_t counts = { { 0 } };
    int i;

    (void)state;
    for (i = 0; i < 100; i++) {
        latency_counts_add(&counts, i < 95 ? 1000 : 100000);
    }
    assert_in_range(latency_counts_percentile(&counts, 95), 1001, 1063);
    assert_in_range(latency_counts_percentile(&counts, 96), 100001, 106250);
}

int main(void)
{
    unit_add("near, and never below", check_near, NULL);
    unit_add("nothing, the least, the most", check_ends, NULL);
    unit_add("percentiles", check_percentiles, NULL);
    return unit_run("latency counts");
}
