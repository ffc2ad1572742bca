/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* known_test.c: what strings have is kept when they come again, for one plan,
 * by one thread; within its room. */
#include "unit.h"

#include <pthread.h>

#include "waf/value/known.c"

enum {
    WORDS = 4
};

static const slice_t agent = SLICE_LIT("Mozilla/5.0 (X11; Linux x86_64)");

/* As if the string had been gone over; marks tell its hash. */
static void add(uint32_t plan, slice_t text, uint32_t hash)
{
    byte_set_t bytes = byte_set_of(text);
    uint64_t marks[WORDS] = { hash, 0, 0, plan };

    known_add(plan, text, hash, &bytes, marks, WORDS);
}

static void expect(uint32_t plan, slice_t text, uint32_t hash)
{
    const known_string_t *known = known_find(plan, text, hash);
    byte_set_t bytes = byte_set_of(text);

    assert_non_null(known);
    assert_memory_equal(&known->bytes, &bytes, sizeof(bytes));
    assert_int_equal(known->marks[0], hash);
    assert_int_equal(known->marks[WORDS - 1], plan);
}

static void check_twice(void **state)
{
    uint32_t hash = 0x12345678;

    assert_null(known_find(1, agent, hash));
    add(1, agent, hash);
    assert_null(known_find(1, agent, hash));
    add(1, agent, hash);
    expect(1, agent, hash);
}

/* The hash alone says nothing. */
static void check_others(void **state)
{
    uint32_t hash = 0x12345679;
    slice_t shorter = slice_make(agent.p, agent.len - 1);

    add(1, agent, hash);
    add(1, agent, hash);
    assert_null(known_find(2, agent, hash));
    assert_null(known_find(1, shorter, hash));
    assert_null(
        known_find(1, SLICE_LIT("mozilla/5.0 (X11; Linux x86_64)"), hash));
    assert_null(known_find(1, agent, hash + SETS));
    add(2, agent, hash);
    expect(2, agent, hash);
    expect(1, agent, hash);
}

/* The oldest of a set goes. */
static void check_room(void **state)
{
    char text[KNOWN_LONGEST];
    uint32_t hash = 0x20000, i;

    memset(text, 'x', sizeof(text));
    for (i = 0; i <= WAYS; i++) {
        add(1, slice_make(text, sizeof(text) - i), hash + (i << 16));
        add(1, slice_make(text, sizeof(text) - i), hash + (i << 16));
    }
    assert_null(known_find(1, slice_make(text, sizeof(text)), hash));
    for (i = 1; i <= WAYS; i++) {
        expect(1, slice_make(text, sizeof(text) - i), hash + (i << 16));
    }
}

static void *other_thread(void *unused)
{
    uint32_t hash = 0x30003;

    (void)unused;
    if (known_find(1, agent, hash)) {
        return "known to another thread";
    }
    add(1, agent, hash);
    add(1, agent, hash);
    return known_find(1, agent, hash) ? NULL : "not known to its own";
}

static void check_threads(void **state)
{
    pthread_t thread;
    void *wrong;

    add(1, agent, 0x30003);
    add(1, agent, 0x30003);
    expect(1, agent, 0x30003);
    assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    assert_null(wrong);
}

static void check_lengths(void **state)
{
    assert_false(known_may(KNOWN_SHORTEST - 1));
    assert_true(known_may(KNOWN_SHORTEST));
    assert_true(known_may(KNOWN_LONGEST));
    assert_false(known_may(KNOWN_LONGEST + 1));
}

int main(void)
{
    unit_add("when it comes again", check_twice, NULL);
    unit_add("other strings and plans", check_others, NULL);
    unit_add("room", check_room, NULL);
    unit_add("threads", check_threads, NULL);
    unit_add("lengths", check_lengths, NULL);
    return unit_run("known");
}
