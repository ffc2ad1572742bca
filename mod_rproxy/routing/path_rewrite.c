/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_rewrite.c: joins a new prefix, the rest of a path and a query.
 * Layer L0. */
#include "path_rewrite.h"

static void append(char *out, size_t *len, slice_t s)
{
    if (s.len) {
        memcpy(out + *len, s.p, s.len);
        *len += s.len;
    }
}

/* What is left of the path behind the cut, with the slash before it. */
static slice_t rest_of(const path_rewrite_t *in)
{
    size_t cut = in->cut < in->path.len ? in->cut : in->path.len;

    if (cut > 0 && cut < in->path.len && in->path.p[cut - 1] == '/') {
        cut--;
    }
    return slice_make(in->path.p + cut, in->path.len - cut);
}

path_rewrite_e path_rewrite(const path_rewrite_t *in, char *out, size_t room,
                            slice_t *target)
{
    slice_t rest = rest_of(in), with = in->with;
    size_t len = 0;

    if (rest.len && with.len && with.p[with.len - 1] == '/') {
        with.len--;
    }
    if (with.len + rest.len == 0) {
        rest = SLICE_LIT("/");
    }
    if (room < with.len + rest.len + in->query.len) {
        return PATH_REWRITE_NO_ROOM;
    }
    append(out, &len, with);
    append(out, &len, rest);
    append(out, &len, in->query);
    *target = slice_make(out, len);
    return PATH_REWRITE_OK;
}
