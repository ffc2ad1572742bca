/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file_test.c: a segment in a file: what is kept, what is not and why, what
 * cannot be had. */
#include "store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
    MB = 1 << 20,
    SIZE = 2 * MB
};

static char folder[] = "/tmp/store_file_test_XXXXXX";
static char path[64];

typedef struct {
    fixture_t f;
    const char *note;
    apr_status_t status;
} opened_t;

static void try_open(opened_t *o, const char *where, uint64_t size,
                     uint32_t salt)
{
    store_config_t config = {
        .size = size, .path = where, .children = 4, .layout_salt = salt
    };

    memset(o, 0, sizeof(*o));
    apr_initialize();
    apr_pool_create(&o->f.pool, NULL);
    o->status = store_create(&o->f.store, &config, &o->note, o->f.pool);
    o->f.now_s = 1000;
    if (o->status == APR_SUCCESS) {
        assert_int_equal(store_child_claim(o->f.store, o->f.pool), APR_SUCCESS);
    }
}

static void must_open(opened_t *o)
{
    try_open(o, path, SIZE, 7);
    assert_int_equal(o->status, APR_SUCCESS);
}

/* The server is gone without a word, and its mapping with it. */
static void vanish(opened_t *o)
{
    o->f.store->creator = 0;
    apr_pool_destroy(o->f.pool);
}

static void assert_note(const opened_t *o, const char *words)
{
    assert_non_null(o->note);
    if (!strstr(o->note, words)) {
        fail_msg("\"%s\" does not say \"%s\"", o->note, words);
    }
}

static apr_status_t put_one(fixture_t *f, int i)
{
    static char data[40000];
    size_t len = i % 10 ? (size_t)i * 100 : sizeof(data);
    char name[32];

    snprintf(name, sizeof(name), "object %d", i);
    fixture_fill(data, (uint32_t)i, 0, len);
    return fixture_put(f, name, slice_make(data, len));
}

static void put_many(fixture_t *f)
{
    int i;

    for (i = 0; i < 60; i++) {
        assert_int_equal(put_one(f, i), APR_SUCCESS);
    }
}

/* @return how many are there; all of those are right */
static int count_many(fixture_t *f)
{
    store_pin_t pin;
    char name[32];
    int i, n = 0;

    for (i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "object %d", i);
        if (fixture_find(f, name, &pin) == APR_SUCCESS) {
            assert_int_equal(store_object_purged(f->store, pin.object),
                             STORE_VALID);
            assert_int_equal(store_object_length(pin.object),
                             i % 10 ? i * 100 : 40000);
            assert_true(fixture_body_is(f->store, pin.object, (uint32_t)i, 0,
                                        store_object_length(pin.object)));
            store_unpin(f->store, &pin);
            n++;
        }
    }
    return n;
}

/* A file that is there, in order. */
static int fresh_file(void)
{
    opened_t o;
    int n;

    unlink(path);
    must_open(&o);
    assert_null(o.note);
    put_many(&o.f);
    n = count_many(&o.f);
    assert_true(n > 50);
    fixture_close(&o.f);
    return n;
}

static void test_kept(void **state)
{
    store_meta_t meta = { .status = 200 };
    opened_t o;
    store_pin_t pin;
    struct stat st;
    int n = fresh_file();

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, SIZE);
    assert_true(st.st_blocks * 512 >= SIZE);
    assert_int_equal(st.st_mode & 0777, 0600);
    must_open(&o);
    assert_null(o.note);
    assert_int_equal(count_many(&o.f), n);
    assert_int_equal(fixture_find(&o.f, "object 59", &pin), APR_SUCCESS);
    assert_int_equal(store_variant_add(o.f.store, pin.object,
                                       STORE_VARIANT_GZIP, &meta, some_head,
                                       no_text, slice_str("gz")),
                     APR_SUCCESS);
    store_unpin(o.f.store, &pin);
    store_purge_prefix(o.f.store, slice_str("object 58"), 0);
    fixture_close(&o.f);

    must_open(&o);
    assert_int_equal(fixture_find(&o.f, "object 58", &pin), APR_SUCCESS);
    assert_int_equal(store_object_purged(o.f.store, pin.object), STORE_PURGED);
    store_unpin(o.f.store, &pin);
    assert_int_equal(fixture_find(&o.f, "object 59", &pin), APR_SUCCESS);
    assert_non_null(
        store_object_variant(o.f.store, pin.object, STORE_VARIANT_GZIP));
    store_unpin(o.f.store, &pin);
    fixture_close(&o.f);
}

/* Also what was under way and pinned when the server vanished is given back. */
static void test_vanished(void **state)
{
    int n = fresh_file();
    store_fill_t *fill, *second;
    store_stats_t stats;
    store_key_t key;
    store_pin_t pin;
    opened_t o;

    must_open(&o);
    key = fixture_key(&o.f, slice_str("half"));
    assert_int_equal(store_fill_begin(o.f.store, &key, 1, 1, &fill, &pin),
                     FILL_OWNER);
    store_fill_head(fill, STORE_RESPONSE, &(store_meta_t){ .status = 200 },
                    some_head, no_text, NULL, 0, -1);
    store_fill_body(fill, "abc", 3);
    assert_int_equal(fixture_find(&o.f, "object 59", &pin), APR_SUCCESS);
    store_object_remove(o.f.store, pin.object);
    key = fixture_key(&o.f, slice_str("ticket"));
    assert_int_equal(store_fill_begin(o.f.store, &key, 1, 1, &second, &pin),
                     FILL_OWNER);
    o.f.store->claimer = 0;
    free((char *)fill->key.text.p);
    free(fill);
    free((char *)second->key.text.p);
    free(second);
    vanish(&o);

    must_open(&o);
    assert_null(o.note);
    assert_int_equal(count_many(&o.f), n - 1);
    assert_false(fixture_has(&o.f, "half"));
    store_stats(o.f.store, &stats);
    assert_int_equal(stats.limbo, 0);
    fixture_close(&o.f);
}

/* In a child, where an assertion would go on with the next test. */
static void work_until_killed(int told)
{
    opened_t o;
    int i;

    alarm(20);
    try_open(&o, path, SIZE, 7);
    for (i = 0; o.status == APR_SUCCESS; i++) {
        o.status = put_one(&o.f, i % 60);
        if (i == 60 && write(told, "x", 1) != 1) {
            break;
        }
    }
    _exit(1);
}

static void test_killed_at_work(void **state)
{
    int i, status, kept = 0;
    opened_t o;

    unlink(path);
    for (i = 0; i < 20; i++) {
        struct timespec moment = { 0, 1000000L * (i % 7 + 1) };
        int pipes[2];
        pid_t pid;
        char byte;

        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        if (pid == 0) {
            work_until_killed(pipes[1]);
        }
        close(pipes[1]);
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        nanosleep(&moment, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        close(pipes[0]);
        must_open(&o); /* with a note if it died in the middle of a change */
        kept += count_many(&o.f) > 0;
        fixture_check(&o.f);
        vanish(&o);
    }
    assert_true(kept > 0);
}

static void patch_file(off_t at, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, data, len, at), len);
    close(fd);
}

static void test_another_boot(void **state)
{
    int n = fresh_file();
    opened_t o;

    patch_file(offsetof(segment_t, boot), "another boot", 12);
    must_open(&o); /* it had ended in order */
    assert_null(o.note);
    assert_int_equal(count_many(&o.f), n);
    vanish(&o);
    patch_file(offsetof(segment_t, boot), "another boot", 12);
    must_open(&o);
    assert_note(&o, "was in use when the machine stopped");
    assert_int_equal(count_many(&o.f), 0);
    fixture_close(&o.f);
}

static void test_foreign(void **state)
{
    opened_t o;

    fresh_file();
    try_open(&o, path, SIZE, 8);
    assert_note(&o, "has another layout");
    assert_int_equal(count_many(&o.f), 0);
    fixture_close(&o.f);

    fresh_file();
    try_open(&o, path, SIZE + MB, 7);
    assert_note(&o, "has another size");
    assert_int_equal(count_many(&o.f), 0);
    put_many(&o.f);
    fixture_close(&o.f);

    patch_file(0, "GIF89a", 6);
    try_open(&o, path, SIZE + MB, 7);
    assert_note(&o, "is no cache file");
    assert_int_equal(count_many(&o.f), 0);
    fixture_close(&o.f);
}

/* Damage where it hurts: the first object's record, the shard's lists. */
static void test_damaged(void **state)
{
    off_t shard, arena;
    opened_t o;
    int i;

    fresh_file();
    must_open(&o);
    shard = (off_t)o.f.store->plan.shards_at;
    arena = shard + (off_t)o.f.store->plan.arena_at;
    vanish(&o);
    for (i = 0; i < 3; i++) {
        off_t at[] = { shard + (off_t)offsetof(shard_t, small.tail),
                       arena + RECORD_SIZE + 1, arena };

        patch_file(at[i], "\xff\xff\xff", 3);
        must_open(&o);
        assert_note(&o, "is damaged: 1 of 1 parts started empty");
        assert_int_equal(count_many(&o.f), 0);
        put_many(&o.f);
        vanish(&o);
    }
}

static void test_in_use(void **state)
{
    opened_t o, second;

    fresh_file();
    must_open(&o);
    try_open(&second, path, SIZE, 7);
    assert_int_not_equal(second.status, APR_SUCCESS);
    assert_note(&second, "is in use by another server");
    apr_pool_destroy(second.f.pool);
    fixture_close(&o.f);
}

static void test_cannot_open(void **state)
{
    opened_t o;

    try_open(&o, "/nonexistent/cache", SIZE, 7);
    assert_int_not_equal(o.status, APR_SUCCESS);
    assert_note(&o, "cannot be opened for writing: No such file");
    apr_pool_destroy(o.f.pool);
    try_open(&o, folder, SIZE, 7);
    assert_int_not_equal(o.status, APR_SUCCESS);
    assert_note(&o, "cannot be opened for writing");
    apr_pool_destroy(o.f.pool);
}

/* Runs fn in a child, where limits and rights can be given up. */
static void in_child(void (*fn)(opened_t *o), const char *words)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        opened_t o;

        fn(&o);
        _exit(o.status == APR_SUCCESS || !o.note ? 1
              : strstr(o.note, words) == NULL    ? 2
                                                 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void open_without_rights(opened_t *o)
{
    if (geteuid() == 0 && setuid(65534) != 0) {
        _exit(3);
    }
    try_open(o, path, SIZE, 7);
}

static void open_without_disk(opened_t *o)
{
    struct rlimit limit = { MB, MB };

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    try_open(o, path, SIZE, 7);
}

static void test_refused(void **state)
{
    struct stat st;

    fresh_file();
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(path, 0444), 0);
    in_child(open_without_rights,
             "cannot be opened for writing: Permission denied");
    unlink(path);
    in_child(open_without_disk, "cannot get 2097152 bytes of disk");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0);
}

int main(void)
{
    int failed;

    if (!mkdtemp(folder)) {
        return 1;
    }
    snprintf(path, sizeof(path), "%s/cache", folder);
    unit_add("kept over a stop and start", test_kept, NULL);
    unit_add("kept when the server vanished", test_vanished, NULL);
    unit_add("killed at work", test_killed_at_work, NULL);
    unit_add("another boot", test_another_boot, NULL);
    unit_add("foreign files start empty", test_foreign, NULL);
    unit_add("damaged files", test_damaged, NULL);
    unit_add("in use", test_in_use, NULL);
    unit_add("cannot be opened", test_cannot_open, NULL);
    unit_add("read-only file, full disk", test_refused, NULL);
    failed = unit_run("file");
    unlink(path);
    rmdir(folder);
    return failed;
}
