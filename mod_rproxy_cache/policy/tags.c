/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* tags.c: cuts lists of tags into tags.  Layer L0. */
#include "tags.h"

static int is_separator(char c)
{
    return c == ',' || c == ' ' || c == '\t';
}

int tags_next(slice_t *rest, slice_t *tag)
{
    size_t len = 0;

    while (rest->len && is_separator(rest->p[0])) {
        rest->p++;
        rest->len--;
    }
    while (len < rest->len && !is_separator(rest->p[len])) {
        len++;
    }
    *tag = slice_make(rest->p, len);
    if (len) {
        rest->p += len;
        rest->len -= len;
    }
    return len > 0;
}
