/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_random.h: random bytes without a system call for each request.
 * Layer L1. */
#ifndef RPROXY_RANDOM_H
#define RPROXY_RANDOM_H

#include <stddef.h>

/* Bytes of the kernel's generator, from a reserve of the calling thread.
 * Not to be called before the children are forked: they would inherit the
 * reserve and hand out the same bytes.
 * @param count at most RPROXY_RANDOM_MAX
 * @return the bytes, valid until the next call of this thread, or NULL when
 *         the kernel gives none */
const unsigned char *rproxy_random_bytes(size_t count);

#define RPROXY_RANDOM_MAX 64

#endif
