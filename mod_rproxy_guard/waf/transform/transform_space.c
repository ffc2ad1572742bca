/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_space.c: spaces, NUL bytes, comments, the tricks of command lines.
 * Layer L0. */
#include "transform.h"

#include "char_kind.h"

static int is_blank(unsigned char c)
{
    return char_is_space(c) || c == NO_BREAK_SPACE;
}

size_t transform_compress_whitespace(slice_t in, unsigned char *out)
{
    size_t i, n = 0;
    int in_run = 0;

    for (i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.p[i];
        int blank = is_blank(c);

        if (!blank || !in_run) {
            out[n++] = blank ? ' ' : c;
        }
        in_run = blank;
    }
    return n;
}

size_t transform_remove_whitespace(slice_t in, unsigned char *out)
{
    size_t i, n = 0;

    for (i = 0; i < in.len; i++) {
        if (!is_blank((unsigned char)in.p[i])) {
            out[n++] = (unsigned char)in.p[i];
        }
    }
    return n;
}

size_t transform_trim(slice_t in, unsigned char *out, int left, int right)
{
    while (left && in.len && char_is_space((unsigned char)in.p[0])) {
        in.p++;
        in.len--;
    }
    while (right && in.len && char_is_space((unsigned char)in.p[in.len - 1])) {
        in.len--;
    }
    if (in.len) {
        memcpy(out, in.p, in.len);
    }
    return in.len;
}

size_t transform_remove_nulls(slice_t in, unsigned char *out)
{
    size_t i, n = 0;

    for (i = 0; i < in.len; i++) {
        if (in.p[i]) {
            out[n++] = (unsigned char)in.p[i];
        }
    }
    return n;
}

size_t transform_replace_nulls(slice_t in, unsigned char *out)
{
    size_t i;

    for (i = 0; i < in.len; i++) {
        out[i] = in.p[i] ? (unsigned char)in.p[i] : ' ';
    }
    return in.len;
}

static int begins(slice_t in, size_t at, const char *text)
{
    size_t length = strlen(text);

    return in.len - at >= length && memcmp(in.p + at, text, length) == 0;
}

/* One that does not end goes to the end. */
size_t transform_replace_comments(slice_t in, unsigned char *out)
{
    size_t i = 0, n = 0;
    int inside = 0;

    while (i < in.len) {
        if (begins(in, i, inside ? "*/" : "/*")) {
            inside = !inside;
            i += 2;
            if (!inside) {
                out[n++] = ' ';
            }
        }
        else if (inside) {
            i++;
        }
        else {
            out[n++] = (unsigned char)in.p[i++];
        }
    }
    if (inside) {
        out[n++] = ' ';
    }
    return n;
}

size_t transform_remove_comments_char(slice_t in, unsigned char *out)
{
    static const char *const marks[] = { "/*", "*/", "<!--", "-->", "--", "#" };
    size_t i = 0, n = 0, k;

    while (i < in.len) {
        for (k = 0; k < sizeof(marks) / sizeof(*marks); k++) {
            if (begins(in, i, marks[k])) {
                i += strlen(marks[k]);
                break;
            }
        }
        if (k == sizeof(marks) / sizeof(*marks)) {
            out[n++] = (unsigned char)in.p[i++];
        }
    }
    return n;
}

enum {
    PLAIN,
    GOES,
    PARTS
};

static const unsigned char command_kinds[256] = {
    ['"'] = GOES,   ['\''] = GOES,  ['\\'] = GOES, ['^'] = GOES,
    [' '] = PARTS,  [','] = PARTS,  [';'] = PARTS, ['\t'] = PARTS,
    ['\r'] = PARTS, ['\n'] = PARTS,
};

/* Quotes, carets and backslashes go; what parts words becomes one space, and
 * that goes in front of "/" and "(".  Ends at a NUL. */
size_t transform_command_line(slice_t in, unsigned char *out)
{
    size_t i, n = 0;
    int in_run = 0;

    for (i = 0; i < in.len && in.p[i]; i++) {
        unsigned char c = (unsigned char)in.p[i];

        if (command_kinds[c] == GOES) {
            continue;
        }
        if (command_kinds[c] == PARTS) {
            if (!in_run) {
                out[n++] = ' ';
            }
            in_run = 1;
            continue;
        }
        if (in_run && (c == '/' || c == '(')) {
            n--;
        }
        out[n++] = slice_lower(c);
        in_run = 0;
    }
    return n;
}
