/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* signed_url.c: see signed_url.h.  Layer L0. */
#include "signed_url.h"

#include "base64url.h"
#include "query_argument.h"
#include "word_list.h"

enum {
    TIME_DIGITS_MAX = 11
};

int signed_url_is_id(slice_t id)
{
    size_t i;

    for (i = 0; i < id.len; i++) {
        unsigned char c = slice_lower((unsigned char)id.p[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-'
            && c != '_') {
            return 0;
        }
    }
    return id.len > 0 && id.len <= SIGNED_URL_ID_MAX;
}

static int read_time(signed_url_t *out, slice_t text)
{
    size_t i;

    out->expires = text;
    for (out->expires_s = 0, i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return 0;
        }
        out->expires_s = out->expires_s * 10 + (text.p[i] - '0');
    }
    return text.len > 0 && text.len <= TIME_DIGITS_MAX;
}

static int read_signature(signed_url_t *out, slice_t text)
{
    size_t len;

    return text.len == BASE64URL_LENGTH(SIGNED_URL_MAC)
           && base64url_decode(out->signature, &len, text)
           && len == SIGNED_URL_MAC;
}

static slice_t up_to_dot(slice_t *rest)
{
    const char *dot = rest->len ? memchr(rest->p, '.', rest->len) : NULL;
    slice_t part = *rest;

    if (!dot) {
        *rest = slice_make(NULL, 0);
        return part;
    }
    part.len = (size_t)(dot - part.p);
    *rest = slice_make(dot + 1, rest->len - part.len - 1);
    return part;
}

static int read_value(signed_url_t *out, slice_t value)
{
    slice_t expires = up_to_dot(&value);

    out->id = up_to_dot(&value);
    return expires.len <= TIME_DIGITS_MAX && read_time(out, expires)
           && signed_url_is_id(out->id) && read_signature(out, value);
}

signed_url_e signed_url_read(signed_url_t *out, slice_t query, slice_t param)
{
    signed_url_e found = SIGNED_URL_NONE;
    slice_t argument;

    while (query_argument_next(&query, &argument)) {
        slice_t name = query_argument_name(argument);

        if (!slice_eq(name, param)) {
            continue;
        }
        if (found != SIGNED_URL_NONE || name.len == argument.len) {
            return SIGNED_URL_WRONG; /* twice, or without a value */
        }
        found = read_value(out, slice_make(argument.p + name.len + 1,
                                           argument.len - name.len - 1))
                    ? SIGNED_URL_READ
                    : SIGNED_URL_WRONG;
    }
    return found;
}

static char *put(char *at, slice_t text)
{
    if (text.len) {
        memcpy(at, text.p, text.len);
    }
    return at + text.len;
}

size_t signed_url_text(char *out, const signed_url_t *signature, slice_t path,
                       slice_t query, const signed_url_names_t *names)
{
    char *at = put(out, signature->expires), *first;
    slice_t argument;

    *at++ = '\n';
    at = put(at, signature->id);
    *at++ = '\n';
    at = put(at, path);
    *at++ = '\n';
    first = at;
    while (query_argument_next(&query, &argument)) {
        slice_t name = query_argument_name(argument);

        if (slice_eq(name, names->param)
            || (name.len && word_list_has(names->free, name))) {
            continue;
        }
        if (at > first) {
            *at++ = '&';
        }
        at = put(at, argument);
    }
    return (size_t)(at - out);
}
