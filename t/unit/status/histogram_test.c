/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* histogram_test.c: bounds agree with what histogram_add sorts by; quantiles
 * lie where the values are. */
#include "unit.h"

#include "engine/metrics.c"
#include "status/histogram.c"

/* ---- bounds ---- */

static int only_bucket(int64_t usec)
{
    histogram_t h = { 0 };
    int i;

    histogram_add(&h, usec);
    for (i = 0; i < HISTOGRAM_BUCKETS && !h.count[i]; i++) {
    }
    return i;
}

static void check_bounds(void **state)
{
    int i;

    for (i = 0; i <= HISTOGRAM_LAST_BOUND; i++) {
        assert_int_equal(only_bucket(histogram_bound(i) - 1), i);
        assert_int_equal(only_bucket(histogram_bound(i)), i + 1);
    }
    assert_int_equal(histogram_bound(0), 128);
    assert_int_equal(histogram_bound(2), 256);
    assert_int_equal(histogram_bound(HISTOGRAM_LAST_BOUND), 134217728);
    assert_true(histogram_bound(HISTOGRAM_LAST_BOUND + 1) == INT64_MAX);
}

/* ---- quantiles ---- */

static void check_none(void **state)
{
    histogram_t h = { 0 };

    assert_int_equal(histogram_total(&h), 0);
    assert_int_equal(histogram_quantile(&h, 500), -1);
}

static void check_one(void **state)
{
    histogram_t h = { 0 };

    histogram_add(&h, 200);
    assert_int_equal(histogram_total(&h), 1);
    /* 182 to 256: the middle */
    assert_int_equal(histogram_quantile(&h, 1), 219);
    assert_int_equal(histogram_quantile(&h, 500), 219);
    assert_int_equal(histogram_quantile(&h, 1000), 219);
}

static void check_spread(void **state)
{
    histogram_t h = { 0 };

    h.count[0] = 100; /* evenly from 0 to 128 */
    assert_int_equal(histogram_quantile(&h, 10), 0);
    assert_int_equal(histogram_quantile(&h, 500), 63);
    assert_int_equal(histogram_quantile(&h, 1000), 127);
}

/* Of 100 values the 99th percentile is the 99th, the 990 permille; one slow
 * value in a hundred is beyond it, two are not. */
static void check_tail(void **state)
{
    histogram_t h = { 0 };

    h.count[0] = 99;
    h.count[20] = 1;
    assert_in_range(histogram_quantile(&h, 990), 0, 127);
    assert_in_range(histogram_quantile(&h, 991), histogram_bound(19),
                    histogram_bound(20) - 1);
    h.count[0] = 98;
    h.count[20] = 2;
    assert_in_range(histogram_quantile(&h, 990), histogram_bound(19),
                    histogram_bound(20) - 1);
}

static void check_open_end(void **state)
{
    histogram_t h = { 0 };

    histogram_add(&h, INT64_C(3600) * 1000000);
    assert_int_equal(histogram_quantile(&h, 500),
                     histogram_bound(HISTOGRAM_LAST_BOUND));
}

/* total * permille would not fit into 64 bits. */
static void check_many(void **state)
{
    histogram_t h = { 0 };

    h.count[0] = UINT64_MAX / 4;
    h.count[4] = UINT64_MAX / 4;
    assert_in_range(histogram_quantile(&h, 490), 0, 127);
    assert_in_range(histogram_quantile(&h, 510), histogram_bound(3),
                    histogram_bound(4) - 1);
}

static void check_merge(void **state)
{
    histogram_t a = { 0 }, b = { 0 };

    histogram_add(&a, 100);
    histogram_add(&b, 100);
    histogram_add(&b, 1000);
    histogram_merge(&a, &b);
    assert_int_equal(histogram_total(&a), 3);
    assert_int_equal(a.count[0], 2);
    assert_int_equal(a.sum_us, 1200);
}

int main(void)
{
    unit_add("bounds are those of histogram_add", check_bounds, NULL);
    unit_add("no values", check_none, NULL);
    unit_add("one value: the middle of its bucket", check_one, NULL);
    unit_add("values evenly spread in a bucket", check_spread, NULL);
    unit_add("the tail", check_tail, NULL);
    unit_add("the last bucket: its lower end", check_open_end, NULL);
    unit_add("more values than can be multiplied", check_many, NULL);
    unit_add("merged", check_merge, NULL);
    return unit_run("status histogram");
}
