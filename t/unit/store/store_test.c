/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_test.c: put, find, pin, replace, remove; bodies of all shapes;
 * variants; a segment that is full. */
#include "store_fixture.h"

enum {
    MB = 1 << 20
};

static void test_put_and_find(void **state)
{
    fixture_t f;
    store_pin_t pin;

    fixture_open(&f, MB);
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

static void test_meta(void **state)
{
    store_meta_t meta = { .stored_at = 1,
                          .lifetime = 2,
                          .status = 206,
                          .flags = STORE_PARTIAL | STORE_IMMUTABLE,
                          .etag_at = 6,
                          .etag_len = 3,
                          .part_first = 1ull << 40,
                          .part_total = 1ull << 41 };
    uint64_t tags[STORE_TAGS_MAX] = { 1, 2, 3 };
    const store_meta_t *got;
    store_key_t key;
    store_pin_t pin;
    fixture_t f;

    fixture_open(&f, MB);
    key = fixture_key(&f, slice_str("m"));
    assert_int_equal(store_put(f.store, &key, 1, STORE_RESPONSE, &meta,
                               slice_str("ETag: \"x\"\r\n"), slice_str("quick"),
                               tags, STORE_TAGS_MAX, slice_str("0123"), 1),
                     APR_SUCCESS);
    assert_int_equal(store_find(f.store, &key, &pin), APR_SUCCESS);
    got = store_object_meta(pin.object);
    assert_int_equal(got->part_first, 1ull << 40);
    assert_int_equal(got->part_total, 1ull << 41);
    assert_memory_equal(store_object_raw_head(pin.object).p + got->etag_at,
                        "\"x\"", got->etag_len);
    assert_true(
        slice_eq(store_object_quick_head(pin.object), slice_str("quick")));
    store_object_refresh(f.store, pin.object, 5, 6, 7, 8);
    assert_int_equal(got->stored_at, 5);
    assert_int_equal(got->initial_age, 6);
    assert_int_equal(got->lifetime, 7);
    assert_int_equal(got->date, 8);
    fixture_check(&f); /* the checksum holds */
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

/* ---- bodies ---- */

static const size_t lengths[] = { 0,      1,      15,      16,
                                  17,     4095,   4096,    8192,
                                  16384,  65536,  70000,   131072,
                                  131073, 200000, 1 << 20, 3000001 };

static void test_lengths(void **state)
{
    char *data = malloc(4 * MB);
    char name[32];
    fixture_t f;
    size_t i;

    fixture_open(&f, 32 * MB);
    for (i = 0; i < UNIT_COUNT(lengths); i++) {
        store_pin_t pin;
        size_t at;

        snprintf(name, sizeof(name), "length %zu", lengths[i]);
        fixture_fill(data, (uint32_t)i, 0, lengths[i]);
        assert_int_equal(fixture_put(&f, name, slice_make(data, lengths[i])),
                         APR_SUCCESS);
        assert_int_equal(fixture_find(&f, name, &pin), APR_SUCCESS);
        assert_int_equal(store_object_length(pin.object), lengths[i]);
        for (at = 0; at < lengths[i]; at += lengths[i] / 3 + 1) {
            assert_true(fixture_body_is(f.store, pin.object, (uint32_t)i, at,
                                        lengths[i] - at));
        }
        store_unpin(f.store, &pin);
        fixture_check(&f);
    }
    free(data);
    fixture_close(&f);
}

static void test_body_ranges(void **state)
{
    struct iovec iov[4];
    store_pin_t pin;
    fixture_t f;

    fixture_open(&f, MB);
    fixture_put(&f, "a", slice_str("0123456789"));
    assert_int_equal(fixture_find(&f, "a", &pin), APR_SUCCESS);
    assert_int_equal(store_object_body(f.store, pin.object, 2, 3, iov, 4), 1);
    assert_int_equal(iov[0].iov_len, 3);
    assert_memory_equal(iov[0].iov_base, "234", 3);
    assert_int_equal(store_object_body(f.store, pin.object, 8, 99, iov, 4), 1);
    assert_int_equal(iov[0].iov_len, 2);
    assert_int_equal(store_object_body(f.store, pin.object, 10, 1, iov, 4), 0);
    assert_int_equal(store_object_body(f.store, pin.object, UINT64_MAX, 1, iov,
                                       4),
                     0);
    assert_int_equal(store_object_body(f.store, pin.object, 0, 0, iov, 4), 0);
    assert_int_equal(store_object_body(f.store, pin.object, 0, 1, iov, 0), 0);
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

static void test_too_large(void **state)
{
    static char data[3 * MB];
    store_stats_t stats;
    fixture_t f;
    char *key;

    fixture_open(&f, 2 * MB);
    assert_int_equal(fixture_put(&f, "a", slice_make(data, sizeof(data))),
                     APR_ENOSPC);
    key = malloc(STORE_KEY_MAX + 2);
    memset(key, 'k', STORE_KEY_MAX + 1);
    key[STORE_KEY_MAX + 1] = '\0';
    assert_int_equal(fixture_put(&f, key, no_text), APR_EINVAL);
    key[STORE_KEY_MAX] = '\0';
    assert_int_equal(fixture_put(&f, key, slice_str("x")), APR_SUCCESS);
    assert_true(fixture_has(&f, key));
    assert_int_equal(fixture_put(&f, "", slice_str("x")), APR_EINVAL);
    store_stats(f.store, &stats);
    assert_int_equal(stats.refused_large, 1);
    free(key);
    fixture_close(&f);
}

static void test_smallest(void **state)
{
    store_config_t config = { .size = 4096, .children = 1 };
    const char *note;
    apr_pool_t *pool;
    store_t *store;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    while (store_create(&store, &config, &note, pool) == APR_EINVAL) {
        assert_true(config.size < MB);
        config.size += 4096;
    }
    assert_null(check_store(store));
    apr_pool_destroy(pool);
}

/* ---- replacing and removing ---- */

static void test_replace_while_pinned(void **state)
{
    store_pin_t old, again, now;
    store_stats_t stats;
    fixture_t f;

    fixture_open(&f, MB);
    fixture_put(&f, "a", slice_str("old"));
    assert_int_equal(fixture_find(&f, "a", &old), APR_SUCCESS);
    assert_int_equal(store_pin_again(f.store, &old, &again), APR_SUCCESS);
    fixture_put(&f, "a", slice_str("newer"));
    assert_int_equal(fixture_find(&f, "a", &now), APR_SUCCESS);
    assert_ptr_not_equal(old.object, now.object);
    assert_int_equal(store_object_length(now.object), 5);
    store_unpin(f.store, &old);
    fixture_tidy(&f);
    assert_int_equal(store_object_length(again.object), 3);
    assert_true(slice_eq(store_object_key(again.object), slice_str("a")));
    store_stats(f.store, &stats);
    assert_int_equal(stats.limbo, 1);
    store_object_remove(f.store, again.object); /* no longer what is indexed */
    assert_true(fixture_has(&f, "a"));
    store_unpin(f.store, &again);
    fixture_tidy(&f);
    store_stats(f.store, &stats);
    assert_int_equal(stats.limbo, 0);
    store_object_remove(f.store, now.object);
    assert_false(fixture_has(&f, "a"));
    store_unpin(f.store, &now);
    fixture_tidy(&f);
    store_stats(f.store, &stats);
    assert_int_equal(stats.used, 0);
    assert_int_equal(stats.objects, 0);
    fixture_close(&f);
}

static void test_variants(void **state)
{
    store_meta_t meta = { .status = 200, .flags = STORE_GZIP };
    const store_object_t *variant;
    static char data[300000];
    store_stats_t stats;
    store_pin_t pin;
    fixture_t f;

    fixture_open(&f, 16 * MB);
    fixture_fill(data, 9, 0, sizeof(data));
    fixture_put(&f, "a", slice_str("identity"));
    assert_int_equal(fixture_find(&f, "a", &pin), APR_SUCCESS);
    assert_null(
        store_object_variant(f.store, pin.object, STORE_VARIANT_BROTLI));
    assert_int_equal(store_variant_add(f.store, pin.object, STORE_VARIANT_GZIP,
                                       &meta, some_head, some_head,
                                       slice_make(data, sizeof(data))),
                     APR_SUCCESS);
    assert_int_equal(store_variant_add(f.store, pin.object,
                                       STORE_VARIANT_BROTLI, &meta, some_head,
                                       some_head, slice_str("br")),
                     APR_SUCCESS);
    assert_int_equal(store_variant_add(f.store, pin.object, STORE_VARIANT_GZIP,
                                       &meta, some_head, some_head,
                                       slice_str("gz")),
                     APR_EEXIST);
    variant = store_object_variant(f.store, pin.object, STORE_VARIANT_GZIP);
    assert_non_null(variant);
    assert_true(
        fixture_body_is(f.store, variant, 9, 0, store_object_length(variant)));
    assert_int_equal(store_object_meta(variant)->flags, STORE_GZIP);
    variant = store_object_variant(f.store, pin.object, STORE_VARIANT_BROTLI);
    assert_int_equal(store_object_length(variant), 2);
    fixture_check(&f);
    store_object_remove(f.store, pin.object);
    assert_int_equal(store_variant_add(f.store, pin.object,
                                       STORE_VARIANT_IDENTITY, &meta, some_head,
                                       some_head, no_text),
                     APR_EEXIST); /* it is nowhere to be found any more */
    fixture_tidy(&f);
    assert_true(slice_eq(store_object_raw_head(variant), some_head));
    store_unpin(f.store, &pin);
    fixture_tidy(&f);
    store_stats(f.store, &stats);
    assert_int_equal(stats.used, 0);
    assert_int_equal(stats.variants, 0);
    fixture_close(&f);
}

static int count_each(void *ctx, const store_object_t *o)
{
    int *n = ctx;

    assert_memory_equal(store_object_key(o).p, "/x/", 3);
    return --*n > 0;
}

static void test_each(void **state)
{
    fixture_t f;
    char name[16];
    int i, n = 1000;

    fixture_open(&f, MB);
    for (i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "/%c/%d", i < 10 ? 'x' : 'y', i);
        fixture_put(&f, name, slice_str("body"));
    }
    store_each(f.store, slice_str("/x/"), count_each, &n);
    assert_int_equal(n, 990);
    n = 3;
    store_each(f.store, slice_str("/x/"), count_each, &n);
    assert_int_equal(n, 0);
    fixture_close(&f);
}

/* ---- full ---- */

/* Objects of all sizes, twice the segment's size and more: the newest are
 * there, all that is there is right, some stay pinned all the time. */
static void test_full(void **state)
{
    static char data[200000];
    store_pin_t pins[20] = { { 0 } };
    uint32_t seeds[20], seed = 1, i;
    store_stats_t stats;
    fixture_t f;
    char name[32];

    fixture_open(&f, 4 * MB);
    for (i = 0; i < 6000; i++) {
        size_t len = (seed = seed * 1664525u + 1013904223u) >> 16;

        len = i % 50 == 0 ? len : len % 3000;
        fixture_fill(data, i, 0, len);
        snprintf(name, sizeof(name), "object %u", i % 5000);
        assert_int_equal(fixture_put(&f, name, slice_make(data, len)),
                         APR_SUCCESS);
        if (i % 60 == 0) {
            unsigned j = i / 60 % 20;

            if (pins[j].object) {
                assert_true(
                    fixture_body_is(f.store, pins[j].object, seeds[j], 0,
                                    store_object_length(pins[j].object)));
                store_unpin(f.store, &pins[j]);
            }
            seeds[j] = i;
            assert_int_equal(fixture_find(&f, name, &pins[j]), APR_SUCCESS);
        }
        if (i % 500 == 0) {
            fixture_check(&f);
        }
    }
    store_stats(f.store, &stats);
    assert_true(stats.evictions > 100);
    assert_int_equal(stats.refused_full, 0);
    assert_true(stats.used > stats.capacity / 2);
    for (i = 0; i < 20; i++) {
        store_unpin(f.store, &pins[i]);
    }
    fixture_close(&f);
}

/* Many objects that are gone but still read do not cost others their place. */
static void test_full_of_readers(void **state)
{
    static char data[2000];
    store_stats_t before, after;
    store_pin_t pins[300];
    fixture_t f;
    char name[32];
    int i;

    fixture_open(&f, 8 * MB);
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "read %d", i);
        fixture_put(&f, name, slice_str("body"));
        assert_int_equal(fixture_find(&f, name, &pins[i]), APR_SUCCESS);
        store_object_remove(f.store, pins[i].object);
    }
    for (i = 0; i < 10000; i++) {
        if (i == 5000) {
            store_stats(f.store, &before);
        }
        snprintf(name, sizeof(name), "%d", i);
        assert_int_equal(fixture_put(&f, name, slice_make(data, sizeof(data))),
                         APR_SUCCESS);
    }
    store_stats(f.store, &after);
    assert_in_range(after.evictions - before.evictions, 4900, 5100);
    assert_true(after.limbo >= 300);
    for (i = 0; i < 300; i++) {
        assert_int_equal(store_object_length(pins[i].object), 4);
        store_unpin(f.store, &pins[i]);
    }
    fixture_close(&f);
}

/* More objects than the index has slots. */
static void test_index_full(void **state)
{
    store_stats_t stats;
    fixture_t f;
    char name[32];
    uint32_t i;

    fixture_open(&f, MB);
    for (i = 0; i < 4 * f.store->plan.buckets * BUCKET_SLOTS; i++) {
        snprintf(name, sizeof(name), "%u", i);
        assert_int_equal(fixture_put(&f, name, no_text), APR_SUCCESS);
        assert_true(fixture_has(&f, name));
    }
    store_stats(f.store, &stats);
    assert_true(stats.objects > f.store->plan.buckets * BUCKET_SLOTS * 9 / 10);
    fixture_close(&f);
}

/* All pins taken: no hit, no crash, and no claim. */
static void test_no_pin(void **state)
{
    store_pin_t *pins, one;
    store_fill_t *fill;
    store_key_t key;
    fixture_t f;
    uint32_t i;

    fixture_open(&f, MB);
    fixture_put(&f, "a", no_text);
    pins = calloc(f.store->pins_each, sizeof(*pins));
    for (i = 0; i < f.store->pins_each; i++) {
        assert_int_equal(fixture_find(&f, "a", &pins[i]), APR_SUCCESS);
    }
    assert_int_equal(fixture_find(&f, "a", &one), APR_ENOSPC);
    assert_int_equal(store_pin_again(f.store, &pins[0], &one), APR_ENOSPC);
    assert_int_equal(fixture_put(&f, "b", no_text), APR_ENOSPC);
    key = fixture_key(&f, slice_str("c"));
    assert_int_equal(store_fill_begin(f.store, &key, 1, 1, &fill, &one),
                     FILL_NO_ROOM);
    for (i = 0; i < f.store->pins_each; i++) {
        store_unpin(f.store, &pins[i]);
    }
    assert_true(fixture_has(&f, "a"));
    free(pins);
    fixture_close(&f);
}

/* What is asked for again stays, however much passes by once. */
static void test_scan_resistance(void **state)
{
    static char data[2000], large[100000];
    fixture_t f;
    char name[32];
    int i, j, kept = 0;

    fixture_open(&f, 4 * MB);
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "hot %d", i);
        fixture_put(&f, name, slice_make(data, sizeof(data)));
        for (j = 0; j < 3; j++) {
            assert_true(fixture_has(&f, name));
        }
    }
    for (i = 0; i < 20000; i++) {
        snprintf(name, sizeof(name), "once %d", i);
        fixture_put(&f, name,
                    i % 100 ? slice_make(data, sizeof(data))
                            : slice_make(large, sizeof(large)));
        snprintf(name, sizeof(name), "hot %d", i % 300);
        fixture_has(&f, name);
    }
    for (i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "hot %d", i);
        kept += fixture_has(&f, name);
    }
    assert_true(kept >= 295);
    fixture_close(&f);
}

/* A large body evicts nothing, unless it is asked for again. */
static void test_large_bodies(void **state)
{
    static char data[2000], large[400000];
    store_stats_t before, after;
    fixture_t f;
    char name[32];
    int i;

    fixture_open(&f, 8 * MB);
    assert_int_equal(fixture_put(&f, "large", slice_make(large, sizeof(large))),
                     APR_SUCCESS); /* there is room */
    for (i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        fixture_put(&f, name, slice_make(data, sizeof(data)));
    }
    assert_false(fixture_has(&f, "large"));
    store_stats(f.store, &before);
    assert_int_equal(fixture_put(&f, "first", slice_make(large, sizeof(large))),
                     APR_ENOSPC);
    store_stats(f.store, &after);
    assert_int_equal(after.evictions, before.evictions);
    assert_int_equal(after.refused_full, before.refused_full + 1);
    assert_int_equal(fixture_put(&f, "first", slice_make(large, sizeof(large))),
                     APR_SUCCESS);
    assert_true(fixture_has(&f, "first"));
    fixture_close(&f);
}

static void test_tidy_drops(void **state)
{
    store_meta_t meta = { .stored_at = 1000, .lifetime = 10, .if_error = 5 };
    store_stats_t stats;
    store_key_t key;
    fixture_t f;

    fixture_open(&f, MB);
    key = fixture_key(&f, slice_str("no validator"));
    store_put(f.store, &key, 1, STORE_RESPONSE, &meta, some_head, no_text, NULL,
              0, no_text, 1000);
    meta.last_modified = 1;
    key = fixture_key(&f, slice_str("validator"));
    store_put(f.store, &key, 1, STORE_RESPONSE, &meta, some_head, no_text, NULL,
              0, no_text, 1000);
    while (f.now_s < 1015) {
        fixture_tidy(&f);
    }
    store_stats(f.store, &stats);
    assert_int_equal(stats.objects, 2);
    while (f.now_s < 1200) {
        fixture_tidy(&f);
    }
    store_stats(f.store, &stats);
    assert_int_equal(stats.expired, 1);
    assert_false(fixture_has(&f, "no validator"));
    assert_true(fixture_has(&f, "validator"));
    fixture_close(&f);
}

/* What nothing forbids to stand in for a failed origin is kept for that. */
static void test_tidy_keeps_stale(void **state)
{
    static const struct {
        const char *name;
        uint16_t flags;
        uint32_t if_error;
        int stays;
    } pages[] = {
        { "nothing said", 0, 0, 1 },
        { "stale-if-error", 0, 5, 0 },
        { "stale-if-error=0", STORE_NOT_ON_ERROR, 0, 0 },
        { "must-revalidate", STORE_MUST_REVALIDATE, 0, 0 },
        { "no-cache", STORE_NO_CACHE, 0, 0 },
    };
    fixture_t f;
    size_t i;

    fixture_open(&f, MB);
    store_keep_stale(f.store, 300);
    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        store_meta_t meta = { .stored_at = 1000, .lifetime = 10 };
        store_key_t key = fixture_key(&f, slice_str(pages[i].name));

        meta.flags = pages[i].flags;
        meta.if_error = pages[i].if_error;
        store_put(f.store, &key, 1, STORE_RESPONSE, &meta, some_head, no_text,
                  NULL, 0, no_text, 1000);
    }
    while (f.now_s < 1310) {
        fixture_tidy(&f);
    }
    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        assert_int_equal(fixture_has(&f, pages[i].name), pages[i].stays);
    }
    while (f.now_s < 1400) {
        fixture_tidy(&f);
    }
    assert_false(fixture_has(&f, pages[0].name));
    fixture_close(&f);
}

int main(void)
{
    unit_add("put and find", test_put_and_find, NULL);
    unit_add("meta, part, tags, heads, new times", test_meta, NULL);
    unit_add("bodies of all lengths", test_lengths, NULL);
    unit_add("parts of a body", test_body_ranges, NULL);
    unit_add("too large an object, too long a key", test_too_large, NULL);
    unit_add("the smallest segment", test_smallest, NULL);
    unit_add("replaced and removed while read", test_replace_while_pinned,
             NULL);
    unit_add("variants live and go with their object", test_variants, NULL);
    unit_add("each object with a prefix", test_each, NULL);
    unit_add("full segment", test_full, NULL);
    unit_add("full, with many readers", test_full_of_readers, NULL);
    unit_add("full index", test_index_full, NULL);
    unit_add("no pin left", test_no_pin, NULL);
    unit_add("a scan does not flush what is hot", test_scan_resistance, NULL);
    unit_add("large bodies", test_large_bodies, NULL);
    unit_add("what is beyond use goes", test_tidy_drops, NULL);
    unit_add("what may stand in for a failed origin stays",
             test_tidy_keeps_stale, NULL);
    return unit_run("store");
}
