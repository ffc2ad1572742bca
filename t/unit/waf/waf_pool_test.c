/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pool_test.c: pools are used again, empty, and no more than some. */
#include <apr_general.h>

#include "unit.h"

#include "waf/request/waf_pool.c"

static apr_status_t note_end(void *data)
{
    ++*(int *)data;
    return APR_SUCCESS;
}

static void the_last_one_is_taken_again(void **state)
{
    apr_pool_t *first = waf_pool_take(), *second = waf_pool_take();

    (void)state;
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
    waf_pool_give(second);
    waf_pool_give(first);
    assert_ptr_equal(waf_pool_take(), first);
    assert_ptr_equal(waf_pool_take(), second);
    assert_int_equal(count, 0);
    waf_pool_give(second);
    waf_pool_give(first);
}

static void what_was_in_it_ends(void **state)
{
    apr_pool_t *pool = waf_pool_take();
    int ended = 0;

    (void)state;
    apr_pool_cleanup_register(pool, &ended, note_end, apr_pool_cleanup_null);
    waf_pool_give(pool);
    assert_int_equal(ended, 1);
    assert_ptr_equal(waf_pool_take(), pool);
    waf_pool_give(pool);
    assert_int_equal(ended, 1);
}

/* The same memory comes back: nothing asks the system for it. */
static void memory_stays_with_it(void **state)
{
    apr_pool_t *pool = waf_pool_take();
    char *before = apr_palloc(pool, 20000), *after;

    (void)state;
    waf_pool_give(pool);
    assert_ptr_equal(waf_pool_take(), pool);
    after = apr_palloc(pool, 20000);
    assert_ptr_equal(after, before);
    waf_pool_give(pool);
}

static void no_more_than_some_are_kept(void **state)
{
    apr_pool_t *pool[KEPT + 3];
    int i;

    (void)state;
    for (i = 0; i < KEPT + 3; i++) {
        pool[i] = waf_pool_take();
    }
    for (i = 0; i < KEPT + 3; i++) {
        waf_pool_give(pool[i]);
    }
    assert_int_equal(count, KEPT);
    assert_ptr_equal(waf_pool_take(), pool[KEPT - 1]);
    waf_pool_give(pool[KEPT - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_is_taken_again),
        cmocka_unit_test(what_was_in_it_ends),
        cmocka_unit_test(memory_stays_with_it),
        cmocka_unit_test(no_more_than_some_are_kept),
    };
    int failed;

    apr_initialize();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    while (count) {
        apr_pool_destroy(kept[--count]);
    }
    apr_terminate();
    return failed;
}
