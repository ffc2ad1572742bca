/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_key_line.c: files of API keys.  Promises: a file is read to its end or
 * refused with a reason; each key of a good one is found by its hash, and by no
 * other. */
#include "fuzz.h"

#include "credentials/key_line.c"
#include "credentials/word_list.h"
#include "credentials/key_set.c"
#include "credentials/query_argument.c"
#include "credentials/usage_table.c"
#include "limits/rate.c"

#include <apr_general.h>

enum {
    ROWS = 16
};

static usage_row_t rows[ROWS];

static void check_set(const key_set_t *set)
{
    int i;

    for (i = 0; i < set->count; i++) {
        key_line_t line = set->entry[i].line;

        FUZZ_CHECK(line.label.len > 0 && line.label.len <= KEY_LABEL_MAX);
        FUZZ_CHECK(set->entry[i].row != NULL);
        FUZZ_CHECK(key_set_find(set, line.digest) == &set->entry[i]);
        line.digest[KEY_DIGEST - 1] ^= 1;
        FUZZ_CHECK(key_set_find(set, line.digest) != &set->entry[i]);
        FUZZ_CHECK(word_list_has(line.scopes, slice_str(NULL)));
    }
}

static void check_query(slice_t query)
{
    slice_t rest = query, argument, value = { NULL, 0 };
    size_t sum = 0;

    while (query_argument_next(&rest, &argument)) {
        sum += argument.len + 1;
        if (query_argument_name(argument).len < argument.len) {
            FUZZ_CHECK(
                query_argument(query, query_argument_name(argument), &value));
        }
    }
    FUZZ_CHECK(sum == (query.p ? query.len + 1 : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    usage_table_t usage = { rows, ROWS };
    slice_t text = slice_make((const char *)data, size);
    apr_pool_t *pool;
    const char *wrong;
    void *set = NULL;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    memset(rows, 0, sizeof(rows));
    wrong = key_set_make(&usage, text, &set, pool);
    FUZZ_CHECK(wrong || set);
    if (!wrong) {
        check_set(set);
    }
    check_query(text);
    apr_pool_destroy(pool);
    return 0;
}
