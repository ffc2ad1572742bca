/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_text.c: see jwt_text.h.  Layer L0. */
#include "jwt_text.h"

static slice_t up_to_dot(slice_t *rest)
{
    const char *dot = rest->len ? memchr(rest->p, '.', rest->len) : NULL;
    slice_t part = *rest;

    if (dot) {
        part.len = (size_t)(dot - rest->p);
        *rest = slice_make(dot + 1, rest->len - part.len - 1);
    }
    else {
        *rest = slice_make(NULL, 0);
    }
    return part;
}

int jwt_text_split(jwt_text_t *out, slice_t token)
{
    slice_t rest = token;

    if (token.len > JWT_LENGTH_MAX) {
        return 0;
    }
    out->header = up_to_dot(&rest);
    out->claims = up_to_dot(&rest);
    out->signature = rest;
    out->is_signed = slice_make(token.p, out->header.len + 1 + out->claims.len);
    return out->header.len && out->claims.len && out->signature.len
           && out->header.len <= JWT_HEADER_MAX
           && out->signature.len <= JWT_SIGNATURE_MAX
           && !memchr(out->signature.p, '.', out->signature.len);
}

int jwt_text_is_flat(slice_t json)
{
    int depth = 0, in_text = 0;
    size_t i;

    for (i = 0; i < json.len; i++) {
        char c = json.p[i];

        if (in_text) {
            in_text = c != '"';
            i += c == '\\';
        }
        else if (c == '"') {
            in_text = 1;
        }
        else if (c == '{' || c == '[') {
            if (++depth > JWT_DEPTH_MAX) {
                return 0;
            }
        }
        else {
            depth -= c == '}' || c == ']';
        }
    }
    return 1;
}
