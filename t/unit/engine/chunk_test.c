/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* chunk_test.c: sizes, references, and what a cache keeps. */
#include "unit.h"

#include "engine/chunk.c"

typedef struct {
    const char *name;
    size_t wanted;
    size_t cap;
} size_case_t;

static const size_case_t size_cases[] = {
    { "0 bytes", 0, CHUNK_SMALL },
    { "1 byte", 1, CHUNK_SMALL },
    { "exactly a small one", CHUNK_SMALL, CHUNK_SMALL },
    { "one byte more", CHUNK_SMALL + 1, CHUNK_LARGE },
    { "exactly a large one", CHUNK_LARGE, CHUNK_LARGE },
    { "more than a large one", CHUNK_LARGE + 1, CHUNK_LARGE + 1 },
    { "a megabyte", 1 << 20, 1 << 20 },
};

static void check_size(void **state)
{
    const size_case_t *row = *state;
    chunk_cache_t cache = { .max_idle = 8 << 20 };
    chunk_t *chunk = chunk_get(&cache, row->wanted);

    assert_int_equal(chunk->cap, row->cap);
    assert_int_equal(chunk->refs, 1);
    assert_int_equal(chunk->begin, 0);
    assert_int_equal(chunk->end, 0);
    assert_null(chunk->next);
    memset(chunk->data, 'x', chunk->cap);
    chunk_release(&chunk);
    assert_null(chunk);
    assert_int_equal(cache.idle, row->cap <= CHUNK_LARGE ? row->cap : 0);
    chunk_cache_drain(&cache);
    assert_int_equal(cache.idle, 0);
}

static void check_again(void **state)
{
    chunk_cache_t cache = { .max_idle = 8 << 20 };
    chunk_t *small = chunk_get(&cache, 1), *large = chunk_get(&cache, 50000);
    const chunk_t *first_small = small, *first_large = large;

    small->begin = small->end = 5;
    chunk_release(&small);
    chunk_release(&large);
    assert_int_equal(cache.idle, CHUNK_SMALL + CHUNK_LARGE);
    large = chunk_get(&cache, 50000);
    small = chunk_get(&cache, 1);
    assert_ptr_equal(small, first_small);
    assert_ptr_equal(large, first_large);
    assert_int_equal(cache.idle, 0);
    assert_int_equal(small->begin, 0);
    assert_int_equal(small->end, 0);
    chunk_release(&small);
    chunk_release(&large);
    chunk_cache_drain(&cache);
}

static void check_references(void **state)
{
    chunk_cache_t cache = { .max_idle = 8 << 20 };
    chunk_t *chunk = chunk_get(&cache, 1);
    chunk_t *other = chunk, *third = chunk;

    chunk_ref(chunk);
    chunk_ref(chunk);
    assert_int_equal(chunk->refs, 3);
    chunk_release(&chunk);
    chunk_release(&other);
    assert_int_equal(cache.idle, 0);
    assert_int_equal(third->refs, 1);
    chunk_release(&third);
    assert_int_equal(cache.idle, CHUNK_SMALL);
    chunk_release(&third); /* NULL is nothing */
    assert_int_equal(cache.idle, CHUNK_SMALL);
    chunk_cache_drain(&cache);
}

static void check_max_idle(void **state)
{
    chunk_cache_t cache = { .max_idle = 2 * CHUNK_SMALL };
    chunk_t *chunks[3];
    int i;

    for (i = 0; i < 3; i++) {
        chunks[i] = chunk_get(&cache, 1);
    }
    for (i = 0; i < 3; i++) {
        chunk_release(&chunks[i]);
        assert_int_equal(cache.idle, (i < 2 ? i + 1 : 2) * CHUNK_SMALL);
    }
    chunks[0] = chunk_get(&cache, CHUNK_LARGE);
    chunk_release(&chunks[0]); /* no room for a large one */
    assert_int_equal(cache.idle, 2 * CHUNK_SMALL);
    chunk_cache_drain(&cache);
    assert_null(cache.free_small);
    assert_null(cache.free_large);
}

static void check_without_cache(void **state)
{
    chunk_t *chunk = chunk_get(NULL, 1);

    assert_null(chunk->cache);
    chunk_ref(chunk);
    chunk_release(&(chunk_t *){ chunk });
    assert_int_equal(chunk->refs, 1);
    chunk_release(&chunk);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(size_cases); i++) {
        unit_add(size_cases[i].name, check_size, &size_cases[i]);
    }
    unit_add("released chunks are used again", check_again, NULL);
    unit_add("the last reference releases", check_references, NULL);
    unit_add("no more than max_idle", check_max_idle, NULL);
    unit_add("without a cache", check_without_cache, NULL);
    return unit_run("chunk");
}
