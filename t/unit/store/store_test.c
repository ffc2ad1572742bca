/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_test.c: put, find, pin, replace, remove, bodies of all shapes. */
#include "store_fixture.h"

static void check_put_and_find(void **state)
{
    fixture_t f;
    store_pin_t pin;

    fixture_open(&f, 1 << 20);
    assert_false(fixture_has(&f, "a"));
    assert_int_equal(fixture_put(&f, "a", slice_str("body")), APR_SUCCESS);
    assert_int_equal(fixture_find(&f, "a", &pin), APR_SUCCESS);
    assert_true(slice_eq(store_object_key(pin.object), slice_str("a")));
    assert_true(slice_eq(store_object_raw_head(pin.object), some_head));
    assert_int_equal(store_object_quick_head(pin.object).len, 0);
    assert_int_equal(store_object_length(pin.object), 4);
    assert_int_equal(store_object_meta(pin.object)->status, 200);
    assert_int_equal(store_object_kind(pin.object), STORE_RESPONSE);
    assert_int_equal(store_object_purged(f.store, pin.object), STORE_VALID);
    store_unpin(f.store, &pin);
    assert_null(pin.object);
    fixture_close(&f);
}

int main(void)
{
    unit_add("put and find", check_put_and_find, NULL);
    return unit_run("store");
}
