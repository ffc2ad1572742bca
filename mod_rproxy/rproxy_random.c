/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_random.c: a reserve of random bytes for each thread.  Layer L1. */
#include "rproxy_random.h"

#include <apr_general.h>

#define RESERVE 1024

static __thread struct {
    unsigned char bytes[RESERVE];
    size_t left;
} reserve;

const unsigned char *rproxy_random_bytes(size_t count)
{
    if (reserve.left < count) {
        if (apr_generate_random_bytes(reserve.bytes, RESERVE) != APR_SUCCESS) {
            return NULL;
        }
        reserve.left = RESERVE;
    }
    reserve.left -= count;
    return reserve.bytes + reserve.left;
}
