/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* field_names.c: see field_names.h.  Layer L1. */
#include "field_names.h"

#include "http1/h1_slice.h"

static unsigned char folded(char c)
{
    return c == '_' ? '-' : slice_lower((unsigned char)c);
}

static int is_taken_for(const char *a, const char *b)
{
    while (*a && folded(*a) == folded(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

void field_names_remove(apr_table_t *fields, const char *name)
{
    const apr_array_header_t *all = apr_table_elts(fields);
    int i = 0;

    while (i < all->nelts) {
        const char *key = ((const apr_table_entry_t *)all->elts)[i].key;

        if (is_taken_for(key, name)) {
            apr_table_unset(fields, key); /* others move up */
            i = 0;
        }
        else {
            i++;
        }
    }
}
