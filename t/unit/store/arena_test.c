/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* arena_test.c: blocks never overlap, all memory comes back, a reset keeps what
 * it is told to. */
#include "unit.h"

#include "store/arena.c"

enum {
    FIRST = 7,
    GRANULES = 20000,
    BLOCKS = 400
};

typedef struct {
    char base[(FIRST + GRANULES) * ARENA_GRANULE];
    arena_t arena;
    uint32_t refs[BLOCKS], sizes[BLOCKS];
} memory_t;

static memory_t m;
static uint32_t seed = 1;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * limit >> 32);
}

static unsigned char *bytes_of(unsigned i)
{
    return (unsigned char *)arena_word(m.base, m.refs[i], 1);
}

/* The block is full of its own number behind the arena's word. */
static void mark(unsigned i)
{
    memset(bytes_of(i), (int)i & 255, m.sizes[i] * ARENA_GRANULE - 4);
}

static void assert_marked(unsigned i)
{
    size_t j;

    assert_int_equal(arena_granules(m.base, m.refs[i]), m.sizes[i]);
    for (j = 0; j < m.sizes[i] * ARENA_GRANULE - 4; j++) {
        assert_int_equal(bytes_of(i)[j], i & 255);
    }
}

static void memory_open(void)
{
    memset(&m, 0, sizeof(m));
    arena_reset(m.base, &m.arena, FIRST, GRANULES, NULL, 0);
    assert_int_equal(m.arena.free_granules, GRANULES - 1);
}

static void take(unsigned i, uint32_t size)
{
    m.refs[i] = arena_alloc(m.base, &m.arena, size);
    if (m.refs[i]) {
        m.sizes[i] = size;
        assert_true(m.refs[i] >= FIRST
                    && m.refs[i] + size <= FIRST + GRANULES - 1);
        mark(i);
    }
}

static void give(unsigned i)
{
    assert_marked(i);
    arena_free(m.base, &m.arena, m.refs[i]);
    m.refs[i] = 0;
}

static void assert_empty(void)
{
    assert_int_equal(m.arena.free_granules, GRANULES - 1);
    assert_int_equal(m.arena.free_blocks, 1);
}

static void fill_at_random(unsigned rounds)
{
    unsigned i, round;

    for (round = 0; round < rounds; round++) {
        i = random_below(BLOCKS);
        if (!m.refs[i]) {
            take(i, 1 + random_below(random_below(4) ? 40 : 900));
        }
        else if (random_below(3) == 0) {
            assert_marked(i);
            m.sizes[i] = 1 + random_below(m.sizes[i]);
            arena_trim(m.base, &m.arena, m.refs[i], m.sizes[i]);
            assert_marked(i);
        }
        else {
            give(i);
        }
    }
}

static void test_random(void **state)
{
    unsigned i;

    memory_open();
    fill_at_random(50000);
    for (i = 0; i < BLOCKS; i++) {
        if (m.refs[i]) {
            give(i);
        }
    }
    assert_empty();
}

static void test_all_of_it(void **state)
{
    unsigned n = 0;
    uint32_t ref;

    memory_open();
    assert_int_equal(arena_alloc(m.base, &m.arena, GRANULES), 0);
    assert_int_equal(arena_alloc(m.base, &m.arena, 0), 0);
    assert_int_equal(arena_alloc(m.base, &m.arena, UINT32_MAX), 0);
    while ((ref = arena_alloc(m.base, &m.arena, 1))) {
        n++;
    }
    assert_int_equal(n, GRANULES - 1);
    for (ref = FIRST; ref < FIRST + GRANULES - 1; ref++) {
        arena_free(m.base, &m.arena, ref);
    }
    assert_empty();
}

static int by_ref(const void *a, const void *b)
{
    const arena_kept_t *x = a, *y = b;

    return (x->ref > y->ref) - (x->ref < y->ref);
}

static void test_reset_keeps(void **state)
{
    arena_kept_t kept[BLOCKS];
    size_t n = 0;
    unsigned i;

    memory_open();
    fill_at_random(20000);
    for (i = 0; i < BLOCKS; i++) {
        if (m.refs[i] && i % 3 == 0) {
            kept[n++] = (arena_kept_t){ m.refs[i], m.sizes[i] };
        }
        else {
            m.refs[i] = 0;
        }
    }
    assert_true(n > 20);
    qsort(kept, n, sizeof(*kept), by_ref);
    memset(&m.arena, 0xff, sizeof(m.arena));
    arena_reset(m.base, &m.arena, FIRST, GRANULES, kept, n);
    fill_at_random(20000);
    for (i = 0; i < BLOCKS; i++) {
        if (m.refs[i]) {
            give(i);
        }
    }
    assert_empty();
}

int main(void)
{
    unit_add("taken, trimmed, given back at random", test_random, NULL);
    unit_add("all of it", test_all_of_it, NULL);
    unit_add("a reset keeps blocks", test_reset_keeps, NULL);
    return unit_run("arena");
}
