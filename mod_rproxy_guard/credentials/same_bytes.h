/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* same_bytes.h: comparing secrets.  Layer L0. */
#ifndef RPROXY_GUARD_SAME_BYTES_H
#define RPROXY_GUARD_SAME_BYTES_H

#include <stddef.h>

/* Are they the same?  It takes the same time wherever they differ. */
static inline int same_bytes(const void *a, const void *b, size_t len)
{
    const volatile unsigned char *x = a, *y = b;
    unsigned char differ = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        differ |= (unsigned char)(x[i] ^ y[i]);
    }
    return differ == 0;
}

#endif
