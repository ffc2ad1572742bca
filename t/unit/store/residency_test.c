/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* residency_test.c: which bodies of a file lie in memory. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "store/residency.c"

enum {
    MB = 1 << 20
};

static char path[] = "./residency_test_XXXXXX";

/* Writes all to the disk and forgets it, so that what is read next is read
 * alone.  @return 0: this file system forgets nothing */
static int forget(store_t *store)
{
    unsigned char first = 1;


    msync(store->base, store->plan.size, MS_SYNC);
    madvise(store->base, store->plan.size, MADV_DONTNEED);
    posix_fadvise(store->file, 0, 0, POSIX_FADV_DONTNEED);
    madvise(store->base, store->plan.size, MADV_RANDOM);
    mincore(store->base, 1, &first);
    return !(first & 1);
}

static void put(fixture_t *f, const char *name, size_t len)
{
    static char data[MB];

    fixture_fill(data, 3, 0, len);
    assert_int_equal(fixture_put(f, name, slice_make(data, len)), APR_SUCCESS);
}

static store_pin_t found(fixture_t *f, const char *name)
{
    store_key_t key = { .text = slice_str(name) };
    store_pin_t pin = { 0 };

    store_key_hash(f->store, &key);
    assert_int_equal(store_find(f->store, &key, &pin), APR_SUCCESS);
    return pin;
}

static void test_file(void **state)
{
    static const struct {
        const char *name;
        size_t len;
    } bodies[] = { { "small", 10000 }, { "long", MB } };
    store_config_t config = { .size = 16 * MB, .path = path, .children = 4 };
    fixture_t f;
    size_t i;

    fixture_open_as(&f, &config);
    for (i = 0; i < 2; i++) {
        store_pin_t pin;

        put(&f, bodies[i].name, bodies[i].len);
        pin = found(&f, bodies[i].name);
        assert_true(store_object_is_resident(f.store, pin.object));
        if (forget(f.store)) {
            assert_false(store_object_is_resident(f.store, pin.object));
            store_object_touch(f.store, pin.object);
            assert_true(store_object_is_resident(f.store, pin.object));
        }
        assert_true(fixture_body_is(f.store, pin.object, 3, 0, bodies[i].len));
        store_unpin(f.store, &pin);
    }
    fixture_close(&f);
    unlink(path);
}

static void test_memory(void **state)
{
    store_pin_t pin;
    fixture_t f;

    fixture_open(&f, 16 * MB);
    put(&f, "page", MB);
    pin = found(&f, "page");
    assert_true(store_object_is_resident(f.store, pin.object));
    store_object_touch(f.store, pin.object);
    store_unpin(f.store, &pin);
    fixture_close(&f);
}

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0) {
        return 1;
    }
    close(fd);
    unlink(path);
    unit_add("a file", test_file, NULL);
    unit_add("memory", test_memory, NULL);
    return unit_run("residency");
}
