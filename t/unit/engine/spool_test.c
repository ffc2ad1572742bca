/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* spool_test.c: bytes come out as they went in, from memory and file; limits;
 * what is left of the file; what a disk that fails does. */
#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "engine/chunk.c"
#include "engine/spool.c"

#define MIB (1 << 20)

static chunk_cache_t cache = { .max_idle = 8 * MIB };
static char folder[] = "/tmp/rproxy-spool-XXXXXX";

/* The byte at that place: differs from those around it and a power of 2 off. */
static char byte_at(size_t i)
{
    return (char)(i * 31 + i / 251);
}

static void fill(char *buf, size_t from, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        buf[i] = byte_at(from + i);
    }
}

static void append_all(spool_t *s, size_t len, size_t piece)
{
    static char buf[MIB];
    size_t done = 0;

    while (done < len) {
        size_t n = piece < len - done ? piece : len - done;
        fill(buf, done, n);
        assert_true(spool_fits(s, (int64_t)n));
        assert_int_equal(spool_append(s, buf, n), APR_SUCCESS);
        done += n;
    }
    assert_int_equal(s->len, len);
}

/* Reads up to so many bytes, each where it belongs.  @return how many */
static size_t read_some(spool_t *s, size_t len, size_t piece)
{
    static char buf[MIB];
    size_t done = 0, i, n;
    apr_status_t rv;

    while (done < len) {
        rv = spool_read(s, buf, piece < len - done ? piece : len - done, &n);
        if (rv == APR_EOF) {
            break;
        }
        assert_int_equal(rv, APR_SUCCESS);
        assert_in_range(n, 1, piece);
        for (i = 0; i < n; i++) {
            if (buf[i] != byte_at(done + i)) {
                fail_msg("byte %zu is wrong", done + i);
            }
        }
        done += n;
    }
    return done;
}

/* Names in the folder, without "." and "..". */
static int files(void)
{
    DIR *dir = opendir(folder);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n - 2;
}

typedef struct {
    const char *name;
    size_t len, memory, piece;
    int has_file;
} size_case_t;

static const size_case_t size_cases[] = {
    { "one byte", 1, 100, 1, 0 },
    { "exactly the memory", 100, 100, 7, 0 },
    { "one byte more than memory", 101, 100, 7, 1 },
    { "a piece over the border", 150, 100, 60, 1 },
    { "memory of one byte", 5000, 1, 5000, 1 },
    { "exactly a small chunk", CHUNK_SMALL, MIB, 1000, 0 },
    { "a small chunk and a byte", CHUNK_SMALL + 1, MIB, MIB, 0 },
    { "several chunks", 300000, MIB, 4097, 0 },
    { "several chunks, then the file", 900000, 300000, 65536, 1 },
    { "byte by byte", 70000, 66000, 1, 1 },
};

static void check_size(void **state)
{
    const size_case_t *row = *state;
    static const size_t pieces[] = { 1, 1000, CHUNK_LARGE, MIB };
    spool_t s;
    size_t i;

    spool_init(&s, &cache, (int64_t)row->memory, MIB, folder);
    append_all(&s, row->len, row->piece);
    assert_int_equal(s.fd >= 0, row->has_file);
    for (i = 0; i < UNIT_COUNT(pieces); i++) {
        spool_rewind(&s);
        assert_int_equal(read_some(&s, SIZE_MAX, pieces[i]), row->len);
    }
    spool_clear(&s);
    assert_int_equal(s.len, 0);
}

static void check_empty(void **state)
{
    spool_t s;
    size_t len;
    char byte;

    spool_init(&s, &cache, 10, 10, folder);
    assert_int_equal(spool_append(&s, "", 0), APR_SUCCESS);
    spool_rewind(&s);
    assert_int_equal(spool_read(&s, &byte, 1, &len), APR_EOF);
    spool_clear(&s);
}

/* A retry may come at any byte. */
static void check_rewind(void **state)
{
    static const size_t stops[] = { 0, 1, 99, 100, 101, 199, 200 };
    spool_t s;
    size_t i;

    spool_init(&s, &cache, 100, MIB, folder);
    append_all(&s, 200, 200);
    for (i = 0; i < UNIT_COUNT(stops); i++) {
        spool_rewind(&s);
        assert_int_equal(read_some(&s, stops[i], 64), stops[i]);
    }
    spool_rewind(&s);
    assert_int_equal(read_some(&s, SIZE_MAX, 64), 200);
    spool_clear(&s);
}

static void check_fits(void **state)
{
    spool_t s;

    spool_init(&s, &cache, 100, 50, folder);
    assert_true(spool_fits(&s, 0));
    assert_true(spool_fits(&s, 150));
    assert_false(spool_fits(&s, 151));
    assert_false(spool_fits(&s, INT64_MAX));
    append_all(&s, 120, 120);
    assert_true(spool_fits(&s, 30));
    assert_false(spool_fits(&s, 31));
    spool_clear(&s);
    assert_true(spool_fits(&s, 150));

    spool_init(&s, &cache, INT64_MAX, INT64_MAX, folder);
    assert_true(spool_fits(&s, INT64_MAX));
    spool_init(&s, &cache, 1, 0, folder);
    assert_true(spool_fits(&s, 1));
    assert_false(spool_fits(&s, 2));
}

/* Memory and descriptor are given back, and the folder never shows a name. */
static void check_clear(void **state)
{
    chunk_cache_t own = { .max_idle = 8 * MIB };
    spool_t s;
    struct stat info;
    int fd;

    spool_init(&s, &own, 100000, MIB, folder);
    append_all(&s, 200000, 5000);
    fd = s.fd;
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 100000);
    assert_int_equal(info.st_nlink, 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(files(), 0);
    spool_clear(&s);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(own.idle, CHUNK_SMALL + 2 * CHUNK_LARGE);
    spool_clear(&s);
    chunk_cache_drain(&own);
}

/* ---- disks that fail ---- */

static void check_no_folder(void **state)
{
    spool_t s;

    spool_init(&s, &cache, 3, 100, "/tmp/rproxy-spool-none/such");
    assert_int_equal(spool_append(&s, "abc", 3), APR_SUCCESS);
    assert_int_equal(spool_append(&s, "d", 1), ENOENT);
    spool_clear(&s);
}

static void check_long_folder(void **state)
{
    char path[PATH_MAX + 1];
    spool_t s;

    memset(path, '/', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    spool_init(&s, &cache, 1, 100, path);
    assert_int_equal(spool_append(&s, "ab", 2), ENAMETOOLONG);
    spool_clear(&s);
}

/* A limit of the process stands for a disk without space: both stop a write
 * after some of its bytes. */
static void check_no_space(void **state)
{
    struct rlimit before, limit;
    char buf[8192] = { 0 };
    apr_status_t rv;
    spool_t s;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 5000;
    spool_init(&s, &cache, 1, MIB, folder);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    rv = spool_append(&s, buf, sizeof(buf));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rv, EFBIG);
    assert_int_equal(s.len, 5001);
    spool_clear(&s);
    assert_int_equal(files(), 0);
}

static void check_short_file(void **state)
{
    char buf[100];
    size_t len;
    spool_t s;

    spool_init(&s, &cache, 1, MIB, folder);
    append_all(&s, 101, 101);
    assert_int_equal(ftruncate(s.fd, 50), 0);
    spool_rewind(&s);
    assert_int_equal(read_some(&s, 51, 10), 51);
    assert_int_equal(spool_read(&s, buf, sizeof(buf), &len), EIO);
    spool_clear(&s);
}

int main(void)
{
    size_t i;
    int failed;

    if (!mkdtemp(folder)) {
        return 1;
    }
    for (i = 0; i < UNIT_COUNT(size_cases); i++) {
        unit_add(size_cases[i].name, check_size, &size_cases[i]);
    }
    unit_add("empty", check_empty, NULL);
    unit_add("rewind", check_rewind, NULL);
    unit_add("limits", check_fits, NULL);
    unit_add("nothing is left behind", check_clear, NULL);
    unit_add("no such folder", check_no_folder, NULL);
    unit_add("a folder with too long a name", check_long_folder, NULL);
    unit_add("no space", check_no_space, NULL);
    unit_add("file cut short", check_short_file, NULL);
    failed = unit_run("spool");
    chunk_cache_drain(&cache);
    rmdir(folder);
    return failed;
}
