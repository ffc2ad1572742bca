/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_route.c: parameters of a URL, and the end of a session's id.
 * Layer L0. */
#include "sticky_route.h"

static int begins_parameter(char c)
{
    return c == ';' || c == '?' || c == '&';
}

/* A path's parameter also ends where its segment does. */
static size_t value_len(const char *p, size_t left, int in_query)
{
    size_t len = 0;

    while (len < left && !begins_parameter(p[len]) && p[len] != '#'
           && (in_query || p[len] != '/')) {
        len++;
    }
    return len;
}

int sticky_route_parameter(slice_t target, slice_t name, slice_t *value)
{
    int in_query = 0;
    size_t i;

    for (i = 0; i < target.len; i++) {
        const char *p = target.p + i + 1;
        size_t left = target.len - i - 1, len;

        in_query |= target.p[i] == '?';
        if (!begins_parameter(target.p[i]) || name.len == 0 || left <= name.len
            || memcmp(p, name.p, name.len) != 0 || p[name.len] != '=') {
            continue;
        }
        p += name.len + 1;
        left -= name.len + 1;
        len = value_len(p, left, in_query);
        if (len) {
            *value = slice_make(p, len);
            return 1;
        }
    }
    return 0;
}

int sticky_route_of(slice_t value, char separator, slice_t *route)
{
    const char *at;
    size_t skip = 0;

    if (separator) {
        at = value.len ? memchr(value.p, separator, value.len) : NULL;
        if (!at) {
            return 0;
        }
        skip = (size_t)(at - value.p) + 1;
    }
    if (skip >= value.len) {
        return 0;
    }
    *route = slice_make(value.p + skip, value.len - skip);
    return 1;
}
