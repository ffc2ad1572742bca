/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* decoded.c: zlib, where it is there; any other coding stays as it is.
 * Layer L1 (no APR). */
#include "decoded.h"

#ifdef HAVE_ZLIB

#include <stdlib.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib: a gzip header is expected */

static int is_gzip(const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Content-Encoding"))) {
            return slice_eq_nocase(fields[i].value, SLICE_LIT("gzip"))
                   || slice_eq_nocase(fields[i].value, SLICE_LIT("x-gzip"));
        }
    }
    return 0;
}

void decoded_begin(decoded_t *decoded, const h1_field_t *fields, size_t count)
{
    z_stream *z;

    decoded->gzip = NULL;
    decoded->decoded = 0;
    if (!is_gzip(fields, count)) {
        return;
    }
    z = calloc(1, sizeof(*z));
    if (z && inflateInit2(z, GZIP_WINDOW) == Z_OK) {
        decoded->gzip = z;
    }
    else {
        free(z);
    }
}

/* One buffer full of it.  @return 0: no more of it counts */
static int decode_some(decoded_t *decoded, z_stream *z)
{
    char text[8192];
    size_t len;
    int rv;

    z->next_out = (unsigned char *)text;
    z->avail_out = sizeof(text);
    rv = inflate(z, Z_NO_FLUSH);
    len = sizeof(text) - z->avail_out;
    if (len > DECODED_MAX - decoded->decoded) {
        len = DECODED_MAX - decoded->decoded;
    }
    masked_digest_add(decoded->text, slice_make(text, len));
    decoded->decoded += len;
    return rv == Z_OK && len && decoded->decoded < DECODED_MAX;
}

void decoded_add(decoded_t *decoded, slice_t content)
{
    z_stream *z = decoded->gzip;

    if (!z) {
        masked_digest_add(decoded->text, content);
        return;
    }
    z->next_in = (unsigned char *)content.p;
    z->avail_in = (unsigned)content.len;
    while (decode_some(decoded, z)) {
    }
    /* Behind a fault, and behind the end, it is compared as it is. */
    if (z->avail_in && decoded->decoded < DECODED_MAX) {
        masked_digest_add(decoded->text,
                          slice_make((const char *)z->next_in, z->avail_in));
    }
}

void decoded_end(decoded_t *decoded)
{
    if (decoded->gzip) {
        inflateEnd(decoded->gzip);
        free(decoded->gzip);
        decoded->gzip = NULL;
    }
}

#else

void decoded_begin(decoded_t *decoded, const h1_field_t *fields, size_t count)
{
    decoded->gzip = NULL;
}

void decoded_add(decoded_t *decoded, slice_t content)
{
    masked_digest_add(decoded->text, content);
}

void decoded_end(decoded_t *decoded)
{
}

#endif
