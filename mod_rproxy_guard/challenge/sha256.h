/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sha256.h: SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104).  Layer L0.
 * For a handful of bytes at a time: tokens of visitors, and whether the work
 * that was asked for was done. */
#ifndef RPROXY_GUARD_SHA256_H
#define RPROXY_GUARD_SHA256_H

#include "http1/h1_slice.h"

#include <stdint.h>

enum {
    SHA256_BYTES = 32,
    SHA256_BLOCK = 64
};

typedef struct {
    unsigned char bytes[SHA256_BYTES];
} sha256_t;

/* The hash of first followed by second. */
sha256_t sha256(slice_t first, slice_t second);

/* key: any length */
sha256_t sha256_hmac(slice_t key, slice_t text);

/* In a time that does not tell where they differ.  @return 1: the same */
int sha256_equal(const void *a, const void *b, size_t len);

#endif
