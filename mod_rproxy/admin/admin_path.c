/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_path.c: see admin_path.h.  Layer L0. */
#include "admin_path.h"

/* Cuts off what is behind the last "/". */
static slice_t take_last(slice_t *path)
{
    size_t at = path->len;
    slice_t last;

    while (at && path->p[at - 1] != '/') {
        at--;
    }
    last = slice_make(path->p + at, path->len - at);
    path->len = at ? at - 1 : 0;
    return last;
}

void admin_path_read(admin_path_t *out, slice_t path)
{
    out->verb = take_last(&path);
    out->group = take_last(&path);
    if (!out->group.len || !out->verb.len) {
        out->group = out->verb = slice_make(NULL, 0);
    }
}
