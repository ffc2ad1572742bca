/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* top_keys_test.c: who is refused most is found among very many others. */
#include "unit.h"

#include "routing/siphash.c"
#include "seen/top_keys.c"

enum {
    NOW = 1000 * TOP_KEYS_HALVED_S
};

static top_keys_t top;
static top_key_t out[TOP_KEYS];

static void add(top_keys_t *to, uint64_t hash, slice_t text, int64_t now_s)
{
    if (top_keys_add(to, hash, now_s)) {
        top_keys_tell(to, hash, text);
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&top, 0, sizeof(top));
    return 0;
}

static void test_among_a_million(void **state)
{
    uint64_t i;

    (void)state;
    for (i = 1; i <= 1000000; i++) {
        add(&top, i * 11, SLICE_LIT("many"), NOW);
        if (i % 5 == 0) {
            add(&top, 7, SLICE_LIT("the fifth"), NOW);
        }
        if (i % 4 == 0) {
            add(&top, 8, SLICE_LIT("the fourth"), NOW);
        }
    }
    assert_int_equal(top_keys_read(&top, out, NOW), TOP_KEYS);
    assert_int_equal(out[0].hash, 8);
    assert_memory_equal(out[0].text, "the fourth", out[0].text_len);
    assert_int_equal(out[1].hash, 7);
    assert_true(out[1].count >= 200000);
    assert_true(out[1].count <= 200000 + 1450000 / TOP_KEYS);
}

static void test_yesterday(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 1000; i++) {
        add(&top, 1, SLICE_LIT("a"), NOW);
    }
    add(&top, 2, SLICE_LIT("b"), NOW + 5 * TOP_KEYS_HALVED_S);
    assert_int_equal(top_keys_read(&top, out, NOW + 5 * TOP_KEYS_HALVED_S), 2);
    assert_int_equal(out[0].count, 31);
    assert_int_equal(out[1].count, 1);
    assert_int_equal(top_keys_read(&top, out, NOW + 99 * TOP_KEYS_HALVED_S), 0);
}

/* What came a moment before counts are halved is still there. */
static void test_a_moment_ago(void **state)
{
    (void)state;
    add(&top, 1, SLICE_LIT("a"), NOW - 1);
    assert_int_equal(top_keys_read(&top, out, NOW), 1);
    assert_int_equal(out[0].count, 1);
    assert_int_equal(top_keys_read(&top, out, NOW + TOP_KEYS_HALVED_S), 0);
}

/* A process was killed, or two wrote at once. */
static void test_text_of_another(void **state)
{
    (void)state;
    add(&top, 1, SLICE_LIT("a"), NOW);
    top.key[0].text[0] = 'b';
    assert_int_equal(top_keys_read(&top, out, NOW), 1);
    assert_int_equal(out[0].text_len, 0);
    top.key[0].check = 0;
    add(&top, 1, SLICE_LIT("a"), NOW);
    top_keys_read(&top, out, NOW);
    assert_int_equal(out[0].text_len, 1);
    top.key[0].text_len = 99999;
    top_keys_read(&top, out, NOW);
    assert_int_equal(out[0].text_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_among_a_million, set_up),
        cmocka_unit_test_setup(test_yesterday, set_up),
        cmocka_unit_test_setup(test_a_moment_ago, set_up),
        cmocka_unit_test_setup(test_text_of_another, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
