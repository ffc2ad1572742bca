/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_spool_test.c: bodies in memory and in a file. */
#include "unit.h"

#include <signal.h>
#include <sys/resource.h>

#include <apr_general.h>

#include "waf/request/waf_spool.c"

static apr_pool_t *pool;

static void fill(char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        text[i] = (char)('a' + i % 23);
    }
}

static void is_whole(size_t len, size_t piece, size_t memory_most, int in_file)
{
    waf_spool_t *spool = waf_spool_make(pool, memory_most, "/tmp");
    char *text = malloc(len + 1);
    slice_t whole;
    size_t at;

    fill(text, len);
    for (at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;

        assert_int_equal(waf_spool_add(spool, slice_make(text + at, n)), 0);
    }
    whole = waf_spool_text(spool);
    assert_true(slice_eq(whole, slice_make(text, len)));
    assert_int_equal(spool->fd >= 0, in_file);
    free(text);
}

static void empty(void **state)
{
    is_whole(0, 1, 10, 0);
}

static void in_memory(void **state)
{
    is_whole(10, 3, 10, 0);
    is_whole(20000, 7, 20000, 0);
}

static void in_a_file(void **state)
{
    is_whole(11, 3, 10, 1);
    is_whole(11, 11, 0, 1);
    is_whole(300000, 4096, 8192, 1);
}

/* Nothing is written but by waf_spool_write, and by who looks at it. */
static void written_by_another(void **state)
{
    enum {
        LEN = 500000,
        EACH = 10000
    };
    waf_spool_t *spool = waf_spool_make(pool, EACH, "/tmp");
    char *text = malloc(LEN);
    int at, writes = 0;

    fill(text, LEN);
    spool->defers = 1;
    for (at = 0; at < LEN; at += EACH) {
        assert_int_equal(waf_spool_add(spool, slice_make(text + at, EACH)), 0);
        assert_int_equal(spool->fd >= 0, writes > 0);
        if (waf_spool_is_due(spool)) {
            assert_int_equal(waf_spool_write(spool), 0);
            assert_false(waf_spool_is_due(spool));
            writes++;
        }
    }
    assert_int_equal(writes, 4); /* at 20,000, then each 140,000 bytes */
    assert_true(spool->held > 0);
    assert_true(slice_eq(waf_spool_text(spool), slice_make(text, LEN)));
    free(text);
}

static void looked_at_and_added_to(void **state)
{
    waf_spool_t *spool = waf_spool_make(pool, 2, "/tmp");

    assert_int_equal(waf_spool_add(spool, SLICE_LIT("abc")), 0);
    assert_true(slice_eq(waf_spool_text(spool), SLICE_LIT("abc")));
    assert_int_equal(waf_spool_add(spool, SLICE_LIT("de")), 0);
    assert_true(slice_eq(waf_spool_text(spool), SLICE_LIT("abcde")));
}

static void no_such_folder(void **state)
{
    waf_spool_t *spool = waf_spool_make(pool, 2, "/nonexistent");

    assert_int_equal(waf_spool_add(spool, SLICE_LIT("abc")), ENOENT);
}

/* What a full disk does: files end at so many bytes. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void is_lost(waf_spool_t *spool, size_t len)
{
    slice_t whole = waf_spool_text(spool);

    assert_int_equal(errno, EFBIG);
    assert_null(whole.p);
    assert_int_equal(whole.len, len);
}

/* Never a file that is shorter than the body. */
static void full_disk(void **state)
{
    enum {
        LEN = 500000,
        ROOM = 100000
    };
    waf_spool_t *added = waf_spool_make(pool, 10, "/tmp");
    waf_spool_t *written = waf_spool_make(pool, 10, "/tmp");
    waf_spool_t *looked_at = waf_spool_make(pool, 10, "/tmp");
    char *text = malloc(LEN);

    fill(text, LEN);
    written->defers = looked_at->defers = 1;
    assert_int_equal(waf_spool_add(looked_at, slice_make(text, 20)), 0);
    assert_int_equal(waf_spool_write(looked_at), 0);
    limit_files(ROOM);
    assert_int_equal(waf_spool_add(added, slice_make(text, LEN)), EFBIG);
    is_lost(added, LEN);
    assert_int_equal(waf_spool_add(added, slice_make(text, 1)), EFBIG);
    assert_int_equal(waf_spool_add(written, slice_make(text, LEN)), 0);
    assert_int_equal(waf_spool_write(written), EFBIG);
    is_lost(written, LEN);
    assert_int_equal(waf_spool_add(looked_at, slice_make(text, LEN)), 0);
    is_lost(looked_at, LEN + 20);
    is_lost(looked_at, LEN + 20);
    limit_files(0);
    is_lost(looked_at, LEN + 20);
    free(text);
}

static int set_up(void **state)
{
    apr_initialize();
    return apr_pool_create(&pool, NULL) != APR_SUCCESS;
}

static int tear_down(void **state)
{
    apr_pool_destroy(pool);
    apr_terminate();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(in_memory),
        cmocka_unit_test(in_a_file),
        cmocka_unit_test(written_by_another),
        cmocka_unit_test(looked_at_and_added_to),
        cmocka_unit_test(no_such_folder),
        cmocka_unit_test(full_disk),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
