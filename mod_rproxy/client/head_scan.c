/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* head_scan.c: looks for the empty line.  Layer L0. */
#include "head_scan.h"

#include <string.h>

static int has_version(const char *line, size_t len)
{
    size_t i;

    for (i = 0; i + 6 <= len; i++) {
        if (line[i] == ' ' && memcmp(line + i + 1, "HTTP/", 5) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Where the request line begins, or a CR whose LF is still to come. */
static size_t skip_blank_lines(const char *buf, size_t len, size_t at)
{
    while (at < len) {
        if (buf[at] == '\n') {
            at++;
        }
        else if (buf[at] == '\r' && at + 1 < len && buf[at + 1] == '\n') {
            at += 2;
        }
        else {
            break;
        }
    }
    return at;
}

/* Begins the line at the start, or behind an empty one?  Another empty one
 * would have ended the head. */
static int is_first_line(const char *buf, size_t begin)
{
    if (begin == 0) {
        return 1;
    }
    begin--;
    if (begin && buf[begin - 1] == '\r') {
        begin--;
    }
    return begin == 0 || buf[begin - 1] == '\n';
}

static size_t line_begin(const char *buf, size_t at)
{
    while (at && buf[at - 1] != '\n') {
        at--;
    }
    return at;
}

static int is_empty_line(const char *buf, size_t len, size_t at)
{
    return (at < len && buf[at] == '\n')
           || (at + 1 < len && buf[at] == '\r' && buf[at + 1] == '\n');
}

/* *scanned stands behind a line end, or at 0, only before the request line;
 * later it stands within a line, at its LF at the latest. */
int head_scan(const char *buf, size_t len, size_t *scanned)
{
    size_t at = *scanned, begin;
    const char *lf;

    if (!at || buf[at - 1] == '\n') {
        *scanned = at = skip_blank_lines(buf, len, at);
        if (at == len || (at + 1 == len && buf[at] == '\r')) {
            return 0;
        }
    }
    for (;;) {
        lf = memchr(buf + at, '\n', len - at);
        if (!lf) {
            *scanned = len;
            return 0;
        }
        begin = line_begin(buf, at);
        at = (size_t)(lf - buf);
        if (is_first_line(buf, begin)
            && !has_version(buf + begin, at - begin)) {
            return 1; /* HTTP/0.9 has no more lines */
        }
        *scanned = at++;
        if (is_empty_line(buf, len, at)) {
            return 1;
        }
        if (at + 1 >= len) {
            return 0; /* the next bytes decide */
        }
    }
}
