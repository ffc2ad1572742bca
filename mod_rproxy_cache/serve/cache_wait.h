/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_wait.h: follows somebody else's fetch of the same response.  Layer L2.
 *
 * On an event loop the request is parked, elsewhere its thread waits.  What
 * wakes them is one thread of the child that reads the store's descriptor. */
#ifndef RPROXY_CACHE_WAIT_H
#define RPROXY_CACHE_WAIT_H

#include "serve/cache_request.h"

/* The handler of a request that waits (q->pin).  @return as a handler's */
int cache_wait(cache_request_t *q, request_rec *r);

/* A waiting request goes itself: claims, or does without (cache_lookup.c). */
void cache_fetch_alone(cache_request_t *q, request_rec *r);

/* In child_init. */
apr_status_t cache_wait_start(apr_pool_t *pchild);

#endif
