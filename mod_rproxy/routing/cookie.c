/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cookie.c: pairs between semicolons.  Layer L0. */
#include "cookie.h"

int cookie_next(slice_t *rest, slice_t *name, slice_t *value)
{
    while (rest->len) {
        const char *end = memchr(rest->p, ';', rest->len);
        size_t pair_len = end ? (size_t)(end - rest->p) : rest->len;
        slice_t pair = slice_make(rest->p, pair_len);
        size_t used = pair_len + (end ? 1 : 0);
        const char *equals = memchr(pair.p, '=', pair.len);

        rest->p += used;
        rest->len -= used;
        if (!equals) {
            continue;
        }
        pair_len = (size_t)(equals - pair.p);
        *name = slice_trim(slice_make(pair.p, pair_len));
        *value = slice_trim(slice_make(equals + 1, pair.len - pair_len - 1));
        if (name->len) {
            return 1;
        }
    }
    return 0;
}

int cookie_find(const h1_field_t *fields, size_t count, slice_t name,
                slice_t *value)
{
    size_t i;

    for (i = 0; i < count; i++) {
        slice_t rest = fields[i].value, found, candidate;

        if (!slice_eq_nocase(fields[i].name, SLICE_LIT("Cookie"))) {
            continue;
        }
        while (cookie_next(&rest, &found, &candidate)) {
            if (slice_eq(found, name)) {
                *value = candidate;
                return 1;
            }
        }
    }
    return 0;
}
