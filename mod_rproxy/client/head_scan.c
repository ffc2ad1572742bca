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

int head_scan(const char *buf, size_t len, size_t *scanned)
{
    size_t start = 0, at = *scanned;

    while (start < len && (buf[start] == '\r' || buf[start] == '\n')) {
        start++;
    }
    if (at < start) {
        at = start;
    }
    while (at < len) {
        const char *lf = memchr(buf + at, '\n', len - at);
        size_t next;

        if (!lf) {
            /* the first line is looked at whole */
            *scanned = at == start ? start : len;
            return 0;
        }
        next = (size_t)(lf - buf) + 1;
        if (at == start && !has_version(buf + start, next - start)) {
            return 1; /* HTTP/0.9 has no more lines */
        }
        if (next < len && buf[next] == '\n') {
            return 1;
        }
        if (next + 1 < len && buf[next] == '\r' && buf[next + 1] == '\n') {
            return 1;
        }
        if (next + 1 >= len) {
            *scanned = next - 1; /* the next bytes decide */
            return 0;
        }
        at = next;
    }
    *scanned = at;
    return 0;
}
