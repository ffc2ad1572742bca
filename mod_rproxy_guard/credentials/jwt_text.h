/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* jwt_text.h: the text of a token, before anything of it is believed (RFC 7515
 * 7.1, RFC 7519).  Layer L0. */
#ifndef RPROXY_GUARD_JWT_TEXT_H
#define RPROXY_GUARD_JWT_TEXT_H

#include "http1/h1_slice.h"

enum {
    JWT_LENGTH_MAX = 8192,
    JWT_HEADER_MAX = 1024,    /* letters */
    JWT_SIGNATURE_MAX = 1366, /* letters of 8192 bits */
    JWT_DEPTH_MAX = 8         /* objects and lists within each other */
};

typedef struct {
    slice_t header, claims, signature; /* base64url */
    slice_t is_signed;                 /* header.claims */
} jwt_text_t;

/* @return 1 and *out, slices of token; 0: these are not three parts, or one is
 *         empty or too long */
int jwt_text_split(jwt_text_t *out, slice_t token);

/* Is this text of JSON nested no deeper than JWT_DEPTH_MAX? */
int jwt_text_is_flat(slice_t json);

#endif
