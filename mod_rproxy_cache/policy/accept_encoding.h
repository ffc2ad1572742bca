/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* accept_encoding.h: which codings does a client take?  Layer L0.  RFC 9110
 * section 12.5.3. */
#ifndef RPROXY_CACHE_ACCEPT_ENCODING_H
#define RPROXY_CACHE_ACCEPT_ENCODING_H

#include "http1/h1_slice.h"

enum {
    CODING_IDENTITY = 1,
    CODING_GZIP = 2, /* x-gzip too */
    CODING_BROTLI = 4,
    CODING_OTHER = 8 /* of a response: anything else, or several */
};

/* Bits that are acceptable; without a field: identity only (we never make up a
 * coding for clients that do not ask for one).  q=0 excludes; "*" counts. */
unsigned accept_encoding_read(slice_t value);

/* The coding bit of a response's Content-Encoding; identity when empty. */
unsigned content_encoding_read(slice_t value);

#endif
