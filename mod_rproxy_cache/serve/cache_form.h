/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_form.h: an object is stored as it came, and packed or unpacked beside
 * that: which one suits a client.  Layer L2. */
#ifndef RPROXY_CACHE_FORM_H
#define RPROXY_CACHE_FORM_H

#include "serve/cache_request.h"

/* The form of an object that suits what the client accepts: itself or one of
 * its variants.  *wanting: a better one would suit, but is not made yet.
 * NULL: it would have to be unpacked first. */
const store_object_t *cache_form_find(const cache_request_t *q,
                                      const store_object_t *o, int *wanting);

/* The same, unpacked now if it must be, which takes its time.  NULL: there is
 * none that the client can read. */
const store_object_t *cache_form(const cache_request_t *q,
                                 const store_object_t *o, int *wanting);

/* Is r on an event loop, which o would hold up: to be unpacked, or not in
 * memory (RProxyCacheFile)? */
int cache_form_waits(const cache_request_t *q, request_rec *r,
                     const store_object_t *o);

/* CODING_GZIP, CODING_BROTLI or CODING_IDENTITY. */
unsigned cache_form_coding(const store_object_t *o);

#endif
