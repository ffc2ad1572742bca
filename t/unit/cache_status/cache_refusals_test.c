/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_refusals_test.c: what was refused, and how long that is known. */
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include <apr_general.h>

#include "status/cache_refusals.c"

static void note(uint64_t url, const char *reason, uint32_t now_s)
{
    cache_refusals_note(REFUSAL_RESPONSE, url, 200, reason, NULL, NULL, now_s);
}

static const char *reason_of(refusal_e kind, uint64_t url)
{
    static refusal_t found;

    memset(&found, 0, sizeof(found));
    return cache_refusals_find(kind, url, &found) ? found.reason : NULL;
}

static void the_last_of_each_kind(void **state)
{
    refusal_t found;

    (void)state;
    assert_null(reason_of(REFUSAL_RESPONSE, 1));
    note(1, "private", 10);
    cache_refusals_note(REFUSAL_REQUEST, 1, 0, "cookie=x", "cookie=x",
                        "/etc/a.conf:7", 11);
    note(1, "no-store", 12);
    assert_string_equal(reason_of(REFUSAL_RESPONSE, 1), "no-store");
    assert_true(cache_refusals_find(REFUSAL_REQUEST, 1, &found));
    assert_string_equal(found.rule, "cookie=x");
    assert_string_equal(found.where, "/etc/a.conf:7");
    assert_int_equal(found.when_s, 11);
    assert_int_equal(found.status, 0);
    assert_null(reason_of(REFUSAL_QUICK, 1));
}

static void the_oldest_goes_first(void **state)
{
    uint64_t i;

    (void)state;
    for (i = 0; i < WAYS + 1; i++) {
        note(2 + i * SETS, "private", 20 + (uint32_t)i);
    }
    assert_null(reason_of(REFUSAL_RESPONSE, 2));
    for (i = 1; i < WAYS + 1; i++) {
        assert_non_null(reason_of(REFUSAL_RESPONSE, 2 + i * SETS));
    }
}

static void long_texts_are_cut(void **state)
{
    static char text[1000];
    refusal_t found;

    (void)state;
    memset(text, 'x', sizeof(text) - 3);
    strcpy(text + sizeof(text) - 3, ":9");
    cache_refusals_note(REFUSAL_RESPONSE, 3, 200, text, text, text, 30);
    assert_true(cache_refusals_find(REFUSAL_RESPONSE, 3, &found));
    assert_int_equal(strlen(found.reason), sizeof(found.reason) - 1);
    assert_int_equal(strlen(found.rule), sizeof(found.rule) - 1);
    assert_int_equal(strlen(found.where), sizeof(found.where) - 1);
    assert_string_equal(found.where + strlen(found.where) - 2, ":9");
}

static void another_process_sees_it(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (!child) {
        note(4, "vary", 40);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_string_equal(reason_of(REFUSAL_RESPONSE, 4), "vary");
}

/* A child that dies with the lock takes nothing along. */
static void a_dead_holder(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (!child) {
        locked(5, 1);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    note(5, "vary", 50);
    assert_string_equal(reason_of(REFUSAL_RESPONSE, 5), "vary");
}

static void a_held_lock_is_not_waited_for(void **state)
{
    pthread_mutex_t *lock = locked(6, 1);

    (void)state;
    note(6, "vary", 60);
    pthread_mutex_unlock(lock);
    assert_null(reason_of(REFUSAL_RESPONSE, 6));
}

static void before_there_is_a_table(void **state)
{
    (void)state;
    note(7, "vary", 70);
    assert_null(reason_of(REFUSAL_RESPONSE, 7));
}

/* As a restart does it. */
static void made_again(void **state)
{
    apr_pool_t *pool;

    (void)state;
    note(77, "private", 20);
    apr_pool_create(&pool, NULL);
    assert_int_equal(cache_refusals_create(pool), APR_SUCCESS);
    assert_string_equal(reason_of(REFUSAL_RESPONSE, 77), "private");
    apr_pool_destroy(pool);
    assert_string_equal(reason_of(REFUSAL_RESPONSE, 77), "private");
}

int main(void)
{
    apr_pool_t *pool;
    int failed;

    before_there_is_a_table(NULL);
    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (cache_refusals_create(pool) != APR_SUCCESS) {
        return 1;
    }
    unit_add("the last of each kind", the_last_of_each_kind, NULL);
    unit_add("the oldest goes first", the_oldest_goes_first, NULL);
    unit_add("long texts are cut", long_texts_are_cut, NULL);
    unit_add("another process sees it", another_process_sees_it, NULL);
    unit_add("a dead holder", a_dead_holder, NULL);
    unit_add("a held lock is not waited for", a_held_lock_is_not_waited_for,
             NULL);
    unit_add("made again, it keeps what it has", made_again, NULL);
    failed = unit_run("cache_refusals");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
