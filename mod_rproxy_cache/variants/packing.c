/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* packing.c: input in pieces, output that grows.  Layer L1. */
#include "packing.h"

#include <stdint.h>
#include <stdlib.h>

#define LEAST_SIZE 1024u

static size_t times(size_t a, size_t b)
{
    return b && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

/* The output may have one byte more than it should: that tells "exactly as
 * much as allowed" from "more". */
void packing_init(packing_t *p, const struct iovec *in, int count,
                  const compress_limits_t *limits, unsigned ratio_max)
{
    int i;

    *p = (packing_t){ .in = in,
                      .count = count,
                      .stop = limits->stop,
                      .out_most = limits->output_max,
                      .beyond = COMPRESS_TOO_LARGE };
    for (i = 0; i < count; i++) {
        p->in_total += in[i].iov_len;
    }
    if (ratio_max) {
        size_t most = times(p->in_total, ratio_max);

        if (most < COMPRESS_RATIO_FREE) {
            most = COMPRESS_RATIO_FREE;
        }
        if (most < p->out_most) {
            p->out_most = most;
            p->beyond = COMPRESS_RATIO;
        }
    }
}

int packing_has_more(packing_t *p)
{
    while (p->count && p->in_at == p->in->iov_len) {
        p->in++;
        p->count--;
        p->in_at = 0;
    }
    return p->count > 0;
}

int packing_piece(packing_t *p, const unsigned char **piece, size_t *len)
{
    if (!packing_has_more(p)) {
        return 0;
    }
    *piece = (const unsigned char *)p->in->iov_base + p->in_at;
    *len = p->in->iov_len - p->in_at;
    if (*len > PACKING_PIECE) {
        *len = PACKING_PIECE;
    }
    p->in_at += *len;
    return 1;
}

int packing_is_stopped(const packing_t *p)
{
    return p->stop && __atomic_load_n(p->stop, __ATOMIC_RELAXED);
}

compress_e packing_grow(packing_t *p)
{
    size_t most = p->out_most == SIZE_MAX ? SIZE_MAX : p->out_most + 1;
    size_t size = p->out_size ? times(p->out_size, 2) : p->in_total / 4;
    char *out;

    if (p->out_len > p->out_most) {
        return p->beyond;
    }
    if (size < LEAST_SIZE) {
        size = LEAST_SIZE;
    }
    if (size > most) {
        size = most;
    }
    out = realloc(p->out, size);
    if (!out) {
        return COMPRESS_NO_MEMORY;
    }
    p->out = out;
    p->out_size = size;
    return COMPRESS_OK;
}

compress_e packing_finish(packing_t *p, compress_e result, char **data,
                          size_t *len)
{
    char *fitting;

    if (result == COMPRESS_OK && p->out_len > p->out_most) {
        result = p->beyond;
    }
    if (result != COMPRESS_OK) {
        free(p->out);
        return result;
    }
    fitting = realloc(p->out, p->out_len ? p->out_len : 1);
    if (!fitting && !p->out) {
        return COMPRESS_NO_MEMORY;
    }
    *data = fitting ? fitting : p->out;
    *len = p->out_len;
    /* cppcheck-suppress memleak ; the caller's, as *data */
    return COMPRESS_OK;
}
