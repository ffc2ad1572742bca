/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pace_test.c: a bound of lines that keeps what each address is told for
 * first. */
#include "unit.h"

#include <string.h>

#include "waf/seen/waf_pace.c"

enum {
    MANY = 1000000
};

static waf_pace_t pace;

static int setup(void **state)
{
    memset(&pace, 0, sizeof(pace));
    return 0;
}

/* Well mixed. */
static uint64_t key_of(uint64_t number)
{
    number *= UINT64_C(0x9e3779b97f4a7c15);
    number ^= number >> 29;
    number *= UINT64_C(0xbf58476d1ce4e5b9);
    return number ^ number >> 32;
}

static int written(uint64_t second, int lines, uint32_t most)
{
    int count = 0;

    while (lines-- > 0) {
        int may = waf_pace_has_room(&pace, second, most);

        waf_pace_count(&pace, second, may);
        count += may;
    }
    return count;
}

static void test_bound(void **state)
{
    (void)state;
    assert_int_equal(written(5, 20, 7), 7);
    assert_int_equal(written(5, 20, 7), 0);
    assert_int_equal(written(6, 20, 7), 7);
    assert_int_equal(written(5, 20, 7), 0); /* one that was slow to get here */
    assert_int_equal(written(9, 3, 7), 3);
    assert_int_equal(written(9, 20, 7), 4);
}

static void test_first(void **state)
{
    uint64_t key = key_of(1);

    (void)state;
    assert_true(waf_pace_is_first(&pace, key, 100, MANY));
    assert_false(waf_pace_is_first(&pace, key, 100, MANY));
    assert_false(waf_pace_is_first(&pace, key, 109, MANY));
    assert_true(waf_pace_is_first(&pace, ~key, 109, MANY));
    assert_true(waf_pace_is_first(&pace, key, 110, MANY));
    assert_false(waf_pace_is_first(&pace, key, 110, MANY));
    assert_true(waf_pace_is_first(&pace, 0, 110, MANY));
    assert_false(waf_pace_is_first(&pace, 0, 111, MANY));
}

/* Across the end of the bits that are kept of a second. */
static void test_first_wraps(void **state)
{
    (void)state;
    assert_true(waf_pace_is_first(&pace, 7, SECOND_MASK - 1, MANY));
    assert_false(waf_pace_is_first(&pace, 7, SECOND_MASK + 3, MANY));
    assert_true(waf_pace_is_first(&pace, 7, SECOND_MASK + 9, MANY));
}

static void test_many_addresses(void **state)
{
    uint64_t i;
    int again = 0;

    (void)state;
    for (i = 0; i < 1000; i++) {
        assert_true(waf_pace_is_first(&pace, key_of(i), 50, MANY));
    }
    for (i = 0; i < 1000; i++) {
        again += waf_pace_is_first(&pace, key_of(i), 51, MANY);
    }
    assert_true(again < 20); /* no place was left for those */
}

/* The oldest makes room. */
static void test_full_set(void **state)
{
    uint64_t step = (uint64_t)1 << 40, i;

    (void)state;
    for (i = 0; i <= WAF_PACE_WAYS; i++) {
        assert_true(waf_pace_is_first(&pace, i * step, 50 + i, MANY));
    }
    for (i = 1; i <= WAF_PACE_WAYS; i++) {
        assert_false(waf_pace_is_first(&pace, i * step, 58, MANY));
    }
    assert_true(waf_pace_is_first(&pace, 0, 58, MANY));
}

static int firsts(uint64_t from, int clients, uint64_t second)
{
    int count = 0, i;

    for (i = 0; i < clients; i++) {
        count +=
            waf_pace_is_first(&pace, key_of(from + (uint64_t)i), second, 7);
    }
    return count;
}

/* Somebody with addresses without end. */
static void test_first_bound(void **state)
{
    (void)state;
    assert_int_equal(firsts(0, 100, 50), 70);
    assert_int_equal(firsts(1000, 100, 50), 0);
    assert_int_equal(firsts(99, 1, 51), 1); /* nobody was told of it */
    assert_int_equal(firsts(2000, 100, 51), 69);
    assert_int_equal(written(51, 20, 7), 7); /* they take no other's room */
}

static void test_tell(void **state)
{
    (void)state;
    assert_int_equal(waf_pace_tell(&pace, 1000), 0);
    assert_int_equal(written(1000, 5, 2), 2);
    assert_int_equal(written(1004, 5, 2), 2);
    assert_int_equal(waf_pace_tell(&pace, 1009), 0);
    assert_int_equal(waf_pace_tell(&pace, 1010), 6);
    assert_int_equal(waf_pace_tell(&pace, 1030), 0);
    assert_int_equal(written(1040, 3, 2), 2);
    assert_int_equal(waf_pace_tell(&pace, 1049), 0);
    assert_int_equal(waf_pace_tell(&pace, 1051), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_bound, setup),
        cmocka_unit_test_setup(test_first, setup),
        cmocka_unit_test_setup(test_first_wraps, setup),
        cmocka_unit_test_setup(test_many_addresses, setup),
        cmocka_unit_test_setup(test_full_set, setup),
        cmocka_unit_test_setup(test_first_bound, setup),
        cmocka_unit_test_setup(test_tell, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
