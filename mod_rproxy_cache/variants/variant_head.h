/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_head.h: response heads of the forms of one response, as text
 * ("Name: value" CRLF ..., without the empty line).  Layer L0.  RFC 9110
 * sections 8.4, 8.6, 8.8.3 and 12.5.5. */
#ifndef RPROXY_CACHE_VARIANT_HEAD_H
#define RPROXY_CACHE_VARIANT_HEAD_H

#include "policy/accept_encoding.h"

/* A form's head is longer than the master's by at most so much. */
#define VARIANT_HEAD_ROOM 128

typedef struct {
    slice_t head;    /* the master's: raw or quick */
    unsigned master; /* its coding: CODING_IDENTITY, _GZIP or _BROTLI */
    unsigned coding; /* of the form; the same as master: its head for a
                        response of which there are other forms */
    uint64_t length; /* of the form's body */
} variant_head_in_t;

typedef struct {
    size_t len;
    size_t etag_at, etag_len; /* the tag within the text; len 0: none */
} variant_head_t;

/* The master's head with Accept-Encoding among the names of Vary and, where
 * coding is not master: Content-Encoding of the form; Content-Length, if there
 * is one, replaced; the tag as variant_etag.h has it, left out if it is no
 * valid one; without Content-MD5, Digest, Content-Digest and Repr-Digest, which
 * are about other bytes.  All else, in its order, as it is: Accept-Ranges and
 * the dates hold for all forms.
 * @param out in->head.len + VARIANT_HEAD_ROOM bytes */
variant_head_t variant_head_write(char *out, const variant_head_in_t *in);

#endif
