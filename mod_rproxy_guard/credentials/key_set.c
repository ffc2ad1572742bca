/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_set.c: see key_set.h.  Layer L1. */
#include "key_set.h"

#include <stdlib.h>

#include <apr_strings.h>
#include <apr_tables.h>

#include "same_bytes.h"

static int compare(const void *a, const void *b)
{
    return memcmp(((const key_entry_t *)a)->line.digest,
                  ((const key_entry_t *)b)->line.digest, KEY_DIGEST);
}

static const char *add(apr_array_header_t *entries, const usage_table_t *usage,
                       slice_t line)
{
    key_entry_t entry;
    const char *wrong = key_line_read(&entry.line, line);

    if (wrong || !entry.line.label.len) {
        return wrong;
    }
    entry.row = usage_table_row(usage, entry.line.label);
    if (!entry.row) {
        return "there are more labels than RProxyGuardUsage has room for";
    }
    APR_ARRAY_PUSH(entries, key_entry_t) = entry;
    return NULL;
}

static const char *find_twice(const key_set_t *set, apr_pool_t *pool)
{
    int i;

    for (i = 1; i < set->count; i++) {
        if (compare(&set->entry[i - 1], &set->entry[i]) == 0) {
            slice_t label = set->entry[i].line.label;

            return apr_psprintf(pool, "the key of %.*s is there twice",
                                (int)label.len, label.p);
        }
    }
    return NULL;
}

const char *key_set_make(void *usage, slice_t text, void **object,
                         apr_pool_t *pool)
{
    apr_array_header_t *entries = apr_array_make(pool, 16, sizeof(key_entry_t));
    const char *p = text.p, *end = p + text.len;
    key_set_t *set = apr_palloc(pool, sizeof(*set));
    int number;

    for (number = 1; p < end; number++) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        slice_t line = slice_make(p, (size_t)((eol ? eol : end) - p));
        const char *wrong = add(entries, usage, line);

        if (wrong) {
            return apr_psprintf(pool, "line %d: %s", number, wrong);
        }
        p = eol ? eol + 1 : end;
    }
    set->entry = (key_entry_t *)entries->elts;
    set->count = entries->nelts;
    qsort(set->entry, (size_t)set->count, sizeof(*set->entry), compare);
    *object = set;
    return find_twice(set, pool);
}

/* Of a hash: who knows where it ends up among others does not know the key. */
static int first_from(const key_set_t *set, const unsigned char *digest)
{
    int low = 0, high = set->count;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (memcmp(set->entry[middle].line.digest, digest, sizeof(uint64_t))
            < 0) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

const key_entry_t *key_set_find(const key_set_t *set,
                                const unsigned char *digest)
{
    int i;

    for (i = first_from(set, digest);
         i < set->count
         && memcmp(set->entry[i].line.digest, digest, sizeof(uint64_t)) == 0;
         i++) {
        if (same_bytes(set->entry[i].line.digest, digest, KEY_DIGEST)) {
            return &set->entry[i];
        }
    }
    return NULL;
}
