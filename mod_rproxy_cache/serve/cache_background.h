/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_background.h: fetches that no client waits for: a stale response has
 * been sent and a new one is asked for.  Layer L2.
 *
 * The request is made anew, as the client sent it but for its conditions, on a
 * connection without a socket, and runs through all of httpd on a thread of
 * ours: any content that httpd serves can be fetched so. */
#ifndef RPROXY_CACHE_BACKGROUND_H
#define RPROXY_CACHE_BACKGROUND_H

#include "serve/cache_request.h"

/* Starts one for q's response, unless one is under way. */
void cache_background_start(cache_request_t *q);

/* Is r such a request? */
int cache_background_is_ours(const request_rec *r);

void cache_background_child_init(void);
void cache_background_register_hooks(apr_pool_t *pool);

#endif
