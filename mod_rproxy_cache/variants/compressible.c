/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compressible.c: which bodies get packed forms.  Layer L0.  Media types: RFC
 * 9110 section 8.3.1, structured suffixes: RFC 6838 section 4.2.8. */
#include "compressible.h"

static const char *const names[] = {
    [COMPRESSIBLE] = "yes",
    [COMPRESSIBLE_NOT_STATUS] = "status",
    [COMPRESSIBLE_NOT_WHOLE] = "partial",
    [COMPRESSIBLE_NOT_TRANSFORM] = "no-transform",
    [COMPRESSIBLE_IS_CODED] = "coded",
    [COMPRESSIBLE_IS_SMALL] = "small",
    [COMPRESSIBLE_NOT_TYPE] = "type",
};

#define WORD(text)               \
    {                            \
        (text), sizeof(text) - 1 \
    }

/* All of text/ but these. */
static const slice_t not_text[] = { WORD("event-stream") };

/* clang-format off */
static const slice_t application[] = {
    WORD("javascript"), WORD("ecmascript"), WORD("x-javascript"),
    WORD("json"), WORD("json5"), WORD("x-ndjson"), WORD("jsonl"),
    WORD("manifest"),
    WORD("xml"), WORD("xml-dtd"), WORD("rtf"), WORD("postscript"),
    WORD("wasm"), WORD("yaml"), WORD("x-yaml"), WORD("toml"), WORD("sql"),
    WORD("graphql"), WORD("x-sh"), WORD("x-httpd-php-source"),
    WORD("vnd.ms-fontobject"), WORD("x-font-ttf"), WORD("x-font-otf"),
    WORD("x-font-opentype"), WORD("x-font-truetype"), WORD("x-mpegurl"),
    WORD("vnd.apple.mpegurl"), WORD("vnd.mapbox-vector-tile"),
    WORD("x-protobuf"),
};
static const slice_t font[] = {
    WORD("ttf"), WORD("otf"), WORD("sfnt"), WORD("collection"),
    WORD("opentype"), WORD("truetype"), WORD("eot"),
};
static const slice_t image[] = {
    WORD("bmp"), WORD("x-ms-bmp"), WORD("x-icon"), WORD("vnd.microsoft.icon"),
};
static const slice_t suffixes[] = {
    WORD("+xml"), WORD("+json"), WORD("+yaml"), WORD("+text"),
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int is_one_of(slice_t name, const slice_t *words, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(name, words[i])) {
            return 1;
        }
    }
    return 0;
}

static int has_suffix(slice_t name)
{
    size_t i;

    for (i = 0; i < COUNT(suffixes); i++) {
        slice_t suffix = suffixes[i];

        if (name.len > suffix.len
            && slice_eq_nocase(slice_make(name.p + name.len - suffix.len,
                                          suffix.len),
                               suffix)) {
            return 1;
        }
    }
    return 0;
}

/* Without parameters. */
static slice_t media_type(slice_t content_type)
{
    const char *end =
        content_type.len ? memchr(content_type.p, ';', content_type.len) : NULL;

    if (end) {
        content_type.len = (size_t)(end - content_type.p);
    }
    return slice_trim(content_type);
}

int compressible_type(slice_t content_type)
{
    slice_t type = media_type(content_type), name;
    const char *slash = type.len ? memchr(type.p, '/', type.len) : NULL;

    if (!slash) {
        return 0;
    }
    name = slice_make(slash + 1, (size_t)(type.p + type.len - slash - 1));
    type.len = (size_t)(slash - type.p);
    if (slice_eq_nocase(type, SLICE_LIT("text"))) {
        return name.len && !is_one_of(name, not_text, COUNT(not_text));
    }
    if (has_suffix(name)) {
        return 1;
    }
    if (slice_eq_nocase(type, SLICE_LIT("application"))) {
        return is_one_of(name, application, COUNT(application));
    }
    if (slice_eq_nocase(type, SLICE_LIT("font"))) {
        return is_one_of(name, font, COUNT(font));
    }
    return slice_eq_nocase(type, SLICE_LIT("image"))
           && is_one_of(name, image, COUNT(image));
}

static int is_coded(slice_t content_encoding)
{
    slice_t coding = slice_trim(content_encoding);

    return coding.len && !slice_eq_nocase(coding, SLICE_LIT("identity"));
}

compressible_e compressible_decide(const compressible_in_t *in)
{
    if (in->is_partial || in->status == 206) {
        return COMPRESSIBLE_NOT_WHOLE;
    }
    if (in->status < 200 || in->status == 204 || in->status == 304) {
        return COMPRESSIBLE_NOT_STATUS;
    }
    if (in->no_transform) {
        return COMPRESSIBLE_NOT_TRANSFORM;
    }
    if (is_coded(in->content_encoding)) {
        return COMPRESSIBLE_IS_CODED;
    }
    if (in->length < COMPRESSIBLE_LEAST) {
        return COMPRESSIBLE_IS_SMALL;
    }
    return compressible_type(in->content_type) ? COMPRESSIBLE
                                               : COMPRESSIBLE_NOT_TYPE;
}

const char *compressible_name(compressible_e verdict)
{
    return names[verdict];
}
