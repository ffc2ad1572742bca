/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_queue_test.c: nobody waits for a reader, nothing is lost unseen. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>

#include <apr_general.h>

#include "audit/audit_line.c"
#include "audit/audit_queue.c"
#include "status/escape.c"

enum {
    LINES = 20000 /* more than queue and pipe hold */
};

static audit_counts_t counts;
static int ends[2], last_error;
static apr_pool_t *pool;
static audit_queue_t *queue;

static void failed(const char *target, int error)
{
    assert_string_equal(target, "a pipe");
    last_error = error;
}

static int set_up(void **state)
{
    (void)state;
    memset(&counts, 0, sizeof(counts));
    last_error = 0;
    assert_int_equal(apr_pool_create(&pool, NULL), 0);
    assert_int_equal(pipe(ends), 0);
    queue = audit_queue_start(ends[1], &counts, failed, "a pipe", pool);
    return queue ? 0 : -1;
}

/* In a server the queue is there for as long as its process. */
static int tear_down(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    free(queue);
    return 0;
}

static int put_line_number(int number)
{
    char line[80];

    return audit_queue_put(queue, line,
                           (size_t)sprintf(line, "line %060d\n", number));
}

static void put_line(const char *text)
{
    assert_true(audit_queue_put(queue, text, strlen(text)));
}

static void test_in_order(void **state)
{
    char text[64];

    (void)state;
    put_line("one\n");
    put_line("two\n");
    apr_pool_destroy(pool);
    assert_int_equal(read(ends[0], text, sizeof(text)), 8);
    assert_memory_equal(text, "one\ntwo\n", 8);
    assert_int_equal(counts.written, 2);
    assert_false(audit_queue_put(queue, "late\n", 5));
    assert_int_equal(counts.lost, 1);
}

static void test_nobody_reads(void **state)
{
    int i, taken = 0;

    (void)state;
    for (i = 0; i < LINES; i++) {
        taken += put_line_number(i);
    }
    assert_true(taken < LINES);
    close(ends[0]); /* ends the thread that writes */
    ends[0] = open("/dev/null", O_RDONLY);
    apr_pool_destroy(pool);
    assert_int_equal(last_error, EPIPE);
    assert_int_equal(counts.written + counts.lost, LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_reads, set_up, tear_down),
    };
    int failures;

    signal(SIGPIPE, SIG_IGN);
    apr_initialize();
    failures = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    return failures;
}
