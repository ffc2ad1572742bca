/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* compress.h: whole bodies in memory, packed and unpacked.  Layer L1.  gzip
 * (RFC 1952) by zlib where HAVE_ZLIB, brotli (RFC 7932) by its library where
 * HAVE_BROTLI.
 *
 * No state of its own: any thread, any number at once. */
#ifndef RPROXY_CACHE_COMPRESS_H
#define RPROXY_CACHE_COMPRESS_H

#include <stddef.h>

#include <sys/uio.h>

#include "policy/accept_encoding.h"

/* The codings known here; others are not built. */
typedef enum {
    COMPRESS_GZIP = CODING_GZIP,
    COMPRESS_BROTLI = CODING_BROTLI
} compress_coding_e;

typedef enum {
    COMPRESS_OK,
    COMPRESS_NOT_BUILT, /* without the library of this coding */
    COMPRESS_NO_MEMORY,
    COMPRESS_STOPPED,   /* *stop became true */
    COMPRESS_TOO_LARGE, /* more than output_max */
    COMPRESS_RATIO,     /* grows beyond ratio_max: a bomb */
    COMPRESS_TRUNCATED, /* the end is missing */
    COMPRESS_CORRUPT,   /* not of this coding, or a wrong check sum */
    COMPRESS_TRAILING   /* something stands behind the end */
} compress_e;

typedef struct {
    size_t output_max;  /* bytes; a packed form that is no smaller than its
                          master is no use: the master's length says so here */
    unsigned ratio_max; /* unpacking: output for each byte of input; 0: any */
    const int *stop;    /* looked at now and then (atomic, relaxed); NULL */
} compress_limits_t;

/* Up to so much of output the ratio does not count: a page of spaces is none
 * of an attacker's. */
#define COMPRESS_RATIO_FREE (64u << 10)

/* @return 1: this build has the coding */
int compress_is_built(unsigned coding);

/* @param level of zlib 1-9, quality of brotli 0-11; cut to that
 * @param in count vectors, some may be empty; all of them together: nothing is
 *        allowed as well
 * @param data, len set if COMPRESS_OK, else untouched: the caller frees *data
 *        (free), which is never NULL */
compress_e compress_pack(unsigned coding, int level, const struct iovec *in,
                         int count, const compress_limits_t *limits,
                         char **data, size_t *len);

/* All members of a gzip file, one behind the other (RFC 1952 section 2.2);
 * what is not a member behind them is an error.  Parameters as above. */
compress_e compress_unpack(unsigned coding, const struct iovec *in, int count,
                           const compress_limits_t *limits, char **data,
                           size_t *len);

/* For logs: "ok", "not built", "too large", ... */
const char *compress_name(compress_e result);

#endif
