/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform.h: what rules do to a value before they look at it ("t:" of
 * SecRule).  Layer L0.
 *
 * Byte for byte what ModSecurity 2.9 makes of it, odd corners too: rules are
 * written against those. */
#ifndef RPROXY_GUARD_TRANSFORM_H
#define RPROXY_GUARD_TRANSFORM_H

#include "waf/byte_set.h"

/* Name in rules; the bytes without any of which a value stays as it is, "*"
 * where it never does. */
/* clang-format off */
#define SPACES " \t\n\v\f\r"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TRANSFORMS(X)                                                         \
    X(BASE64_DECODE,        "base64Decode",        "*")                       \
    X(BASE64_ENCODE,        "base64Encode",        "*")                       \
    X(CMD_LINE,             "cmdLine",             "\0\"'\\^,;" SPACES UPPER) \
    X(COMPRESS_WHITESPACE,  "compressWhitespace",  SPACES "\xa0")             \
    X(CSS_DECODE,           "cssDecode",           "\\")                      \
    X(ESCAPE_SEQ_DECODE,    "escapeSeqDecode",     "\\")                      \
    X(HEX_DECODE,           "hexDecode",           "*")                       \
    X(HEX_ENCODE,           "hexEncode",           "*")                       \
    X(HTML_ENTITY_DECODE,   "htmlEntityDecode",    "&")                       \
    X(JS_DECODE,            "jsDecode",            "\\")                      \
    X(LENGTH,               "length",              "*")                       \
    X(LOWERCASE,            "lowercase",           UPPER)                     \
    X(MD5,                  "md5",                 "*")                       \
    X(NORMALIZE_PATH,       "normalizePath",       "/")                       \
    X(NORMALIZE_PATH_WIN,   "normalizePathWin",    "/\\")                     \
    X(REMOVE_COMMENTS_CHAR, "removeCommentsChar",  "*-#")                     \
    X(REMOVE_NULLS,         "removeNulls",         "\0")                      \
    X(REMOVE_WHITESPACE,    "removeWhitespace",    SPACES "\xa0")             \
    X(REPLACE_COMMENTS,     "replaceComments",     "*")                       \
    X(REPLACE_NULLS,        "replaceNulls",        "\0")                      \
    X(SHA1,                 "sha1",                "*")                       \
    X(TRIM,                 "trim",                SPACES)                    \
    X(TRIM_LEFT,            "trimLeft",            SPACES)                    \
    X(TRIM_RIGHT,           "trimRight",           SPACES)                    \
    X(UPPERCASE,            "uppercase",           "abcdefghijklmnopqrstuvwxyz") \
    X(URL_DECODE,           "urlDecode",           "%+")                      \
    X(URL_DECODE_UNI,       "urlDecodeUni",        "%+")                      \
    X(URL_ENCODE,           "urlEncode",           "*")                       \
    X(UTF8_TO_UNICODE,      "utf8toUnicode",       "*")
/* clang-format on */

typedef enum {
#define X(id, name, bytes) TRANSFORM_##id,
    TRANSFORMS(X)
#undef X
    TRANSFORM_COUNT
} transform_e;

/* What %uHHHH stands for by a map of code points (SecUnicodeMapFile): bytes of
 * [65536], 0 where it says nothing. */
typedef struct {
    const unsigned char *byte;
} unicode_map_t;

/* Case does not matter.  @return -1: there is none of that name */
int transform_find(slice_t name);

const char *transform_name(transform_e transform);

static inline int transform_ends_dot(slice_t value)
{
    return value.len && value.p[value.len - 1] == '.';
}

/* The bytes without any of which it leaves a value as it is.
 * @param ends_dot  of values that end with "."; 0: of all others
 * @return 0: it may change any value */
int transform_trigger(transform_e transform, int ends_dot, byte_set_t *bytes);

/* Adds the bytes that results may have, of values with these bytes.
 * @return 0: results may be longer than values */
int transform_reach(transform_e transform, byte_set_t *bytes);

/* Bytes that a result can have, of a value of that length. */
size_t transform_room(transform_e transform, size_t length);

/* @param out  of transform_room, apart from the value
 * @param map  or NULL
 * @return length of the result */
size_t transform_run(transform_e transform, slice_t value, char *out,
                     const unicode_map_t *map);

/* ---- by kind, in files of their own; all as transform_run ---- */

size_t transform_url_decode(slice_t in, unsigned char *out);
size_t transform_url_decode_uni(slice_t in, unsigned char *out,
                                const unicode_map_t *map);
size_t transform_url_encode(slice_t in, unsigned char *out);
size_t transform_utf8_to_unicode(slice_t in, unsigned char *out);

size_t transform_html_entity_decode(slice_t in, unsigned char *out);
size_t transform_js_decode(slice_t in, unsigned char *out);
size_t transform_css_decode(slice_t in, unsigned char *out);
size_t transform_escape_seq_decode(slice_t in, unsigned char *out);

size_t transform_compress_whitespace(slice_t in, unsigned char *out);
size_t transform_remove_whitespace(slice_t in, unsigned char *out);
size_t transform_trim(slice_t in, unsigned char *out, int left, int right);
size_t transform_remove_nulls(slice_t in, unsigned char *out);
size_t transform_replace_nulls(slice_t in, unsigned char *out);
size_t transform_replace_comments(slice_t in, unsigned char *out);
size_t transform_remove_comments_char(slice_t in, unsigned char *out);
size_t transform_command_line(slice_t in, unsigned char *out);
size_t transform_normalize_path(slice_t in, unsigned char *out, int windows);

size_t transform_base64_decode(slice_t in, unsigned char *out);
size_t transform_base64_length(slice_t in); /* of what is decoded */
size_t transform_base64_encode(slice_t in, unsigned char *out);
size_t transform_hex_decode(slice_t in, unsigned char *out);
size_t transform_hex_encode(slice_t in, unsigned char *out);
size_t transform_md5(slice_t in, unsigned char *out);
size_t transform_sha1(slice_t in, unsigned char *out);

#endif
