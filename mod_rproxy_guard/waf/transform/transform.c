/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform.c: the table of transformations.  Layer L0. */
#include "transform.h"

static const struct {
    slice_t name;
    slice_t bytes; /* "*": any value */
} kinds[] = {
#define X(id, name, bytes) { SLICE_LIT(name), SLICE_LIT(bytes) },
    TRANSFORMS(X)
#undef X
};

int transform_find(slice_t name)
{
    int i;

    for (i = 0; i < TRANSFORM_COUNT; i++) {
        if (slice_eq_nocase(name, kinds[i].name)) {
            return i;
        }
    }
    if (slice_eq_nocase(name, SLICE_LIT("normalisePath"))) {
        return TRANSFORM_NORMALIZE_PATH;
    }
    if (slice_eq_nocase(name, SLICE_LIT("normalisePathWin"))) {
        return TRANSFORM_NORMALIZE_PATH_WIN;
    }
    return -1;
}

const char *transform_name(transform_e transform)
{
    return kinds[transform].name.p;
}

/* Those that change any value stand with a single "*", which is a byte of its
 * own for replaceComments: its values have both bytes of its openings. */
static int is_always(transform_e transform)
{
    return transform != TRANSFORM_REPLACE_COMMENTS
           && slice_eq(kinds[transform].bytes, SLICE_LIT("*"));
}

/* "." and ".." are segments of their own, behind a separator or alone. */
static int takes_dots(transform_e transform)
{
    return transform == TRANSFORM_NORMALIZE_PATH
           || transform == TRANSFORM_NORMALIZE_PATH_WIN;
}

int transform_trigger(transform_e transform, int ends_dot, byte_set_t *bytes)
{
    static const byte_set_t not_ascii = { { 1, 0, UINT64_MAX, UINT64_MAX } };

    *bytes = transform == TRANSFORM_UTF8_TO_UNICODE
                 ? not_ascii
                 : byte_set_of(kinds[transform].bytes);
    if (ends_dot && takes_dots(transform)) {
        byte_set_add(bytes, '.');
    }
    return transform == TRANSFORM_UTF8_TO_UNICODE || !is_always(transform);
}

int transform_reach(transform_e transform, byte_set_t *bytes)
{
    static const byte_set_t all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                      UINT64_MAX } };

    switch (transform) {
    case TRANSFORM_REMOVE_COMMENTS_CHAR:
    case TRANSFORM_REMOVE_NULLS:
    case TRANSFORM_REMOVE_WHITESPACE:
    case TRANSFORM_TRIM:
    case TRANSFORM_TRIM_LEFT:
    case TRANSFORM_TRIM_RIGHT:
        return 1;
    case TRANSFORM_COMPRESS_WHITESPACE:
    case TRANSFORM_REPLACE_COMMENTS:
    case TRANSFORM_REPLACE_NULLS:
        byte_set_add(bytes, ' ');
        return 1;
    case TRANSFORM_NORMALIZE_PATH:
    case TRANSFORM_NORMALIZE_PATH_WIN:
        byte_set_add(bytes, '/');
        return 1;
    case TRANSFORM_CMD_LINE:
        byte_set_add(bytes, ' ');
        byte_set_fold(bytes);
        return 1;
    case TRANSFORM_LOWERCASE:
    case TRANSFORM_UPPERCASE:
        byte_set_fold(bytes);
        return 1;
    case TRANSFORM_URL_DECODE:
    case TRANSFORM_URL_DECODE_UNI:
        if (!byte_set_has(bytes, '%')) {
            byte_set_add(bytes, ' ');
            return 1;
        }
        *bytes = all;
        return 1;
    case TRANSFORM_BASE64_DECODE:
    case TRANSFORM_CSS_DECODE:
    case TRANSFORM_ESCAPE_SEQ_DECODE:
    case TRANSFORM_HEX_DECODE:
    case TRANSFORM_HTML_ENTITY_DECODE:
    case TRANSFORM_JS_DECODE:
        *bytes = all;
        return 1;
    default:
        *bytes = all;
        return 0;
    }
}

size_t transform_room(transform_e transform, size_t length)
{
    switch (transform) {
    case TRANSFORM_BASE64_ENCODE:
        return length / 3 * 4 + 5;
    case TRANSFORM_HEX_ENCODE:
        return length * 2 + 1;
    case TRANSFORM_URL_ENCODE:
        return length * 3 + 1;
    case TRANSFORM_UTF8_TO_UNICODE:
        return length * 4 + 1; /* two bytes make six at most */
    case TRANSFORM_LENGTH:
    case TRANSFORM_MD5:
    case TRANSFORM_SHA1:
        return 32;
    default:
        return length + 1;
    }
}

static size_t write_number(size_t value, unsigned char *out)
{
    unsigned char digits[20];
    size_t n = 0, i;

    do {
        digits[n++] = (unsigned char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    return n;
}

/* Eight bytes at a time: the bit 0x20 of those from first to first + 25. */
static uint64_t map_case_of(uint64_t bytes, unsigned char first)
{
    const uint64_t each = UINT64_C(0x0101010101010101), top = each * 0x80;
    uint64_t low = bytes & ~top;
    uint64_t from = low + each * (0x80u - first);
    uint64_t behind = low + each * (0x80u - first - 26);

    return bytes ^ ((from & ~behind & ~bytes & top) >> 2);
}

static size_t map_case(slice_t in, unsigned char *out, unsigned char first)
{
    size_t i;

    for (i = 0; i + sizeof(uint64_t) <= in.len; i += sizeof(uint64_t)) {
        uint64_t bytes;

        memcpy(&bytes, in.p + i, sizeof(bytes));
        bytes = map_case_of(bytes, first);
        memcpy(out + i, &bytes, sizeof(bytes));
    }
    for (; i < in.len; i++) {
        unsigned char c = (unsigned char)in.p[i];

        out[i] = (unsigned char)(c - first) < 26 ? c ^ 0x20 : c;
    }
    return in.len;
}

size_t transform_run(transform_e transform, slice_t in, char *text,
                     const unicode_map_t *map)
{
    unsigned char *out = (unsigned char *)text;

    switch (transform) {
    case TRANSFORM_BASE64_DECODE:
        return transform_base64_decode(in, out);
    case TRANSFORM_BASE64_ENCODE:
        return transform_base64_encode(in, out);
    case TRANSFORM_CMD_LINE:
        return transform_command_line(in, out);
    case TRANSFORM_COMPRESS_WHITESPACE:
        return transform_compress_whitespace(in, out);
    case TRANSFORM_CSS_DECODE:
        return transform_css_decode(in, out);
    case TRANSFORM_ESCAPE_SEQ_DECODE:
        return transform_escape_seq_decode(in, out);
    case TRANSFORM_HEX_DECODE:
        return transform_hex_decode(in, out);
    case TRANSFORM_HEX_ENCODE:
        return transform_hex_encode(in, out);
    case TRANSFORM_HTML_ENTITY_DECODE:
        return transform_html_entity_decode(in, out);
    case TRANSFORM_JS_DECODE:
        return transform_js_decode(in, out);
    case TRANSFORM_LENGTH:
        return write_number(in.len, out);
    case TRANSFORM_LOWERCASE:
        return map_case(in, out, 'A');
    case TRANSFORM_MD5:
        return transform_md5(in, out);
    case TRANSFORM_NORMALIZE_PATH:
        return transform_normalize_path(in, out, 0);
    case TRANSFORM_NORMALIZE_PATH_WIN:
        return transform_normalize_path(in, out, 1);
    case TRANSFORM_REMOVE_COMMENTS_CHAR:
        return transform_remove_comments_char(in, out);
    case TRANSFORM_REMOVE_NULLS:
        return transform_remove_nulls(in, out);
    case TRANSFORM_REMOVE_WHITESPACE:
        return transform_remove_whitespace(in, out);
    case TRANSFORM_REPLACE_COMMENTS:
        return transform_replace_comments(in, out);
    case TRANSFORM_REPLACE_NULLS:
        return transform_replace_nulls(in, out);
    case TRANSFORM_SHA1:
        return transform_sha1(in, out);
    case TRANSFORM_TRIM:
        return transform_trim(in, out, 1, 1);
    case TRANSFORM_TRIM_LEFT:
        return transform_trim(in, out, 1, 0);
    case TRANSFORM_TRIM_RIGHT:
        return transform_trim(in, out, 0, 1);
    case TRANSFORM_UPPERCASE:
        return map_case(in, out, 'a');
    case TRANSFORM_URL_DECODE:
        return transform_url_decode(in, out);
    case TRANSFORM_URL_DECODE_UNI:
        return transform_url_decode_uni(in, out, map);
    case TRANSFORM_URL_ENCODE:
        return transform_url_encode(in, out);
    case TRANSFORM_UTF8_TO_UNICODE:
        return transform_utf8_to_unicode(in, out);
    case TRANSFORM_COUNT:
        break;
    }
    return 0;
}
