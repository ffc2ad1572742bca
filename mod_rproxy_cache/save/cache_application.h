/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_application.h: what the application behind us tells the cache in its
 * responses: lifetimes, tags, purges.  Layer L2.  Surrogate-*, Cache-Tag,
 * xkey, RProxy-*; X-LiteSpeed-* where RProxyCacheLiteSpeed is on; what a save
 * of WordPress means where RProxyCacheWordPress is on. */
#ifndef RPROXY_CACHE_APPLICATION_H
#define RPROXY_CACHE_APPLICATION_H

#include "serve/cache_request.h"

typedef struct {
    int64_t ttl_s, while_revalidate_s, if_error_s; /* -1: not told */
    int no_store;
    int is_public; /* said so before all of Cache-Control */
    const char *no_store_why;
    uint64_t tags[STORE_TAGS_MAX];
    int tag_count;
} cache_application_t;

/* Reads them from the response's fields, carries out its purges, and takes
 * them out of what r sends. */
void cache_application_read(cache_request_t *q, request_rec *r,
                            const h1_field_t *fields, size_t count,
                            cache_application_t *out);

/* One of those fields?  They are never stored. */
int cache_application_owns(slice_t name);

#endif
