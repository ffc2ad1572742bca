/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_table_test.c: rows by path, which of them make room, and what a
 * killed process leaves. */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mirror/mirror_table.c"
#include "routing/siphash.c"

static mirror_row_t rows[MIRROR_ROWS];

static void add(mirror_table_t *table, const char *path,
                mirror_verdict_e verdict, int64_t now)
{
    mirror_result_t result = { .upstream = SLICE_LIT("next"),
                               .path = slice_str(path),
                               .id = SLICE_LIT("id"),
                               .verdict = verdict,
                               .status = { 200, 500 },
                               .field = "" };

    mirror_table_add(table, &result, now);
}

static void check_rows(void **state)
{
    mirror_table_t *table = mirror_table_map();

    (void)state;
    add(table, "/good", MIRROR_EQUAL, 1);
    add(table, "/good", MIRROR_EQUAL, 2);
    add(table, "/bad", MIRROR_STATUS, 3);
    add(table, "/bad", MIRROR_EQUAL, 4);
    add(table, "/worse", MIRROR_BODY, 5);
    add(table, "/worse", MIRROR_FAILED, 6);
    assert_int_equal(mirror_table_read(table, rows), 3);
    assert_string_equal(rows[0].path, "/worse");
    assert_int_equal(rows[0].verdict, MIRROR_FAILED);
    assert_string_equal(rows[1].path, "/bad");
    assert_int_equal(rows[1].differed_us, 3);
    assert_int_equal(rows[1].seen_us, 4);
    assert_int_equal(rows[1].status[1], 500);
    assert_string_equal(rows[2].path, "/good");
    assert_int_equal(rows[2].count[MIRROR_EQUAL], 2);
    assert_int_equal(table->count[MIRROR_COUNT_EQUAL], 3);
    assert_int_equal(table->count[MIRROR_COUNT_DIFFERENT], 3);
    mirror_table_clear(table);
    assert_int_equal(mirror_table_read(table, rows), 0);
    assert_int_equal(table->count[MIRROR_COUNT_EQUAL], 0);
    munmap(table, sizeof(*table));
}

/* A hundred thousand paths: differences stay, the table is bounded. */
static void check_bound(void **state)
{
    mirror_table_t *table = mirror_table_map();
    char path[32];
    int i, n, different = 0;

    (void)state;
    for (i = 0; i < 50; i++) {
        snprintf(path, sizeof(path), "/bad/%d", i);
        add(table, path, MIRROR_BODY, 1);
    }
    for (i = 0; i < 100000; i++) {
        snprintf(path, sizeof(path), "/page/%d", i);
        add(table, path, MIRROR_EQUAL, 2 + i);
    }
    n = mirror_table_read(table, rows);
    assert_int_equal(n, MIRROR_ROWS);
    for (i = 0; i < n; i++) {
        different += mirror_row_different(&rows[i]) > 0;
    }
    assert_int_equal(different, 50);
    assert_int_equal(table->count[MIRROR_COUNT_FORGOTTEN],
                     100050 - MIRROR_ROWS);
    munmap(table, sizeof(*table));
}

static void check_long(void **state)
{
    mirror_table_t *table = mirror_table_map();
    char path[1000], other[1000];

    (void)state;
    memset(path, 'p', sizeof(path));
    path[999] = '\0';
    memcpy(other, path, sizeof(other));
    other[998] = 'q';
    add(table, path, MIRROR_EQUAL, 1);
    add(table, other, MIRROR_EQUAL, 1);
    assert_int_equal(mirror_table_read(table, rows), 2);
    assert_int_equal(strlen(rows[0].path), sizeof(rows[0].path) - 1);
    munmap(table, sizeof(*table));
}

static void check_killed(void **state)
{
    mirror_table_t *table = mirror_table_map();
    pid_t pid;

    (void)state;
    add(table, "/good", MIRROR_EQUAL, 1);
    pid = fork();
    if (!pid) {
        lock_table(table);
        memset(&table->row[5], 0xff, sizeof(mirror_row_t));
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    add(table, "/good", MIRROR_EQUAL, 1);
    assert_int_equal(mirror_table_read(table, rows), 2);
    assert_in_range(rows[0].verdict, 0, MIRROR_UNKNOWN);
    assert_in_range(strlen(rows[0].path), 0, sizeof(rows[0].path) - 1);
    munmap(table, sizeof(*table));
}

int main(void)
{
    unit_add("rows", check_rows, NULL);
    unit_add("bound", check_bound, NULL);
    unit_add("long paths", check_long, NULL);
    unit_add("killed", check_killed, NULL);
    return unit_run("mirror table");
}
