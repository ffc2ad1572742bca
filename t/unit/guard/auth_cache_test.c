/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_cache_test.c: answers that hold, end, make room, or are damaged. */
#include "unit.h"

#include "credentials/auth_cache.c"
#include "routing/siphash.c"

enum {
    SETS = 2,
    NOW = 1000
};

static uint64_t entries[SETS * AUTH_CACHE_SET][AUTH_CACHE_WORDS];
static const auth_cache_t cache = { entries, SETS, { 1, 2 } };

static void put(uint64_t key, int64_t until, int status)
{
    auth_answer_t answer = { .status = status, .len = 5 };

    memcpy(answer.text, "hello", 5);
    auth_cache_put(&cache, (auth_key_t){ key, key + 7 }, NOW, until, &answer);
}

/* @return its status; 0: there is none */
static int get(uint64_t key, int64_t now)
{
    auth_answer_t answer;

    if (!auth_cache_get(&cache, (auth_key_t){ key, key + 7 }, now, &answer)) {
        return 0;
    }
    assert_int_equal(answer.len, 5);
    assert_memory_equal(answer.text, "hello", 5);
    return answer.status;
}

static void check_times(void **state)
{
    (void)state;
    memset(entries, 0, sizeof(entries));
    assert_int_equal(get(2, NOW), 0);
    assert_int_equal(get(0, NOW), 0);
    put(2, NOW + 10, 204);
    assert_int_equal(get(2, NOW), 204);
    assert_int_equal(get(2, NOW + 9), 204);
    assert_int_equal(get(2, NOW + 10), 0);
    assert_int_equal(get(4, NOW), 0);
    put(2, NOW + 30, 403);
    assert_int_equal(get(2, NOW + 10), 403);
    put(6, NOW, 204);
    assert_int_equal(get(6, NOW), 0);
}

static void check_room(void **state)
{
    uint64_t i;

    (void)state;
    memset(entries, 0, sizeof(entries));
    for (i = 0; i <= AUTH_CACHE_SET; i++) {
        put(2 * i, NOW + 100 + (int64_t)i, 200 + (int)i);
    }
    assert_int_equal(get(0, NOW), 0); /* it would have ended first */
    for (i = 1; i <= AUTH_CACHE_SET; i++) {
        assert_int_equal(get(2 * i, NOW), 200 + i);
    }
}

/* Any word of it, by whoever has not the secret, or half-way. */
static void check_damage(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < AUTH_CACHE_WORDS; i++) {
        memset(entries, 0, sizeof(entries));
        put(2, NOW + 10, 403);
        entries[0][i] ^= 1;
        assert_int_equal(get(2, NOW), 0);
    }
}

static void check_length(void **state)
{
    auth_answer_t answer = { .status = 204, .len = AUTH_CACHE_TEXT + 1 }, out;
    auth_key_t key = { 2, 2 };

    (void)state;
    memset(entries, 0, sizeof(entries));
    auth_cache_put(&cache, key, NOW, NOW + 10, &answer);
    assert_false(auth_cache_get(&cache, key, NOW, &out));
    answer.len = AUTH_CACHE_TEXT;
    memset(answer.text, 'x', AUTH_CACHE_TEXT);
    auth_cache_put(&cache, key, NOW, NOW + 10, &answer);
    assert_true(auth_cache_get(&cache, key, NOW, &out));
    assert_memory_equal(out.text, answer.text, AUTH_CACHE_TEXT);
}

int main(void)
{
    unit_add("times", check_times, NULL);
    unit_add("room", check_room, NULL);
    unit_add("damage", check_damage, NULL);
    unit_add("length", check_length, NULL);
    return unit_run("answers");
}
