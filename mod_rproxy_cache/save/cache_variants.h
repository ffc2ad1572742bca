/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_variants.h: compressed forms of stored responses, made once, off the
 * request's way.  Layer L2. */
#ifndef RPROXY_CACHE_VARIANTS_H
#define RPROXY_CACHE_VARIANTS_H

#include "store/store.h"

/* Is a library for any coding built in? */
int cache_variants_possible(void);

/* Has the forms made (bits: COMPRESS_*_BIT), in the background. */
void cache_variants_make(const store_key_t *key, int codings);

/* The plain form of an object whose master is packed, made now.  @return NULL:
 * it cannot be (not built in, a bomb, no room) */
const store_object_t *cache_variants_unpack(const store_object_t *o);

#endif
