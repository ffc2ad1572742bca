/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_path.c: empty segments, "." and ".." of a path (RFC 3986 5.2.4),
 * for relative ones too.  Layer L0. */
#include "transform.h"

typedef struct {
    unsigned char *out;
    size_t n;
    size_t floor; /* ".." does not go above it */
} path_t;

static int is_segment(slice_t segment, const char *text)
{
    return slice_eq(segment, slice_str(text));
}

static void append(path_t *path, slice_t segment)
{
    memcpy(path->out + path->n, segment.p, segment.len);
    path->n += segment.len;
    path->out[path->n++] = '/';
}

/* Takes the last segment away; those of a relative path that has none left
 * stay. */
static void go_up(path_t *path, int relative)
{
    if (path->n <= path->floor) {
        if (relative) {
            append(path, SLICE_LIT(".."));
            path->floor = path->n;
        }
        return;
    }
    do {
        path->n--;
    } while (path->n > path->floor && path->out[path->n - 1] != '/');
}

static int is_separator(char c, int windows)
{
    return c == '/' || (windows && c == '\\');
}

static void add_segment(path_t *path, slice_t segment, int relative)
{
    if (segment.len == 0 || is_segment(segment, ".")) {
        return;
    }
    if (is_segment(segment, "..")) {
        go_up(path, relative);
    }
    else {
        append(path, segment);
    }
}

size_t transform_normalize_path(slice_t in, unsigned char *out, int windows)
{
    path_t path = { .out = out };
    int relative, trailing;
    size_t i, from = 0;

    if (in.len == 0) {
        return 0;
    }
    relative = !is_separator(in.p[0], windows);
    trailing = is_separator(in.p[in.len - 1], windows);
    if (!relative) {
        out[path.n++] = '/';
        path.floor = 1;
    }
    for (i = 0; i <= in.len; i++) {
        if (i == in.len || is_separator(in.p[i], windows)) {
            add_segment(&path, slice_make(in.p + from, i - from), relative);
            from = i + 1;
        }
    }
    if (path.n > (relative ? 0u : 1u) && !trailing) {
        path.n--;
    }
    return path.n;
}
