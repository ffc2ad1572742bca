/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* query_argument.c: see query_argument.h.  Layer L0. */
#include "query_argument.h"

int query_argument_next(slice_t *rest, slice_t *argument)
{
    const char *end;

    if (!rest->p) {
        return 0;
    }
    end = rest->len ? memchr(rest->p, '&', rest->len) : NULL;
    if (!end) {
        *argument = *rest;
        *rest = slice_make(NULL, 0);
        return 1;
    }
    *argument = slice_make(rest->p, (size_t)(end - rest->p));
    *rest = slice_make(end + 1, rest->len - argument->len - 1);
    return 1;
}

slice_t query_argument_name(slice_t argument)
{
    const char *equals =
        argument.len ? memchr(argument.p, '=', argument.len) : NULL;

    return equals ? slice_make(argument.p, (size_t)(equals - argument.p))
                  : argument;
}

int query_argument(slice_t query, slice_t name, slice_t *value)
{
    slice_t argument;

    while (query_argument_next(&query, &argument)) {
        slice_t found = query_argument_name(argument);

        if (slice_eq(found, name) && found.len < argument.len) {
            *value = slice_make(found.p + found.len + 1,
                                argument.len - found.len - 1);
            return 1;
        }
    }
    return 0;
}
