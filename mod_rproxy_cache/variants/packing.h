/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* packing.h: what both codings need: input in pieces, output in a block that
 * grows as far as the limits allow.  Layer L1. */
#ifndef RPROXY_CACHE_PACKING_H
#define RPROXY_CACHE_PACKING_H

#include "compress.h"

/* Input comes in pieces of at most so much: between them *stop is looked at. */
#define PACKING_PIECE (64u << 10)

typedef struct {
    const struct iovec *in;
    int count;
    const int *stop;
    size_t in_total;
    size_t in_at; /* within in[0] */
    char *out;    /* malloc */
    size_t out_len, out_size;
    size_t out_most;   /* the smaller of both limits */
    compress_e beyond; /* what the smaller one is called */
} packing_t;

/* ratio_max 0: any. */
void packing_init(packing_t *p, const struct iovec *in, int count,
                  const compress_limits_t *limits, unsigned ratio_max);

/* The next piece of the input.  @return 0 at its end */
int packing_piece(packing_t *p, const unsigned char **piece, size_t *len);

/* Is there anything behind the pieces taken? */
int packing_has_more(packing_t *p);

int packing_is_stopped(const packing_t *p);

/* Makes room behind out_len: at least one byte more than was there.
 * @return COMPRESS_OK, COMPRESS_NO_MEMORY, or p->beyond */
compress_e packing_grow(packing_t *p);

/* Hands the output to the caller, or frees it.  @return result */
compress_e packing_finish(packing_t *p, compress_e result, char **data,
                          size_t *len);

#endif
