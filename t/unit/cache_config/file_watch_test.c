/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file_watch_test.c: files that change, before, while and after they are read;
 * a child that dies while it adds one. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "config/file_watch.c"

static char folder[] = "/tmp/file_watch_test_XXXXXX";
static int64_t now_us;

static const char *path_of(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* Of another length each time. */
static void change(const char *name)
{
    static int count;
    FILE *f = fopen(path_of(name), "w");

    assert_non_null(f);
    fprintf(f, "%*s", ++count, "");
    fclose(f);
}

static void look(file_watch_t *w)
{
    file_watch_look(w, now_us += 10, 10);
}

static file_watch_t *make(void)
{
    file_watch_t *w;

    assert_int_equal(file_watch_create(&w, 100), APR_SUCCESS);
    return w;
}

static void settled(file_watch_t *w, const char *name)
{
    file_seen_t seen;

    assert_false(file_watch_find(w, path_of(name), &seen));
    assert_true(file_watch_settle(w, path_of(name), &seen));
    assert_true(file_watch_find(w, path_of(name), &seen));
}

static void test_changes(void **state)
{
    file_watch_t *w = make();
    file_seen_t seen;

    unlink(path_of("a"));
    settled(w, "a"); /* that there is none is worth knowing, too */
    look(w);
    assert_int_equal(file_watch_generation(w), 100);
    assert_true(file_watch_find(w, path_of("a"), &seen));
    change("a");
    look(w);
    assert_int_equal(file_watch_generation(w), 101);
    settled(w, "a");
    look(w);
    assert_int_equal(file_watch_generation(w), 101);
    unlink(path_of("a"));
    file_watch_look(w, now_us, 10); /* too early */
    assert_int_equal(file_watch_generation(w), 101);
    look(w);
    assert_int_equal(file_watch_generation(w), 102);
    assert_false(file_watch_find(w, path_of("a"), &seen));
}

static void test_changed_before_it_was_added(void **state)
{
    file_watch_t *w = make();
    file_seen_t seen;

    change("a");
    assert_false(file_watch_find(w, path_of("a"), &seen));
    change("a");
    assert_true(file_watch_settle(w, path_of("a"), &seen));
    look(w);
    assert_int_equal(file_watch_generation(w), 101);
    assert_false(file_watch_find(w, path_of("a"), &seen));
}

static void test_changed_while_it_was_read(void **state)
{
    file_watch_t *w = make();
    file_seen_t seen;

    change("a");
    settled(w, "a");
    change("a");
    look(w);
    assert_false(file_watch_find(w, path_of("a"), &seen));
    change("a"); /* what is read now is of before */
    look(w);
    assert_false(file_watch_settle(w, path_of("a"), &seen));
    assert_false(file_watch_find(w, path_of("a"), &seen));
    settled(w, "a");
}

static void test_two_have_read(void **state)
{
    file_watch_t *w = make();
    file_seen_t one, two;

    change("a");
    settled(w, "a");
    change("a");
    look(w);
    file_watch_find(w, path_of("a"), &one);
    file_watch_find(w, path_of("a"), &two);
    assert_true(file_watch_settle(w, path_of("a"), &one));
    assert_true(file_watch_settle(w, path_of("a"), &two));
    assert_true(file_watch_find(w, path_of("a"), &one));
}

static void test_writer_has_died(void **state)
{
    file_watch_t *w = make();
    file_seen_t seen;

    change("a");
    change("b");
    settled(w, "a");
    w->file[1].place = PLACE_TAKEN; /* and nothing more */
    settled(w, "b");
    change("b");
    look(w);
    assert_int_equal(file_watch_generation(w), 101);
    assert_false(file_watch_find(w, path_of("b"), &seen));
}

static void test_full(void **state)
{
    char longest[FILE_WATCH_PATH + 1];
    file_watch_t *w = make();
    file_seen_t seen;
    char name[16];
    int i;

    memset(longest, 'x', FILE_WATCH_PATH);
    longest[FILE_WATCH_PATH] = '\0';
    assert_false(file_watch_find(w, longest, &seen));
    assert_false(file_watch_settle(w, longest, &seen));
    assert_false(file_watch_find(w, longest + 1, &seen));
    assert_true(file_watch_settle(w, longest + 1, &seen));
    for (i = 1; i < FILE_WATCH_FILES; i++) {
        snprintf(name, sizeof(name), "%d", i);
        settled(w, name);
    }
    assert_false(file_watch_find(w, path_of("more"), &seen));
    assert_false(file_watch_settle(w, path_of("more"), &seen));
    assert_true(file_watch_find(w, path_of("1"), &seen));
}

int main(void)
{
    int failed;

    if (!mkdtemp(folder)) {
        return 1;
    }
    unit_add("changed, appeared, gone", test_changes, NULL);
    unit_add("changed before it was added", test_changed_before_it_was_added,
             NULL);
    unit_add("changed while it was read", test_changed_while_it_was_read, NULL);
    unit_add("two have read it", test_two_have_read, NULL);
    unit_add("a writer has died", test_writer_has_died, NULL);
    unit_add("full", test_full, NULL);
    failed = unit_run("file_watch");
    unlink(path_of("a"));
    unlink(path_of("b"));
    rmdir(folder);
    return failed;
}
