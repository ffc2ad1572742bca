/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_path.c: request targets on their way to an upstream.  Byte 0: flags of
 * path_normalize, byte 1: where path_rewrite cuts.
 * Promises: a normalised path is not longer, normalises to itself, in place or
 * not; without merging it is what RFC 3986 section 5.2.4 says step by step;
 * even an origin that unescapes everything, takes backslashes for slashes and
 * drops parameters finds no dot segment; what is rewritten begins with a slash
 * and fits the room announced. */
#include "fuzz.h"

#include "routing/path_normalize.c"
#include "routing/path_rewrite.c"

typedef struct {
    char *p;
    size_t len;
} text_t;

static text_t text_new(size_t room)
{
    text_t t = { malloc(room + 1), 0 };

    FUZZ_CHECK(t.p != NULL);
    return t;
}

static int starts_with(slice_t s, const char *word)
{
    size_t len = strlen(word);

    return s.len >= len && memcmp(s.p, word, len) == 0;
}

static unsigned char unescape(slice_t s)
{
    char digits[3] = { s.p[1], s.p[2], '\0' };

    return (unsigned char)strtoul(digits, NULL, 16);
}

/* All escapes undone, or those of unreserved bytes only, the others in upper
 * case.  The path was accepted before, so its escapes are whole. */
static text_t unescape_path(slice_t s, int all)
{
    text_t out = text_new(s.len);

    while (s.len) {
        unsigned char byte = (unsigned char)s.p[0];
        size_t used = 1;

        if (byte == '%') {
            FUZZ_CHECK(s.len >= 3);
            byte = unescape(s);
            used = 3;
        }
        if (used == 1 || all || is_unreserved(byte)) {
            out.p[out.len++] = (char)byte;
        }
        else {
            out.len += (size_t)snprintf(out.p + out.len, 4, "%%%02X", byte);
        }
        s = slice_make(s.p + used, s.len - used);
    }
    return out;
}

/* The steps A to E of RFC 3986 section 5.2.4, as they stand there. */
static text_t remove_dot_segments(slice_t in)
{
    text_t out = text_new(in.len);

    while (in.len) {
        size_t skip = 0, segment;

        if (starts_with(in, "/./")) {
            skip = 2;
        }
        else if (slice_eq(in, SLICE_LIT("/."))) {
            in = SLICE_LIT("/");
        }
        else if (starts_with(in, "/../") || slice_eq(in, SLICE_LIT("/.."))) {
            skip = 3;
            while (out.len && out.p[--out.len] != '/') {
            }
            if (in.len == 3) {
                in = SLICE_LIT("/");
                skip = 0;
            }
        }
        else {
            const char *slash = memchr(in.p + 1, '/', in.len - 1);

            segment = slash ? (size_t)(slash - in.p) : in.len;
            memcpy(out.p + out.len, in.p, segment);
            out.len += segment;
            skip = segment;
        }
        in = slice_make(in.p + skip, in.len - skip);
    }
    return out;
}

static void check_as_in_rfc(slice_t path, slice_t result)
{
    text_t plain = unescape_path(path, 0);
    text_t expect = remove_dot_segments(slice_make(plain.p, plain.len));

    FUZZ_CHECK(slice_eq(result, slice_make(expect.p, expect.len)));
    free(plain.p);
    free(expect.p);
}

/* Reads the path as carelessly as any origin may. */
static void check_no_dot_segment(slice_t result)
{
    text_t plain = unescape_path(result, 1);
    size_t i, start = 0;

    plain.p[plain.len] = '/';
    for (i = 0; i <= plain.len; i++) {
        if (plain.p[i] == '/' || plain.p[i] == '\\') {
            slice_t segment = slice_make(plain.p + start, i - start);
            const char *parameter =
                segment.len ? memchr(segment.p, ';', segment.len) : NULL;

            if (parameter) {
                segment.len = (size_t)(parameter - segment.p);
            }
            FUZZ_CHECK(!slice_eq(segment, SLICE_LIT(".")));
            FUZZ_CHECK(!slice_eq(segment, SLICE_LIT("..")));
            start = i + 1;
        }
    }
    free(plain.p);
}

static void check_bytes(slice_t result, unsigned flags)
{
    size_t i;

    FUZZ_CHECK(result.len > 0 && result.p[0] == '/');
    for (i = 0; i < result.len; i++) {
        FUZZ_CHECK(result.p[i] > ' ' && result.p[i] < 0x7f);
        FUZZ_CHECK(!memchr("?#\\", result.p[i], 3));
        FUZZ_CHECK(!(flags & PATH_MERGE_SLASHES) || i == 0 || result.p[i] != '/'
                   || result.p[i - 1] != '/');
    }
}

static void check_rewritten(slice_t path, slice_t query, size_t cut)
{
    path_rewrite_t in = { path, query, cut, { "/v2", cut % 4 } };
    size_t room = path_rewrite_room(&in);
    char *out = malloc(room);
    slice_t target;

    FUZZ_CHECK(out != NULL);
    FUZZ_CHECK(path_rewrite(&in, out, room, &target) == PATH_REWRITE_OK);
    FUZZ_CHECK(target.p[0] == '/' && target.len <= room);
    FUZZ_CHECK(
        slice_eq(slice_make(target.p + target.len - query.len, query.len),
                 query));
    free(out);
}

/* Segment ends are where a route may have matched. */
static void check_every_cut(slice_t path, slice_t query, uint8_t seed)
{
    size_t cut;

    for (cut = seed % 4; cut <= path.len; cut++) {
        if (cut == 0 || cut == path.len || path.p[cut] == '/'
            || path.p[cut - 1] == '/') {
            check_rewritten(path, query, cut);
        }
    }
}

static void check_path(slice_t path, slice_t query, unsigned flags,
                       uint8_t seed)
{
    char *out = malloc(path.len), *own = fuzz_copy(path.p, path.len);
    slice_t result, again, in_place;
    path_e status = path_normalize(path, flags, out, path.len, &result);
    path_e same = path_normalize(slice_make(own, path.len), flags, own,
                                 path.len, &in_place);

    FUZZ_CHECK(same == status);
    FUZZ_CHECK(strcmp(path_result_text(status), "unknown") != 0);
    if (status == PATH_OK) {
        FUZZ_CHECK(result.len <= path.len);
        FUZZ_CHECK(slice_eq(result, in_place));
        check_bytes(result, flags);
        check_no_dot_segment(result);
        if (!(flags & PATH_MERGE_SLASHES)) {
            check_as_in_rfc(path, result);
        }
        check_every_cut(result, query, seed);
        FUZZ_CHECK(path_normalize(result, flags, own, path.len, &again)
                   == PATH_OK);
        FUZZ_CHECK(slice_eq(again, result));
    }
    free(out);
    free(own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t path, query, encoded;
    char *target, *room;
    path_e status;

    if (size < 2) {
        return 0;
    }
    target = fuzz_copy(data + 2, size - 2);
    status = path_split_target(slice_make(target, size - 2), &path, &query);
    if (status == PATH_OK) {
        FUZZ_CHECK(path.len + query.len == size - 2);
        check_path(path, query, data[0], data[1]);
        room = malloc(PATH_ENCODE_ROOM(path.len));
        FUZZ_CHECK(path_encode(path, room, PATH_ENCODE_ROOM(path.len), &encoded)
                   == PATH_OK);
        check_path(encoded, query, data[0], data[1]);
        free(room);
    }
    free(target);
    return 0;
}
