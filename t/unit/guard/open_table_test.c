/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* open_table_test.c: counts right to the connection, entries that come free,
 * a full table, and many threads at once. */
#include "unit.h"

#include <pthread.h>

#include "floods/open_table.c"

#define THREADS 4
#define ROUNDS 20000

static uint64_t memory[64 * OPEN_TABLE_SET] __attribute__((aligned(64)));
static open_table_t table = { memory, 64 };

static void begin(uint32_t sets)
{
    memset(memory, 0, sizeof(memory));
    table.sets = sets;
}

static int is_empty(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(memory); i++) {
        if (memory[i]) {
            return 0;
        }
    }
    return 1;
}

/* As good as a keyed hash. */
static uint64_t hash_of(uint64_t n)
{
    n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return n ^ n >> 27;
}

static void counts_each(void **state)
{
    int i;

    (void)state;
    begin(64);
    for (i = 0; i < 100; i++) {
        assert_true(open_table_add(&table, hash_of((uint64_t)i % 10)));
    }
    for (i = 0; i < 10; i++) {
        assert_int_equal(open_table_count(&table, hash_of((uint64_t)i)), 10);
    }
    assert_int_equal(open_table_count(&table, hash_of(11)), 0);
    for (i = 0; i < 99; i++) {
        open_table_remove(&table, hash_of((uint64_t)i % 10));
    }
    assert_int_equal(open_table_count(&table, hash_of(8)), 0);
    assert_int_equal(open_table_count(&table, hash_of(9)), 1);
    open_table_remove(&table, hash_of(9));
    assert_true(is_empty());
}

/* Hashes whose mark would be 0. */
static void has_a_mark(void **state)
{
    (void)state;
    begin(64);
    assert_true(open_table_add(&table, 0));
    assert_true(open_table_add(&table, 5));
    open_table_remove(&table, 0);
    open_table_remove(&table, 5);
    assert_true(is_empty());
    open_table_remove(&table, 5);
    assert_true(is_empty());
}

static void full(void **state)
{
    uint64_t i, counted = 0;

    (void)state;
    begin(OPEN_TABLE_SETS_MIN);
    for (i = 0; i < 40; i++) {
        counted += (uint64_t)open_table_add(&table, hash_of(i));
    }
    assert_int_equal(counted, 2 * OPEN_TABLE_SET);
    assert_int_equal(open_table_count(&table, hash_of(0)), 1);
    assert_int_equal(open_table_count(&table, hash_of(39)), 0);
    for (i = 0; i < 2 * OPEN_TABLE_SET; i++) {
        open_table_remove(&table, hash_of(i));
    }
    assert_true(is_empty());
}

static void one_key_many_times(void **state)
{
    uint32_t i;

    (void)state;
    begin(64);
    for (i = 0; i < OPEN_TABLE_COUNT_MAX + 10; i++) {
        assert_true(open_table_add(&table, hash_of(1)));
    }
    assert_int_equal(open_table_count(&table, hash_of(1)), i);
    while (i--) {
        open_table_remove(&table, hash_of(1));
    }
    assert_true(is_empty());
}

static void as_many_as_expected(void **state)
{
    uint64_t i, keys = 64 * OPEN_TABLE_SET / KEYS_TO_AN_ENTRY;

    (void)state;
    begin(open_table_sets(keys));
    assert_int_equal(table.sets, 64);
    for (i = 0; i < keys; i++) {
        assert_true(open_table_add(&table, hash_of(i)));
    }
}

static void *come_and_go(void *data)
{
    uint64_t own = (uint64_t)(uintptr_t)data;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        uint64_t other = hash_of(100 + own * ROUNDS + (uint64_t)i);

        if (!open_table_add(&table, hash_of(1))
            || !open_table_add(&table, other)) {
            return (void *)1;
        }
        open_table_remove(&table, other);
        if (i % 2) {
            open_table_remove(&table, hash_of(1));
        }
    }
    return NULL;
}

static void threads(void **state)
{
    pthread_t thread[THREADS];
    void *failed;
    uintptr_t i;

    (void)state;
    begin(64);
    for (i = 0; i < THREADS; i++) {
        pthread_create(&thread[i], NULL, come_and_go, (void *)i);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(thread[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(open_table_count(&table, hash_of(1)),
                     THREADS * ROUNDS / 2);
    for (i = 0; i < THREADS * ROUNDS / 2; i++) {
        open_table_remove(&table, hash_of(1));
    }
    assert_true(is_empty());
}

int main(void)
{
    unit_add("each key by itself", counts_each, NULL);
    unit_add("a hash of zeros", has_a_mark, NULL);
    unit_add("a full table counts no more", full, NULL);
    unit_add("one key beyond the count of an entry", one_key_many_times, NULL);
    unit_add("as many as it was made for", as_many_as_expected, NULL);
    unit_add("many threads", threads, NULL);
    return unit_run("open_table");
}
