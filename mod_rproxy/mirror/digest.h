/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* digest.h: a hash of text that comes in pieces, however it is cut.  Layer L0.
 * Chance alone makes two texts alike once in 2^64; it is no seal against
 * somebody who wants them to be. */
#ifndef RPROXY_DIGEST_H
#define RPROXY_DIGEST_H

#include "../http1/h1_slice.h"

typedef struct {
    uint64_t state;
    size_t held;
    char block[256];
} digest_t;

void digest_begin(digest_t *digest);
void digest_add(digest_t *digest, slice_t text);
uint64_t digest_end(const digest_t *digest);

/* Text of which parts do not count: it is looked at line by line. */
typedef struct {
    digest_t digest;
    /* Adds to out what counts of a line; NULL: all of it does. */
    void (*mask)(const void *masks, slice_t line, digest_t *out);
    const void *masks;
    char *line; /* room for cap bytes; a longer line is cut */
    size_t cap, len;
} masked_digest_t;

void masked_digest_begin(masked_digest_t *masked);
void masked_digest_add(masked_digest_t *masked, slice_t text);
uint64_t masked_digest_end(masked_digest_t *masked);

#endif
