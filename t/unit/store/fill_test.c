/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fill_test.c: one fetch per key: the owner, followers, all ways it ends. */
#include "store_fixture.h"

#include <poll.h>

enum {
    MB = 1 << 20
};

typedef struct {
    fixture_t f;
    store_key_t key;
    store_fill_t *fill;
    store_pin_t follower;
    uint64_t available;
} scene_t;

static const store_meta_t ok_meta = { .status = 200, .lifetime = 100 };

static fill_e begin(scene_t *s, store_key_t *key, int wait, store_fill_t **fill)
{
    return store_fill_begin(s->f.store, key, store_clock(s->f.store), wait,
                            fill, &s->follower);
}

/* An owner and a follower. */
static void scene_open(scene_t *s, uint64_t size)
{
    store_fill_t *none = NULL;

    memset(s, 0, sizeof(*s));
    fixture_open(&s->f, size);
    s->key = fixture_key(&s->f, slice_str("page"));
    assert_int_equal(begin(s, &s->key, 1, &s->fill), FILL_OWNER);
    assert_int_equal(begin(s, &s->key, 1, &none), FILL_FOLLOW);
    assert_null(none);
}

static void scene_close(scene_t *s)
{
    store_unpin(s->f.store, &s->follower);
    fixture_tidy(&s->f);
    fixture_close(&s->f);
}

static pending_e look(scene_t *s)
{
    return store_pending(s->f.store, &s->follower, &s->available);
}

/* @return whether this child was woken since the last time */
static int woken(scene_t *s)
{
    uint64_t count;

    return read(store_wake_fd(s->f.store), &count, sizeof(count)) > 0;
}

static apr_status_t head(scene_t *s, int64_t length)
{
    return store_fill_head(s->fill, STORE_RESPONSE, &ok_meta, some_head,
                           no_text, NULL, 0, length);
}

static void assert_gone(scene_t *s)
{
    store_pin_t pin;

    assert_int_equal(store_find(s->f.store, &s->key, &pin), APR_NOTFOUND);
}

static void test_followed(void **state)
{
    static char data[400000];
    store_stats_t stats;
    scene_t s;
    size_t at;

    fixture_fill(data, 5, 0, sizeof(data));
    scene_open(&s, 8 * MB);
    assert_int_equal(look(&s), PENDING_WAIT);
    assert_false(woken(&s));
    assert_int_equal(head(&s, -1), APR_SUCCESS);
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(s.available, 0);
    assert_true(slice_eq(store_object_raw_head(s.follower.object), some_head));
    for (at = 0; at < sizeof(data); at += 50000) {
        assert_int_equal(store_fill_body(s.fill, data + at, 50000),
                         APR_SUCCESS);
        assert_true(woken(&s));
        assert_int_equal(look(&s), PENDING_HEAD);
        assert_int_equal(s.available, at + 50000);
        assert_true(fixture_body_is(s.f.store, s.follower.object, 5, at,
                                    s.available - at));
        fixture_check(&s.f);
    }
    assert_gone(&s); /* not before it is complete */
    store_stats(s.f.store, &stats);
    assert_int_equal(stats.fills, 2); /* ticket and object */
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_null(s.fill);
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_DONE);
    assert_true(
        fixture_body_is(s.f.store, s.follower.object, 5, 0, sizeof(data)));
    assert_true(fixture_has(&s.f, "page"));
    scene_close(&s);
}

static void test_woken_once(void **state)
{
    scene_t s;

    scene_open(&s, MB);
    assert_int_equal(look(&s), PENDING_WAIT);
    head(&s, 4);
    assert_true(woken(&s));
    store_fill_body(s.fill, "ab", 2); /* nobody has looked since */
    assert_false(woken(&s));
    assert_int_equal(look(&s), PENDING_HEAD);
    store_fill_body(s.fill, "cd", 2);
    assert_true(woken(&s));
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    scene_close(&s);
}

static void test_length(void **state)
{
    scene_t s;

    scene_open(&s, MB);
    assert_int_equal(look(&s), PENDING_WAIT);
    assert_int_equal(store_pending_length(s.f.store, &s.follower), -1);
    head(&s, 4);
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(store_pending_length(s.f.store, &s.follower), 4);
    store_fill_body(s.fill, "ab", 2);
    assert_int_equal(store_pending_length(s.f.store, &s.follower), 4);
    store_fill_body(s.fill, "cd", 2);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_int_equal(look(&s), PENDING_DONE);
    assert_int_equal(store_pending_length(s.f.store, &s.follower), 4);
    scene_close(&s);
    scene_open(&s, MB);
    head(&s, -1);
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(store_pending_length(s.f.store, &s.follower), -1);
    store_fill_abort(&s.fill, 1001, 0);
    scene_close(&s);
}

/* A follower that looks for the first time when all is over. */
static void test_late_follower(void **state)
{
    scene_t s;

    scene_open(&s, MB);
    head(&s, 4);
    store_fill_body(s.fill, "abcd", 4);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_int_equal(look(&s), PENDING_DONE);
    assert_int_equal(s.available, 4);
    assert_int_equal(store_object_kind(s.follower.object), STORE_RESPONSE);
    scene_close(&s);
}

static void test_late_and_evicted(void **state)
{
    store_pin_t pin;
    scene_t s;

    scene_open(&s, MB);
    head(&s, 0);
    store_fill_commit(&s.fill, 1001);
    assert_int_equal(fixture_find(&s.f, "page", &pin), APR_SUCCESS);
    store_object_remove(s.f.store, pin.object);
    store_unpin(s.f.store, &pin);
    assert_int_equal(look(&s), PENDING_MOVED);
    scene_close(&s);
}

static void test_aborted(void **state)
{
    store_fill_t *none;
    scene_t s;

    scene_open(&s, MB);
    assert_int_equal(look(&s), PENDING_WAIT);
    store_fill_abort(&s.fill, 1001, 30);
    assert_null(s.fill);
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_REFUSED);
    store_unpin(s.f.store, &s.follower);
    assert_int_equal(begin(&s, &s.key, 1, &none), FILL_MARKED);
    s.f.now_s = 1030;
    fixture_tidy(&s.f);
    assert_int_equal(begin(&s, &s.key, 1, &s.fill), FILL_OWNER);
    store_fill_abort(&s.fill, 1032, 0);
    assert_int_equal(begin(&s, &s.key, 1, &s.fill), FILL_OWNER);
    store_fill_abort(&s.fill, 1033, 0);
    scene_close(&s);
}

static void test_aborted_behind_head(void **state)
{
    scene_t s;

    scene_open(&s, MB);
    head(&s, 10);
    store_fill_body(s.fill, "abc", 3);
    assert_int_equal(look(&s), PENDING_HEAD);
    woken(&s);
    store_fill_abort(&s.fill, 1001, 0);
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_FAILED);
    assert_int_equal(s.available, 3);
    assert_gone(&s);
    scene_close(&s);
}

static void test_wrong_length(void **state)
{
    scene_t s;

    scene_open(&s, MB);
    head(&s, 10);
    store_fill_body(s.fill, "abc", 3);
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_EGENERAL);
    assert_int_equal(look(&s), PENDING_FAILED);
    assert_gone(&s);
    scene_close(&s);

    scene_open(&s, MB);
    head(&s, 2);
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(store_fill_body(s.fill, "abc", 3), APR_EGENERAL);
    assert_int_equal(look(&s), PENDING_FAILED);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_EGENERAL);
    assert_gone(&s);
    scene_close(&s);
}

static void test_too_large(void **state)
{
    static char data[100000];
    scene_t s;
    int i;

    scene_open(&s, MB);
    assert_int_equal(head(&s, 10 * MB), APR_ENOSPC);
    assert_int_equal(look(&s), PENDING_REFUSED);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_ENOSPC);
    scene_close(&s);

    scene_open(&s, MB);
    assert_int_equal(head(&s, -1), APR_SUCCESS);
    assert_int_equal(look(&s), PENDING_HEAD);
    for (i = 0;
         i < 10 && store_fill_body(s.fill, data, sizeof(data)) == APR_SUCCESS;
         i++) {
    }
    assert_in_range(i, 1, 5);
    assert_int_equal(look(&s), PENDING_FAILED);
    assert_int_equal(store_fill_body(s.fill, data, 1), APR_ENOSPC);
    store_fill_abort(&s.fill, 1001, 0);
    scene_close(&s);
}

/* Full of others: what nobody follows is dropped, what somebody reads goes on.
 */
static void test_large_and_followed(void **state)
{
    static char data[50000];
    char name[32];
    int followed, i, n;
    scene_t s;

    for (followed = 0; followed < 2; followed++) {
        scene_open(&s, 8 * MB);
        for (i = 0; i < 300; i++) {
            snprintf(name, sizeof(name), "%d", i);
            fixture_put(&s.f, name, slice_make(data, sizeof(data)));
        }
        assert_int_equal(head(&s, -1), APR_SUCCESS);
        assert_int_equal(look(&s), PENDING_HEAD);
        if (!followed) {
            store_unpin(s.f.store, &s.follower);
            atomic_store((atomic_u32_t *)s.fill->build.followed, 0);
        }
        for (n = 0;
             n < 20
             && store_fill_body(s.fill, data, sizeof(data)) == APR_SUCCESS;
             n++) {
        }
        if (followed) {
            assert_int_equal(n, 20);
            assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
        }
        else {
            assert_in_range(n, 1, 10);
            assert_int_equal(store_fill_commit(&s.fill, 1001), APR_ENOSPC);
        }
        scene_close(&s);
    }
}

static void test_purged_meanwhile(void **state)
{
    store_pin_t pin;
    scene_t s;

    scene_open(&s, MB);
    head(&s, 3);
    store_fill_body(s.fill, "abc", 3);
    assert_int_equal(look(&s), PENDING_HEAD);
    store_purge_prefix(s.f.store, slice_str("pa"), 0);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_NOTFOUND);
    assert_int_equal(look(&s), PENDING_DONE); /* begun before the purge */
    assert_int_equal(s.available, 3);
    assert_gone(&s);
    scene_close(&s);

    scene_open(&s, MB); /* softly: stored as stale */
    head(&s, 0);
    store_purge_all(s.f.store, 1);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_int_equal(store_find(s.f.store, &s.key, &pin), APR_SUCCESS);
    assert_int_equal(store_object_purged(s.f.store, pin.object),
                     STORE_PURGED_SOFT);
    store_unpin(s.f.store, &pin);
    scene_close(&s);
}

static void test_moved(void **state)
{
    store_key_t variant;
    store_pin_t pin;
    scene_t s;

    scene_open(&s, MB);
    assert_int_equal(look(&s), PENDING_WAIT);
    variant = fixture_key(&s.f, slice_str("page, gzip"));
    assert_int_equal(store_fill_move(s.fill, &variant), APR_SUCCESS);
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_MOVED);
    store_unpin(s.f.store, &s.follower);
    assert_int_equal(begin(&s, &variant, 1, NULL), FILL_FOLLOW);
    head(&s, 0);
    assert_int_equal(look(&s), PENDING_HEAD);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_int_equal(store_find(s.f.store, &variant, &pin), APR_SUCCESS);
    store_unpin(s.f.store, &pin);
    assert_gone(&s);
    scene_close(&s);
}

/* Somebody else fetches that variant already: both are stored, in turn. */
static void test_moved_onto_another(void **state)
{
    store_key_t variant;
    store_fill_t *other;
    store_pin_t pin;
    scene_t s;

    scene_open(&s, MB);
    store_unpin(s.f.store, &s.follower);
    variant = fixture_key(&s.f, slice_str("page, gzip"));
    assert_int_equal(begin(&s, &variant, 1, &other), FILL_OWNER);
    assert_int_equal(store_fill_move(s.fill, &variant), APR_SUCCESS);
    head(&s, 0);
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_SUCCESS);
    assert_int_equal(store_find(s.f.store, &variant, &pin), APR_SUCCESS);
    store_unpin(s.f.store, &pin);
    assert_int_equal(begin(&s, &variant, 0, NULL), FILL_NO_ROOM);
    store_fill_abort(&other, 1001, 0);
    scene_close(&s);
}

/* The shard is emptied under a fill: its owner and followers get to know. */
static void test_shard_emptied(void **state)
{
    scene_t s;
    uint32_t i;

    scene_open(&s, MB);
    head(&s, -1);
    store_fill_body(s.fill, "abc", 3);
    assert_int_equal(look(&s), PENDING_HEAD);
    woken(&s);
    fixture_put(&s.f, "other", slice_str("x"));
    for (i = 0; i < s.f.store->plan.shards; i++) {
        shard_lock(s.f.store, i);
        shard_empty_locked(s.f.store, i);
        shard_unlock(s.f.store, i);
    }
    fixture_check(&s.f);
    assert_false(fixture_has(&s.f, "other"));
    assert_true(woken(&s));
    assert_int_equal(look(&s), PENDING_FAILED);
    assert_int_equal(s.available, 3);
    assert_true(slice_eq(store_object_raw_head(s.follower.object), some_head));
    store_fill_body(s.fill, "def", 3); /* into memory that is still its own */
    assert_int_equal(store_fill_commit(&s.fill, 1001), APR_EGENERAL);
    fixture_put(&s.f, "other", slice_str("x"));
    assert_true(fixture_has(&s.f, "other"));
    scene_close(&s);
}

/* The owner is killed: its followers need not wait for ever. */
static void test_owner_dies(void **state)
{
    int behind_head, status, pipes[2];
    store_stats_t stats;
    scene_t s;
    pid_t pid;
    char byte;

    for (behind_head = 0; behind_head < 2; behind_head++) {
        memset(&s, 0, sizeof(s));
        fixture_open(&s.f, MB);
        s.key = fixture_key(&s.f, slice_str("page"));
        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        if (pid == 0) {
            if (store_child_claim(s.f.store, s.f.pool) != APR_SUCCESS
                || begin(&s, &s.key, 1, &s.fill) != FILL_OWNER
                || (behind_head && head(&s, -1) != APR_SUCCESS)
                || write(pipes[1], "x", 1) != 1) {
                _exit(1);
            }
            pause();
        }
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        assert_int_equal(begin(&s, &s.key, 1, NULL), FILL_FOLLOW);
        assert_int_equal(look(&s), behind_head ? PENDING_HEAD : PENDING_WAIT);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        fixture_tidy(&s.f);
        assert_true(woken(&s));
        assert_int_equal(look(&s), PENDING_FAILED);
        store_unpin(s.f.store, &s.follower);
        assert_int_equal(begin(&s, &s.key, 1, &s.fill), FILL_OWNER);
        store_fill_abort(&s.fill, 1001, 0);
        store_stats(s.f.store, &stats);
        assert_int_equal(stats.pins, 0);
        close(pipes[0]);
        close(pipes[1]);
        scene_close(&s);
    }
}

int main(void)
{
    unit_add("a body that grows is followed", test_followed, NULL);
    unit_add("length that was told", test_length, NULL);
    unit_add("woken once for each look", test_woken_once, NULL);
    unit_add("a follower that comes late", test_late_follower, NULL);
    unit_add("a follower that comes too late", test_late_and_evicted, NULL);
    unit_add("aborted, and marked", test_aborted, NULL);
    unit_add("aborted behind the head", test_aborted_behind_head, NULL);
    unit_add("shorter or longer than told", test_wrong_length, NULL);
    unit_add("too large", test_too_large, NULL);
    unit_add("large, followed or not", test_large_and_followed, NULL);
    unit_add("a purge in the meantime wins", test_purged_meanwhile, NULL);
    unit_add("moved to a variant", test_moved, NULL);
    unit_add("moved to one under way", test_moved_onto_another, NULL);
    unit_add("its shard is emptied", test_shard_emptied, NULL);
    unit_add("its owner dies", test_owner_dies, NULL);
    return unit_run("fill");
}
