/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* structured.h: the members of a dictionary, as RFC 8941 has it (section
 * 4.2.2).  Layer L0. */
#ifndef RPROXY_CACHE_STRUCTURED_H
#define RPROXY_CACHE_STRUCTURED_H

#include "http1/h1_slice.h"

typedef enum {
    STRUCTURED_BOOLEAN,
    STRUCTURED_INTEGER,
    STRUCTURED_DECIMAL, /* value not kept */
    STRUCTURED_STRING,
    STRUCTURED_TOKEN,
    STRUCTURED_BYTES,
    STRUCTURED_INNER_LIST /* value not kept */
} structured_kind_e;

typedef struct {
    slice_t key;
    structured_kind_e kind;
    int64_t number; /* of a boolean (0, 1) or an integer */
    slice_t text;   /* of a token; of a string or bytes, between the quotes or
                       colons, as sent */
} structured_t;

/* Takes the next member off the front of *rest; its parameters are read and
 * left out.  That a key comes twice is for the caller: the last counts.
 * @return 1 and *member; 0 at the end; -1: all of the dictionary is invalid */
int structured_next(slice_t *rest, structured_t *member);

#endif
