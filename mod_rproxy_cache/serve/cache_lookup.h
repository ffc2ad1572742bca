/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_lookup.h: decides what becomes of a request, before its handler.
 * Layer L2. */
#ifndef RPROXY_CACHE_LOOKUP_H
#define RPROXY_CACHE_LOOKUP_H

#include "serve/cache_request.h"

/* Of hits that would hold up an event loop: the engine knows no such handler,
 * and gives the request to a worker thread. */
#define CACHE_THREAD_HANDLER "rproxy-cache-thread"

typedef enum {
    FOUND_NOTHING, /* q->fwd says uri-miss or vary-miss */
    FOUND_OBJECT,  /* pinned */
    FOUND_MARKER   /* known not to be storable: do not queue */
} cache_found_e;

/* What is stored for q's key and fields; *soft: it was purged softly. */
cache_found_e cache_lookup(cache_request_t *q, store_pin_t *pin, int *soft);

/* May it answer the request? */
reuse_e cache_lookup_verdict(const cache_request_t *q, const store_pin_t *pin,
                             int soft);

/* Is it one with which what is stored is sent? */
int cache_lookup_is_served(reuse_e verdict);

/* Log, environment and counters of such an answer from q->pin. */
void cache_lookup_say_hit(cache_request_t *q, request_rec *r);

void cache_lookup_register_hooks(apr_pool_t *pool);

#endif
