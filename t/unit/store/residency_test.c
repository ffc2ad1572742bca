/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* residency_test.c: which bodies of a file lie in memory. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

static off_t lacking = -1; /* a page that is said not to be there */

/* A disk may be so quick that what was asked for is there at once. */
static ssize_t read_present(int fd, const struct iovec *iov, int count,
                            off_t at, int flags)
{
    if (lacking >= 0 && at / LAYOUT_PAGE == lacking) {
        errno = EAGAIN;
        return -1;
    }
    return preadv2(fd, iov, count, at, flags);
}

#define preadv2 read_present
#include "store/residency.c"
#undef preadv2

enum {
    MB = 1 << 20
};

static char path[] = "./residency_test_XXXXXX";

/* Writes all to the disk and forgets it, where the file system does. */
static void forget(store_t *store)
{
    msync(store->base, store->plan.size, MS_SYNC);
    madvise(store->base, store->plan.size, MADV_DONTNEED);
    posix_fadvise(store->file, 0, 0, POSIX_FADV_DONTNEED);
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

static void assert_needs(store_t *store, const store_object_t *o,
                         const char *byte)
{
    lacking = (byte - store->base) / LAYOUT_PAGE;
    assert_false(store_object_is_resident(store, o));
    lacking = -1;
    assert_true(store_object_is_resident(store, o));
}

/* First and last byte of each piece of the body. */
static void assert_needs_ends(store_t *store, const store_object_t *o)
{
    const char *body = (const char *)o + object_body_at(o);
    uint32_t ref = o->chained ? atomic_load(&object_chain(o)->first) : 0;

    assert_true(o->chained == (ref != 0));
    assert_needs(store, o, body);
    assert_needs(store, o, body + atomic_load(&o->body) - 1);
    for (; ref; ref = atomic_load(&extent_at(store, ref)->next)) {
        const extent_t *extent = extent_at(store, ref);

        assert_needs(store, o, extent->data);
        assert_needs(store, o, extent->data + extent_room(store, ref) - 1);
    }
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
        assert_needs_ends(f.store, pin.object);
        forget(f.store);
        store_object_touch(f.store, pin.object);
        assert_true(store_object_is_resident(f.store, pin.object));
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
