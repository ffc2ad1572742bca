/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* signed_url.h: addresses that are good for a time.  Layer L0.
 *
 *   /video/1.mp4?quality=2&signed=EXPIRES.ID.SIGNATURE
 *
 * EXPIRES is a Unix time, ID names the key, SIGNATURE is in base64url the
 * HMAC-SHA-256 of these lines with "\n" between them: EXPIRES, ID, the path and
 * the query, both as the client sent them, the latter without this argument and
 * those that are free. */
#ifndef RPROXY_GUARD_SIGNED_URL_H
#define RPROXY_GUARD_SIGNED_URL_H

#include "http1/h1_slice.h"

enum {
    SIGNED_URL_MAC = 32,   /* bytes of a signature */
    SIGNED_URL_ID_MAX = 40 /* letters, digits, "-" and "_" */
};

typedef struct {
    slice_t expires, id; /* as they stand */
    int64_t expires_s;
    unsigned char signature[SIGNED_URL_MAC];
} signed_url_t;

typedef enum {
    SIGNED_URL_NONE, /* the argument is not there */
    SIGNED_URL_WRONG,
    SIGNED_URL_READ
} signed_url_e;

/* Which arguments are not signed: words with commas between them. */
typedef struct {
    slice_t param, free;
} signed_url_names_t;

signed_url_e signed_url_read(signed_url_t *out, slice_t query, slice_t param);

int signed_url_is_id(slice_t id);

/* What is signed.  @param out  room for SIGNED_URL_ROOM
 * @return its length */
#define SIGNED_URL_ROOM(path, query) ((path).len + (query).len + 64)
size_t signed_url_text(char *out, const signed_url_t *signature, slice_t path,
                       slice_t query, const signed_url_names_t *names);

#endif
