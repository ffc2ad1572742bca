/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_url.c: see html_url.h.  Layer L0. */
#include "html_url.h"

#include "waf/transform/char_kind.h"

enum {
    SCHEME_MAX = 12, /* of "view-source:" */
    CODE_POINT_MAX = 0x10ffff,
};

static const char *const schemes[] = { "javascript:", "vbscript:", "data:",
                                       "view-source:" };

typedef struct {
    slice_t name;
    int code;
} reference_t;

static const reference_t references[] = {
    { SLICE_LIT("&Tab;"), '\t' },
    { SLICE_LIT("&NewLine;"), '\n' },
    { SLICE_LIT("&colon;"), ':' },
};

/* "&#106;", "&#x6a": the ";" may be missing.
 * @return how long it is; 0: none */
static size_t number(slice_t in, int *code)
{
    const int is_hex = in.len > 2 && (in.p[2] | 0x20) == 'x';
    const int base = is_hex ? 16 : 10;
    size_t from = 2 + (size_t)is_hex, i;

    *code = 0;
    for (i = from; i < in.len; i++) {
        int digit = char_hex((unsigned char)in.p[i]);

        if (digit < 0 || digit >= base) {
            break;
        }
        if (*code <= CODE_POINT_MAX) {
            *code = *code * base + digit;
        }
    }
    return i == from ? 0 : i + (i < in.len && in.p[i] == ';');
}

/* The next character. */
static int take_character(slice_t *in)
{
    int code = (unsigned char)*in->p;
    size_t len = 0, i;

    if (code == '&' && in->len > 1 && in->p[1] == '#') {
        len = number(*in, &code);
    }
    for (i = 0; code == '&' && !len && i < 3; i++) {
        slice_t name = references[i].name;

        if (in->len >= name.len
            && slice_eq_nocase(slice_make(in->p, name.len), name)) {
            len = name.len;
            code = references[i].code;
        }
    }
    if (!len) {
        len = 1;
        code = (unsigned char)*in->p;
    }
    in->p += len;
    in->len -= len;
    return code;
}

int html_url_is_code(slice_t value)
{
    char scheme[SCHEME_MAX];
    size_t len = 0, i;

    while (value.len && len < SCHEME_MAX && (!len || scheme[len - 1] != ':')) {
        int code = take_character(&value);

        if (code > ' ' && code < 0x7f) {
            scheme[len++] = (char)slice_lower((unsigned char)code);
        }
        else if (len && code && code != '\t' && code != '\n' && code != '\r') {
            return 0;
        }
    }
    for (i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        if (slice_eq(slice_make(scheme, len), slice_str(schemes[i]))) {
            return 1;
        }
    }
    return 0;
}
