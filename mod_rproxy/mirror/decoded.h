/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* decoded.h: the text of a response whose content may be compressed by gzip
 * (RFC 9110 section 8.4.1.3), as it comes.  Layer L1 (no APR).
 *
 * Bounded: what is decoded behind DECODED_MAX bytes does not count, so that a
 * few bytes of a response cannot become work for hours. */
#ifndef RPROXY_DECODED_H
#define RPROXY_DECODED_H

#include "../http1/h1_fields.h"
#include "digest.h"

#define DECODED_MAX (16 * 1024 * 1024)

typedef struct {
    masked_digest_t *text; /* where it goes */
    void *gzip;            /* NULL: it goes as it is */
    size_t decoded;
} decoded_t;

/* Fields of a response that begins; decoded_end has been called for the one
 * before, if there was one. */
void decoded_begin(decoded_t *decoded, const h1_field_t *fields, size_t count);

void decoded_add(decoded_t *decoded, slice_t content);

/* Frees; twice is no harm. */
void decoded_end(decoded_t *decoded);

#endif
