/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* list_lines_test.c: files with networks, good and broken. */
#include "unit.h"

#include "address/address.c"
#include "address/list_lines.c"

typedef struct {
    const char *name, *text;
    uint32_t count;
    uint32_t fault_line;
} file_case_t;

/* clang-format off */
static const file_case_t files[] = {
    { "nothing", "", 0, 0 },
    { "one without an end of line", "10.0.0.0/8", 1, 0 },
    { "some", "10.0.0.0/8\n192.0.2.1\n2001:db8::/32\n", 3, 0 },
    { "comments and empty lines", "# all\n\n  \n; more\n 10.0.0.0/8\n", 1, 0 },
    { "names behind", "10.0.0.0/8 office\n10.1.0.0/16;x\n192.0.2.1,DE\n"
      "192.0.2.2#a\n", 4, 0 },
    { "lines of Windows", "10.0.0.0/8\r\n192.0.2.1\r\n\r\n", 2, 0 },
    { "a wrong one", "10.0.0.0/8\n\n10.0.0.0/99\n192.0.2.1\n", 1, 3 },
    { "a name", "example.com\n", 0, 1 },
    { "bits behind the network", "10.0.0.1/8\n", 0, 1 },
    { "HTML", "<html>\n", 0, 1 },
    { "a column too early", ",10.0.0.0/8\n", 0, 1 },
};
/* clang-format on */

static void check_file(void **state)
{
    const file_case_t *row = *state;
    slice_t text = slice_str(row->text);
    network_entry_t entries[16];
    list_fault_t fault;

    assert_true(list_lines_count(text) < UNIT_COUNT(entries));
    assert_int_equal(list_lines_read(text, entries, &fault), row->count);
    assert_int_equal(fault.line, row->fault_line);
    assert_true((fault.reason != NULL) == (row->fault_line != 0));
}

static void check_values(void **state)
{
    network_entry_t entries[8];
    list_fault_t fault;
    slice_t text = SLICE_LIT("# list\n10.0.0.0/8\n\n192.0.2.0/24\n");

    (void)state;
    assert_int_equal(list_lines_read(text, entries, &fault), 2);
    assert_int_equal(entries[0].value, 2);
    assert_int_equal(entries[1].value, 4);
    assert_int_equal(entries[1].network.bits, 120);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(files); i++) {
        unit_add(files[i].name, check_file, &files[i]);
    }
    unit_add("numbers of lines", check_values, NULL);
    return unit_run("list lines");
}
