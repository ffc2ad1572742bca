/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_head_scan.c: the search for the end of a request head.  Byte 0: how the
 * bytes are cut.  Promises: however they come, each answer is that of a plain
 * look at all of them; what was scanned does not count again; once complete,
 * complete with every further byte. */
#include "fuzz.h"

#include "client/head_scan.c"

static size_t empty_line_at(const char *s, const char *end)
{
    if (s < end && *s == '\n') {
        return 1;
    }
    return end - s >= 2 && s[0] == '\r' && s[1] == '\n' ? 2 : 0;
}

static int says_version(const char *s, const char *end)
{
    for (; end - s >= 6; s++) {
        if (memcmp(s, " HTTP/", 6) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_complete(const char *s, size_t len)
{
    const char *end = s + len, *line;

    while (empty_line_at(s, end)) {
        s += empty_line_at(s, end);
    }
    for (line = s; line < end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        if (!lf) {
            return 0;
        }
        if (line == s && !says_version(s, lf)) {
            return 1;
        }
        line = lf + 1;
        if (empty_line_at(line, end)) {
            return 1;
        }
    }
    return 0;
}

static void in_pieces(const char *text, size_t size, uint8_t seed)
{
    size_t len = 0, scanned = 0;
    int done = 0;

    while (len < size && !done) {
        char *copy;
        size_t before = scanned, keep = scanned;

        len += fuzz_piece(seed, len, size - len);
        copy = fuzz_copy(text, len);
        /* all but the line under way and the end of the one before is gone */
        while (keep && copy[keep - 1] != '\n') {
            keep--;
        }
        if (keep > 4) {
            memset(copy, '?', keep - 4);
        }
        done = head_scan(copy, len, &scanned);
        FUZZ_CHECK(scanned >= before && scanned <= len);
        FUZZ_CHECK(done == is_complete(text, len));
        free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    size_t i;
    int done = 0;

    if (size < 2) {
        return 0;
    }
    size--;
    in_pieces(text, size, 255);
    in_pieces(text, size, 0);
    in_pieces(text, size, data[0]);
    for (i = 0; i <= size; i++) {
        FUZZ_CHECK(!done || is_complete(text, i));
        done = is_complete(text, i);
    }
    return 0;
}
