/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_dir_test.c: files are replaced as a whole, and what is strange is not
 * read. */
#include "unit.h"

#include <apr_general.h>

#include "state/state_dir.c"

static apr_pool_t *pool;
static state_dir_t dir = { NULL, (uid_t)-1, (gid_t)-1 };

static const char *at(const char *name)
{
    return path_of(&dir, name, "", pool);
}

static void put(const char *name, const char *text, mode_t mode)
{
    FILE *out = fopen(at(name), "w");

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    chmod(at(name), mode);
}

static const char *read_name(const char *name, size_t max, int is_private,
                             char **text)
{
    size_t len = 0;
    const char *fault =
        state_dir_read(&dir, name, max, is_private, text, &len, pool);

    assert_true(fault || !*text || strlen(*text) == len);
    return fault;
}

static void has(const char *fault, const char *part)
{
    assert_non_null(fault);
    if (!strstr(fault, part)) {
        fail_msg("'%s' is not in '%s'", part, fault);
    }
}

static void check_files(void **state)
{
    struct stat info;
    char *text;

    assert_null(read_name("a", 10, 1, &text));
    assert_null(text);
    assert_null(state_dir_write(&dir, "a", "one", 3, pool));
    assert_null(read_name("a", 10, 1, &text));
    assert_string_equal(text, "one");
    assert_int_equal(stat(at("a"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    put("a.new", "half of a file of one who died", 0644);
    assert_null(state_dir_write(&dir, "a", "second", 6, pool));
    assert_null(read_name("a", 6, 1, &text));
    assert_string_equal(text, "second");
    assert_int_not_equal(stat(at("a.new"), &info), 0);
}

static void check_strange(void **state)
{
    char *text;

    put("large", "12345678901", 0600);
    has(read_name("large", 10, 0, &text), "larger than 10 bytes");
    put("open", "1", 0640);
    has(read_name("open", 10, 1, &text), "chmod 600");
    assert_null(read_name("open", 10, 0, &text));
    assert_int_equal(symlink(at("open"), at("link")), 0);
    has(read_name("link", 10, 0, &text), "cannot open");
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    has(read_name("fifo", 10, 0, &text), "no regular file");
    assert_int_equal(mkdir(at("folder"), 0700), 0);
    has(read_name("folder", 10, 0, &text), "no regular file");
}

static void check_reject(void **state)
{
    char *text;

    put("bad", "first", 0600);
    state_dir_reject(&dir, "bad", pool);
    put("bad", "second", 0600);
    state_dir_reject(&dir, "bad", pool);
    assert_null(read_name("bad", 10, 0, &text));
    assert_null(text);
    assert_null(read_name("bad.rejected", 10, 0, &text));
    assert_string_equal(text, "second");
}

static void check_lock(void **state)
{
    const char *path = at("lock");
    int lock = -1, other;

    assert_null(state_dir_lock(&dir, &lock, pool));
    other = open(path, O_RDWR);
    assert_int_not_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    state_dir_unlock(lock);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    close(other);
}

static void check_directory(void **state)
{
    state_dir_t sub = dir;

    sub.path = at("new");
    assert_null(state_dir_open(&sub, pool));
    assert_null(state_dir_open(&sub, pool));
    chmod(sub.path, 0777);
    has(state_dir_open(&sub, pool), "everybody");
    sub.path = at("none/below");
    has(state_dir_open(&sub, pool), "cannot make");
    put("file", "", 0600);
    sub.path = at("file");
    has(state_dir_open(&sub, pool), "no directory");
}

int main(void)
{
    char path[] = "/tmp/state_dir_test-XXXXXX";
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    dir.path = mkdtemp(path);
    if (!dir.path) {
        return 1;
    }
    unit_add("files", check_files, NULL);
    unit_add("strange files", check_strange, NULL);
    unit_add("rejected", check_reject, NULL);
    unit_add("one writer", check_lock, NULL);
    unit_add("directories", check_directory, NULL);
    failed = unit_run("state_dir");
    if (system(apr_psprintf(pool, "rm -r %s", path)) != 0) {
        failed = 1;
    }
    apr_pool_destroy(pool);
    return failed;
}
