/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* removed_test.c: who was removed is remembered until it comes again. */
#include "unit.h"

#include "members/removed.c"

static void check_some(void **state)
{
    removed_t r = { { 0 } };
    const uint64_t kept[] = { 8, 9 };

    assert_false(removed_has(&r, 0));
    assert_false(removed_has(&r, 7));
    assert_true(removed_add(&r, 7));
    assert_true(removed_add(&r, 8));
    assert_true(removed_has(&r, 7) && removed_has(&r, 8));
    removed_drop(&r, 9);
    removed_drop(&r, 7);
    assert_true(!removed_has(&r, 7) && removed_has(&r, 8));
    removed_add(&r, 7);
    removed_keep(&r, kept, 2);
    assert_true(!removed_has(&r, 7) && removed_has(&r, 8));
}

static void check_full(void **state)
{
    removed_t r = { { 0 } };
    uint64_t id;

    for (id = 1; id <= REMOVED_MAX; id++) {
        assert_true(removed_add(&r, id));
    }
    assert_false(removed_add(&r, id));
    assert_true(removed_add(&r, 1));
    removed_drop(&r, 2);
    assert_true(removed_add(&r, id));
}

int main(void)
{
    unit_add("some", check_some, NULL);
    unit_add("as many as fit", check_full, NULL);
    return unit_run("removed");
}
