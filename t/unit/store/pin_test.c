/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pin_test.c: what happens in the moments between the steps of a reader and of
 * who takes memory away, made to happen: a hook runs before a pin is published,
 * and another one within a scan of the pins. */
#include "store/pin.h"

static void (*before_publish)(void);

static inline void hooked_publish(const store_t *store, uint32_t pin,
                                  uint32_t ref)
{
    void (*hook)(void) = before_publish;

    before_publish = NULL;
    if (hook) {
        hook();
    }
    pin_publish(store, pin, ref);
}

#define pin_publish hooked_publish
#include "store_fixture.h"
#undef pin_publish

enum {
    MB = 1 << 20
};

static fixture_t f;

static void remove_it(void)
{
    store_pin_t pin;

    if (fixture_find(&f, "a", &pin) == APR_SUCCESS) {
        store_object_remove(f.store, pin.object);
        store_unpin(f.store, &pin);
    }
}

static void replace_it(void)
{
    fixture_put(&f, "a", slice_str("newer"));
    fixture_tidy(&f); /* the memory of the old one is free again */
}

/* The slot was read, then the object went. */
static void test_too_late(void **state)
{
    store_pin_t pin;

    fixture_open(&f, MB);
    fixture_put(&f, "a", slice_str("old"));
    before_publish = remove_it;
    assert_int_equal(fixture_find(&f, "a", &pin), APR_NOTFOUND);
    assert_null(before_publish);
    fixture_tidy(&f);
    fixture_close(&f);
}

static void test_successor(void **state)
{
    store_pin_t pin;

    fixture_open(&f, MB);
    fixture_put(&f, "a", slice_str("old"));
    before_publish = replace_it;
    assert_int_equal(fixture_find(&f, "a", &pin), APR_SUCCESS);
    assert_int_equal(store_object_length(pin.object), 5);
    assert_true(slice_eq(store_object_key(pin.object), slice_str("a")));
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

/* A follower on its way from the ticket to the object, which is given up. */
static store_fill_t *fill;

static void give_it_up(void)
{
    store_fill_abort(&fill, 1, 0);
}

static void test_attach_too_late(void **state)
{
    uint64_t available;
    store_key_t key;
    store_pin_t pin;

    fixture_open(&f, MB);
    key = fixture_key(&f, slice_str("a"));
    assert_int_equal(store_fill_begin(f.store, &key, 1, 1, &fill, &pin),
                     FILL_OWNER);
    assert_int_equal(store_fill_begin(f.store, &key, 1, 1, NULL, &pin),
                     FILL_FOLLOW);
    store_fill_head(fill, STORE_RESPONSE, &(store_meta_t){ .status = 200 },
                    some_head, no_text, NULL, 0, 3);
    before_publish = give_it_up;
    assert_int_equal(store_pending(f.store, &pin, &available), PENDING_FAILED);
    assert_int_equal(pin.slot, pin.ticket_slot); /* not of that object */
    store_unpin(f.store, &pin);
    fixture_tidy(&f);
    fixture_close(&f);
}

/* Between the two steps in which a ticket ends nothing can be read of it. */
static void test_attach_at_the_end(void **state)
{
    ticket_t *ticket;
    uint64_t available;
    uint32_t object;
    store_key_t key;
    store_pin_t pin;

    fixture_open(&f, MB);
    key = fixture_key(&f, slice_str("a"));
    store_fill_begin(f.store, &key, 1, 1, &fill, &pin);
    assert_int_equal(store_fill_begin(f.store, &key, 1, 1, NULL, &pin),
                     FILL_FOLLOW);
    store_fill_head(fill, STORE_RESPONSE, &(store_meta_t){ .status = 200 },
                    some_head, no_text, NULL, 0, 0);
    ticket = object_ticket(pin.object);
    object = atomic_exchange(&ticket->object, 0);
    assert_int_equal(store_pending(f.store, &pin, &available), PENDING_WAIT);
    atomic_store(&ticket->object, object);
    assert_int_equal(store_fill_commit(&fill, 1), APR_SUCCESS);
    assert_int_equal(store_pending(f.store, &pin, &available), PENDING_DONE);
    assert_true(slice_eq(store_object_raw_head(pin.object), some_head));
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

/* A follower that finds no pin for the object goes on its own. */
static void test_attach_without_pin(void **state)
{
    uint32_t pins[PINS_MAX], count = 0;
    uint64_t available;
    store_key_t key;
    store_pin_t pin;

    fixture_open(&f, MB);
    key = fixture_key(&f, slice_str("a"));
    store_fill_begin(f.store, &key, 1, 1, &fill, &pin);
    store_fill_begin(f.store, &key, 1, 1, NULL, &pin);
    store_fill_head(fill, STORE_RESPONSE, &(store_meta_t){ .status = 200 },
                    some_head, no_text, NULL, 0, 0);
    while ((pins[count] = pin_take(f.store))) {
        count++;
    }
    assert_int_equal(store_pending(f.store, &pin, &available), PENDING_REFUSED);
    while (count > 0) {
        pin_give(f.store, pins[--count]);
    }
    store_unpin(f.store, &pin);
    store_fill_abort(&fill, 1, 0);
    fixture_tidy(&f);
    fixture_close(&f);
}

/* ---- a pin that is copied while others look through all of them ---- */

typedef struct {
    uint32_t low, trigger, high; /* pins */
    uint32_t seen;               /* bits: refs 1 to 31 */
} scan_t;

enum {
    REF_TRIGGER = 3,
    REF_WANDERS = 5
};

/* Once: what high names is copied to low, which was passed; high is given. */
static void wander(void *ctx, uint32_t ref)
{
    scan_t *scan = ctx;

    scan->seen |= 1u << ref;
    if (ref == REF_TRIGGER && scan->high) {
        pin_copy(f.store, scan->low, REF_WANDERS);
        pin_give(f.store, scan->high);
        scan->high = 0;
    }
}

static void test_copied_while_scanned(void **state)
{
    scan_t scan = { 0 };

    fixture_open(&f, MB);
    scan.low = pin_take(f.store);
    scan.trigger = pin_take(f.store);
    scan.high = pin_take(f.store);
    assert_true(scan.low < scan.trigger && scan.trigger < scan.high);
    pin_publish(f.store, scan.trigger, REF_TRIGGER);
    pin_publish(f.store, scan.high, REF_WANDERS);
    assert_true(pin_each(f.store, wander, &scan));
    assert_int_equal(scan.seen, 1u << REF_TRIGGER | 1u << REF_WANDERS);
    pin_give(f.store, scan.low);
    pin_give(f.store, scan.trigger);
    fixture_close(&f);
}

/* Copies without end: who looks says that it cannot know. */
static void copy_again(void *ctx, uint32_t ref)
{
    scan_t *scan = ctx;

    pin_copy(f.store, scan->low, ref);
}

static void test_no_end(void **state)
{
    scan_t scan = { 0 };

    fixture_open(&f, MB);
    scan.low = pin_take(f.store);
    pin_publish(f.store, scan.low, REF_WANDERS);
    assert_false(pin_each(f.store, copy_again, &scan));
    pin_give(f.store, scan.low);
    fixture_close(&f);
}

int main(void)
{
    unit_add("the object goes before the pin is seen", test_too_late, NULL);
    unit_add("its successor comes before the pin is seen", test_successor,
             NULL);
    unit_add("a follower comes too late", test_attach_too_late, NULL);
    unit_add("a follower comes at the end", test_attach_at_the_end, NULL);
    unit_add("a follower without a pin", test_attach_without_pin, NULL);
    unit_add("a pin is copied while pins are looked through",
             test_copied_while_scanned, NULL);
    unit_add("copies without end", test_no_end, NULL);
    return unit_run("pin");
}
