/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* purge_test.c: purges by tag, prefix, all; hard and soft; none is missed,
 * however many there are. */
#include "store_fixture.h"

enum {
    MB = 1 << 20
};

static void put_tagged(fixture_t *f, const char *name, const char *tag)
{
    store_key_t key = fixture_key(f, slice_str(name));
    uint64_t hash = store_tag_hash(f->store, slice_str(tag));
    store_meta_t meta = { .status = 200 };

    assert_int_equal(store_put(f->store, &key, store_clock(f->store),
                               STORE_RESPONSE, &meta, some_head, no_text, &hash,
                               1, no_text, f->now_s),
                     APR_SUCCESS);
}

static store_purged_e state_of(fixture_t *f, const char *name)
{
    store_purged_e purged;
    store_pin_t pin;

    assert_int_equal(fixture_find(f, name, &pin), APR_SUCCESS);
    purged = store_object_purged(f->store, pin.object);
    assert_int_equal(store_object_purged(f->store, pin.object), purged);
    store_unpin(f->store, &pin);
    return purged;
}

static void purge_tag(fixture_t *f, const char *tag, int soft)
{
    store_purge_tag(f->store, store_tag_hash(f->store, slice_str(tag)), soft);
}

static void test_tags(void **state)
{
    fixture_t f;

    fixture_open(&f, MB);
    put_tagged(&f, "a", "post-1");
    put_tagged(&f, "b", "post-2");
    purge_tag(&f, "post-1", 0);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED);
    assert_int_equal(state_of(&f, "b"), STORE_VALID);
    put_tagged(&f, "a", "post-1"); /* fetched behind the purge */
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    purge_tag(&f, "post-2", 1);
    assert_int_equal(state_of(&f, "b"), STORE_PURGED_SOFT);
    purge_tag(&f, "post-2", 0);
    assert_int_equal(state_of(&f, "b"), STORE_PURGED);
    fixture_close(&f);
}

static void test_all(void **state)
{
    fixture_t f;

    fixture_open(&f, MB);
    put_tagged(&f, "a", "x");
    store_purge_all(f.store, 1);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED_SOFT);
    store_purge_all(f.store, 0);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED);
    put_tagged(&f, "a", "x");
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    fixture_close(&f);
}

static void test_prefixes(void **state)
{
    static char prefix[STORE_PREFIX_MAX + 1];
    fixture_t f;

    fixture_open(&f, MB);
    put_tagged(&f, "http://a/x/1", "x");
    put_tagged(&f, "http://a/y/1", "x");
    assert_int_equal(store_purge_prefix(f.store, slice_str("http://a/x/"), 0),
                     APR_SUCCESS);
    assert_int_equal(state_of(&f, "http://a/x/1"), STORE_PURGED);
    assert_int_equal(state_of(&f, "http://a/y/1"), STORE_VALID);
    store_purge_prefix(f.store, slice_str("http://a/y/12"), 0);
    assert_int_equal(state_of(&f, "http://a/y/1"), STORE_VALID);
    store_purge_prefix(f.store, slice_str("http://a/y/1"), 1);
    assert_int_equal(state_of(&f, "http://a/y/1"), STORE_PURGED_SOFT);
    assert_int_equal(store_purge_prefix(f.store,
                                        slice_make(prefix, sizeof(prefix)), 0),
                     APR_EINVAL);
    assert_int_equal(store_purge_prefix(f.store,
                                        slice_make(prefix, STORE_PREFIX_MAX),
                                        0),
                     APR_SUCCESS);
    store_purge_prefix(f.store, no_text, 0);
    assert_int_equal(state_of(&f, "http://a/y/1"), STORE_PURGED);
    fixture_close(&f);
}

/* Bans that left the ring count for whoever has not looked since. */
static void test_ring(void **state)
{
    char prefix[32];
    fixture_t f;
    uint32_t i;

    fixture_open(&f, MB);
    put_tagged(&f, "looked", "x");
    put_tagged(&f, "not looked", "x");
    for (i = 0; i <= f.store->plan.bans; i++) {
        snprintf(prefix, sizeof(prefix), "other %u", i);
        store_purge_prefix(f.store, slice_str(prefix), i == 0);
        assert_int_equal(state_of(&f, "looked"), STORE_VALID);
    }
    assert_int_equal(state_of(&f, "not looked"), STORE_PURGED_SOFT);
    put_tagged(&f, "not looked", "x");
    for (i = 0; i <= f.store->plan.bans; i++) {
        snprintf(prefix, sizeof(prefix), "other %u", i);
        store_purge_prefix(f.store, slice_str(prefix), 0);
    }
    assert_int_equal(state_of(&f, "not looked"), STORE_PURGED);
    fixture_close(&f);
}

/* Many more tags than entries: never too little. */
static void test_many_tags(void **state)
{
    char name[32];
    int i, wrong = 0;
    fixture_t f;

    fixture_open(&f, MB);
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "tag %d", i);
        put_tagged(&f, name, name);
    }
    for (i = 0; i < 300; i += 2) {
        snprintf(name, sizeof(name), "tag %d", i);
        purge_tag(&f, name, 0);
    }
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "tag %d", i);
        if (i % 2 == 0) {
            assert_int_equal(state_of(&f, name), STORE_PURGED);
        }
        else {
            wrong += state_of(&f, name) != STORE_VALID;
        }
    }
    assert_true(wrong < 50); /* two others on the same of 256 entries */
    fixture_close(&f);
}

/* One purge among thousands of others is seen, by an object that looks at each
 * one, and those others are not held against it. */
static void test_looked_at(void **state)
{
    char tag[32];
    fixture_t f;
    int i;

    fixture_open(&f, MB);
    put_tagged(&f, "a", "mine");
    for (i = 0; i < 10000; i++) {
        snprintf(tag, sizeof(tag), "tag %d", i);
        purge_tag(&f, tag, 0);
        assert_int_equal(state_of(&f, "a"), STORE_VALID);
    }
    purge_tag(&f, "mine", 1);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED_SOFT);
    fixture_close(&f);
}

static void test_revalidated(void **state)
{
    uint32_t clock;
    store_pin_t pin;
    fixture_t f;

    fixture_open(&f, MB);
    put_tagged(&f, "a", "x");
    purge_tag(&f, "x", 1);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED_SOFT);
    clock = store_clock(f.store);
    assert_int_equal(fixture_find(&f, "a", &pin), APR_SUCCESS);
    store_object_revalidated(f.store, pin.object, clock);
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    purge_tag(&f, "x", 1); /* behind the question */
    assert_int_equal(state_of(&f, "a"), STORE_PURGED_SOFT);
    store_object_revalidated(f.store, pin.object, clock);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED_SOFT);
    store_object_revalidated(f.store, pin.object, store_clock(f.store));
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

static void test_clock_renewed(void **state)
{
    fixture_t f;

    fixture_open(&f, MB);
    put_tagged(&f, "before", "x");
    atomic_store(&f.store->segment->clock, CLOCK_END);
    put_tagged(&f, "a", "x");
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    fixture_tidy(&f);
    assert_int_equal(store_clock(f.store), CLOCK_BEGIN);
    assert_false(fixture_has(&f, "a"));
    assert_false(fixture_has(&f, "before"));
    put_tagged(&f, "a", "x");
    assert_int_equal(state_of(&f, "a"), STORE_VALID);
    purge_tag(&f, "x", 0);
    assert_int_equal(state_of(&f, "a"), STORE_PURGED);
    fixture_close(&f);
}

/* Tidying takes what was purged. */
static void test_tidied(void **state)
{
    store_stats_t stats;
    fixture_t f;
    int i;

    fixture_open(&f, MB);
    put_tagged(&f, "a", "x");
    put_tagged(&f, "b", "y");
    purge_tag(&f, "x", 0);
    for (i = 0; i < 70; i++) {
        fixture_tidy(&f);
    }
    store_stats(f.store, &stats);
    assert_int_equal(stats.purged, 1);
    assert_false(fixture_has(&f, "a"));
    fixture_close(&f);
}

int main(void)
{
    unit_add("tags", test_tags, NULL);
    unit_add("all", test_all, NULL);
    unit_add("prefixes", test_prefixes, NULL);
    unit_add("more prefixes than the ring has", test_ring, NULL);
    unit_add("more tags than entries", test_many_tags, NULL);
    unit_add("an object that looks at each purge", test_looked_at, NULL);
    unit_add("revalidated", test_revalidated, NULL);
    unit_add("the clock begins anew", test_clock_renewed, NULL);
    unit_add("purged objects are tidied away", test_tidied, NULL);
    return unit_run("purge");
}
