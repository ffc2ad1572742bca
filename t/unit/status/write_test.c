/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* write_test.c: blocks join without a seam; numbers. */
#include "unit.h"

#include "view_fixture.h"

/* A prime length, so that lines end at every place of a block. */
static void write_lines(writer_t *w, const status_view_t *unused)
{
    int i;

    for (i = 0; i < 10000; i++) {
        write_format(w, "%06d\n", i);
    }
}

static void check_blocks(void **state)
{
    const char *text = rendered(write_lines, NULL);
    char line[16];
    int i;

    assert_int_equal(strlen(text), 70000);
    for (i = 0; i < 10000; i++) {
        snprintf(line, sizeof(line), "%06d\n", i);
        assert_memory_equal(text + (size_t)i * 7, line, 7);
    }
}

static void write_numbers(writer_t *w, const status_view_t *unused)
{
    static const int64_t numbers[] = { 0, 7, -7, INT64_MAX, INT64_MIN };
    size_t i;

    for (i = 0; i < UNIT_COUNT(numbers); i++) {
        write_number(w, numbers[i]);
        write_text(w, " ");
    }
    write_ms(w, 0);
    write_text(w, " ");
    write_ms(w, 1000020);
    write_text(w, " ");
    write_seconds(w, 1000020);
}

static void check_numbers(void **state)
{
    assert_string_equal(rendered(write_numbers, NULL),
                        "0 7 -7 9223372036854775807 -9223372036854775808 "
                        "0.000 1000.020 1.000020");
}

static void write_nothing(writer_t *w, const status_view_t *unused)
{
    write_text(w, "");
    writer_end(w);
}

static void check_nothing(void **state)
{
    assert_string_equal(rendered(write_nothing, NULL), "");
}

int main(void)
{
    unit_add("text over many blocks", check_blocks, NULL);
    unit_add("numbers", check_numbers, NULL);
    unit_add("nothing at all", check_nothing, NULL);
    return fixture_run("status writer");
}
