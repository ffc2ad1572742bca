/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_usage_file.c: files of what labels have used.  Promises: what is good
 * when it is looked at is good when it is taken, and then written and read
 * again as the same. */
#include "fuzz.h"

#include "credentials/usage_file.c"
#include "credentials/usage_table.c"
#include "limits/rate.c"

enum {
    ROWS = 8,
    DAY = 20778
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static usage_row_t rows[ROWS], others[ROWS];
    usage_table_t table = { rows, ROWS }, other = { others, ROWS };
    slice_t text = slice_make((const char *)data, size);
    char *first, *second;
    size_t len, room;

    memset(rows, 0, sizeof(rows));
    memset(others, 0, sizeof(others));
    if (usage_file_read(text, NULL) != 0) {
        return 0;
    }
    FUZZ_CHECK(usage_file_read(text, &table) == 0);
    room = usage_file_room(&table);
    first = malloc(room);
    second = malloc(room);
    len = usage_file_write(first, room, &table, DAY);
    FUZZ_CHECK(len <= room);
    FUZZ_CHECK(usage_file_read(slice_make(first, len), &other) == 0);
    FUZZ_CHECK(usage_file_write(second, room, &other, DAY) == len);
    free(first);
    free(second);
    return 0;
}
