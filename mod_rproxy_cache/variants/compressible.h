/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compressible.h: is it worth while to keep packed forms of a response?  Layer
 * L0. */
#ifndef RPROXY_CACHE_COMPRESSIBLE_H
#define RPROXY_CACHE_COMPRESSIBLE_H

#include "http1/h1_slice.h"

/* Below that a packed form and its entry cost more than they save. */
#define COMPRESSIBLE_LEAST 256

typedef struct {
    int status;
    slice_t content_type;
    slice_t content_encoding;  /* p NULL: none; "identity" is none too */
    uint64_t length;           /* of the body */
    unsigned no_transform : 1, /* RFC 9111 section 5.2.2.6 */
        is_partial : 1;
} compressible_in_t;

typedef enum {
    COMPRESSIBLE,
    COMPRESSIBLE_NOT_STATUS, /* one that has no body */
    COMPRESSIBLE_NOT_WHOLE,
    COMPRESSIBLE_NOT_TRANSFORM,
    COMPRESSIBLE_IS_CODED,
    COMPRESSIBLE_IS_SMALL,
    COMPRESSIBLE_NOT_TYPE
} compressible_e;

compressible_e compressible_decide(const compressible_in_t *in);

/* For logs and explanations: "yes", "type", ... */
const char *compressible_name(compressible_e verdict);

/* Types of text, and of data that is not packed already; parameters are passed
 * over.  Event streams are not: their reader waits for each line. */
int compressible_type(slice_t content_type);

#endif
