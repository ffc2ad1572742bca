/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_path.c: empty segments, "." and ".." of a path (RFC 3986 5.2.4),
 * for relative ones too.  Layer L0.
 *
 * As ModSecurity does it, byte by byte, for rules were written against that:
 * a segment that only ends with ".." goes as well, the root's slash goes with
 * what was behind it unless the path ended with one, and of a row of slashes
 * and backslashes the last one is copied, as it is where it was not looked at
 * yet. */
#include "transform.h"

typedef struct {
    slice_t in;
    size_t at;     /* in it */
    size_t looked; /* backslashes up to there are slashes now */
    unsigned char *out;
    size_t n; /* bytes in out */
    int windows, relative;
    int at_root; /* ".." of a relative path found nothing more to remove */
} path_t;

static int is_separator(const path_t *p, size_t at)
{
    return p->in.p[at] == '/' || (p->windows && p->in.p[at] == '\\');
}

static unsigned char last_of(const path_t *p)
{
    return p->n ? p->out[p->n - 1] : 0;
}

/* Behind the slash in front of the segment that ends "..", or of the one before
 * it.  @return 0: there is nothing before it, and it stays */
static int go_up(path_t *p, int is_end)
{
    if (p->relative && (p->at_root || p->n <= 2)) {
        p->at_root = 1;
        return 0;
    }
    p->n = p->n > 3 ? p->n - 3 : 0;
    while (p->n && p->out[p->n] != '/') {
        p->n--;
    }
    if (p->n == 0) {
        p->at_root = 1;
        p->n = !p->relative && is_end;
    }
    return 1;
}

/* At a "." that ends a segment.  @return 1: it is not copied */
static int take_dot(path_t *p, int is_end)
{
    if (last_of(p) == '.') {
        return go_up(p, is_end);
    }
    if (p->n == 0) {
        return 1;
    }
    if (last_of(p) != '/') {
        return 0;
    }
    p->n -= !is_end;
    return 1;
}

/* Copies what stands at the place, a row of separators as one. */
static void copy(path_t *p)
{
    if (!is_separator(p, p->at)) {
        p->out[p->n++] = (unsigned char)p->in.p[p->at++];
        return;
    }
    while (p->at + 1 < p->in.len && is_separator(p, p->at + 1)) {
        p->at++;
    }
    if (!p->relative || p->n) {
        p->out[p->n++] =
            p->at > p->looked ? (unsigned char)p->in.p[p->at] : '/';
    }
    p->at++;
}

/* What is neither at the beginning nor at the end of a segment. */
static void copy_within(path_t *p)
{
    const char *in = p->in.p, other = p->windows ? '\\' : '/';
    size_t at = p->at, end = p->in.len - 1;

    while (at < end && in[at] != '/' && in[at] != other && in[at + 1] != '/'
           && in[at + 1] != other) {
        p->out[p->n++] = (unsigned char)in[at++];
    }
    p->at = at;
}

size_t transform_normalize_path(slice_t in, unsigned char *out, int windows)
{
    path_t p = { .in = in, .out = out, .windows = windows };

    if (in.len == 0) {
        return 0;
    }
    p.relative = !is_separator(&p, 0);
    while (p.at < in.len) {
        int is_end, ends_segment, is_slash;

        copy_within(&p);
        is_end = p.at + 1 == in.len;
        ends_segment = is_end || is_separator(&p, p.at + 1);
        is_slash = is_separator(&p, p.at);
        p.looked = p.at + 1;
        if (ends_segment && in.p[p.at] == '.' && take_dot(&p, is_end)) {
            p.at++;
            if (is_end) {
                break;
            }
        }
        else if (ends_segment && in.p[p.at] != '.' && (!is_slash || is_end)
                 && p.n) {
            p.at_root = 0;
        }
        copy(&p);
    }
    if (!is_separator(&p, in.len - 1) && last_of(&p) == '/') {
        p.n--;
    }
    return p.n;
}
