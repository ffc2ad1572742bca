/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_normalize.c: one pass over a path, segment by segment.  Layer L0.
 * RFC 3986 sections 2.3 (unreserved), 3.3 (path), 5.2.4 (dot segments). */
#include "path_normalize.h"

typedef enum {
    SEGMENT_PLAIN,
    SEGMENT_DOT,
    SEGMENT_DOT_DOT,
    SEGMENT_TRICK
} segment_e;

static int is_unreserved(unsigned char c)
{
    unsigned char lower = slice_lower(c);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-'
           || c == '.' || c == '_' || c == '~';
}

static int is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* pchar without the escapes. */
static int is_segment_byte(unsigned char c)
{
    static const char others[] = "!$&'()*+,;=:@";

    return is_unreserved(c) || memchr(others, c, sizeof(others) - 1) != NULL;
}

static int is_encodable(unsigned char c)
{
    static const char plain[] = " \"<>^`{|}";

    return c >= 0x80 || memchr(plain, c, sizeof(plain) - 1) != NULL;
}

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = slice_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_escape(char *out, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";

    out[0] = '%';
    out[1] = digits[byte >> 4];
    out[2] = digits[byte & 15];
}

/* Copies the escape in p[0..3) in its one spelling.  out may be p. */
static path_e copy_escape(const char *p, size_t left, unsigned flags, char *out,
                          size_t *out_len)
{
    int high = left < 3 ? -1 : hex_digit((unsigned char)p[1]);
    int low = left < 3 ? -1 : hex_digit((unsigned char)p[2]);
    unsigned char byte = (unsigned char)(high * 16 + low);

    if (high < 0 || low < 0) {
        return PATH_BAD_ESCAPE;
    }
    if (is_control(byte)) {
        return PATH_CONTROL;
    }
    if (is_unreserved(byte)) {
        out[(*out_len)++] = (char)byte;
        return PATH_OK;
    }
    put_escape(out + *out_len, byte);
    *out_len += 3;
    if ((byte == '/' || byte == '\\') && !(flags & PATH_ALLOW_ESCAPED_SLASH)) {
        return PATH_ESCAPED_SLASH;
    }
    return PATH_OK;
}

/* Copies the bytes of one segment in their one spelling, at most as many as
 * there were. */
static path_e copy_segment(slice_t segment, unsigned flags, char *out,
                           size_t *out_len)
{
    size_t i;

    *out_len = 0;
    for (i = 0; i < segment.len; i++) {
        unsigned char c = (unsigned char)segment.p[i];

        if (c == '%') {
            path_e status = copy_escape(segment.p + i, segment.len - i, flags,
                                        out, out_len);

            if (status != PATH_OK) {
                return status;
            }
            i += 2;
        }
        else if (is_segment_byte(c)) {
            out[(*out_len)++] = (char)c;
        }
        else {
            return is_control(c) ? PATH_CONTROL : PATH_BAD_BYTE;
        }
    }
    return PATH_OK;
}

static int is_dots(slice_t s)
{
    return (s.len == 1 || s.len == 2) && s.p[0] == '.' && s.p[s.len - 1] == '.';
}

static int has_escape(slice_t s, size_t at, const char escape[4])
{
    return s.len - at >= 3 && memcmp(s.p + at, escape, 3) == 0;
}

/* Some origins take "%2F" and "%5C" for separators and drop what follows ";"
 * from a segment.  Would one of the pieces then be a dot segment?
 * @param segment  not itself a dot segment */
static int has_hidden_dots(slice_t segment)
{
    size_t at, start = 0;

    for (at = 0; at < segment.len; at++) {
        int separator =
            has_escape(segment, at, "%2F") || has_escape(segment, at, "%5C");
        int parameter = segment.p[at] == ';' || has_escape(segment, at, "%3B");

        if ((separator || parameter)
            && is_dots(slice_make(segment.p + start, at - start))) {
            return 1;
        }
        start = separator ? at + 3 : start;
    }
    return is_dots(slice_make(segment.p + start, segment.len - start));
}

static segment_e segment_kind(slice_t segment)
{
    if (!segment.len || !memchr(segment.p, '.', segment.len)) {
        return SEGMENT_PLAIN;
    }
    if (is_dots(segment)) {
        return segment.len == 1 ? SEGMENT_DOT : SEGMENT_DOT_DOT;
    }
    return has_hidden_dots(segment) ? SEGMENT_TRICK : SEGMENT_PLAIN;
}

/* Length of out without its last segment and the slash before it. */
static size_t parent_len(const char *out, size_t len)
{
    while (out[--len] != '/') {
    }
    return len;
}

/* Appends "/" and the segment to out, or does what the dot segment says.
 * @param last  no slash follows: a dot segment then leaves its own */
static path_e append_segment(slice_t segment, int last, unsigned flags,
                             char *out, size_t *len)
{
    size_t copied;
    path_e status = copy_segment(segment, flags, out + *len + 1, &copied);

    out[*len] = '/';
    if (status != PATH_OK) {
        return status;
    }
    switch (segment_kind(slice_make(out + *len + 1, copied))) {
    case SEGMENT_PLAIN:
        if (copied > 0 || last || !(flags & PATH_MERGE_SLASHES)) {
            *len += 1 + copied;
        }
        return PATH_OK;
    case SEGMENT_DOT:
        break;
    case SEGMENT_DOT_DOT:
        if (*len == 0) {
            return PATH_ABOVE_ROOT;
        }
        *len = parent_len(out, *len);
        break;
    case SEGMENT_TRICK:
        return PATH_DOT_TRICK;
    }
    if (last) {
        out[(*len)++] = '/';
    }
    return PATH_OK;
}

const char *path_result_text(path_e result)
{
    static const char *const texts[] = {
#define X(id, text) text,
        PATH_RESULTS(X)
#undef X
    };

    return (size_t)result < sizeof(texts) / sizeof(*texts) ? texts[result]
                                                           : "unknown";
}

path_e path_split_target(slice_t target, slice_t *path, slice_t *query)
{
    const char *mark;
    size_t i, path_len;

    if (target.len == 0 || target.p[0] != '/') {
        return PATH_NOT_ABSOLUTE;
    }
    for (i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.p[i];

        if (is_control(c)) {
            return PATH_CONTROL;
        }
        if (c == ' ' || c == '#') {
            return PATH_BAD_BYTE;
        }
    }
    mark = memchr(target.p, '?', target.len);
    path_len = mark ? (size_t)(mark - target.p) : target.len;
    *path = slice_make(target.p, path_len);
    *query = slice_make(target.p + path_len, target.len - path_len);
    return PATH_OK;
}

path_e path_encode(slice_t path, char *out, size_t room, slice_t *result)
{
    size_t i, len = 0;

    for (i = 0; i < path.len && !is_encodable((unsigned char)path.p[i]); i++) {
    }
    if (i == path.len) {
        *result = path;
        return PATH_OK;
    }
    if (room / 3 < path.len) {
        return PATH_NO_ROOM;
    }
    for (i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.p[i];

        if (is_encodable(c)) {
            put_escape(out + len, c);
            len += 3;
        }
        else {
            out[len++] = (char)c;
        }
    }
    *result = slice_make(out, len);
    return PATH_OK;
}

path_e path_normalize(slice_t path, unsigned flags, char *out, size_t room,
                      slice_t *result)
{
    size_t at = 0, len = 0;

    if (path.len == 0 || path.p[0] != '/') {
        return PATH_NOT_ABSOLUTE;
    }
    if (room < path.len) {
        return PATH_NO_ROOM;
    }
    while (at < path.len) { /* path.p[at] is a slash */
        const char *begin = path.p + at + 1;
        size_t left = path.len - at - 1;
        const char *slash = memchr(begin, '/', left);
        size_t segment_len = slash ? (size_t)(slash - begin) : left;
        path_e status = append_segment(slice_make(begin, segment_len), !slash,
                                       flags, out, &len);

        if (status != PATH_OK) {
            return status;
        }
        at += 1 + segment_len;
    }
    *result = slice_make(out, len);
    return PATH_OK;
}
