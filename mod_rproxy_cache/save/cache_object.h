/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_object.h: what the store keeps of a response.  Layer L2. */
#ifndef RPROXY_CACHE_OBJECT_H
#define RPROXY_CACHE_OBJECT_H

#include "save/cache_application.h"

/* STORE_GZIP, STORE_BROTLI or 0; *unknown: another coding, or several. */
unsigned cache_object_coding(const response_facts_t *facts, int *unknown);

/* Shall packed forms be made of it?  length -1: not known yet. */
int cache_object_is_compressible(const cache_request_t *q, const request_rec *r,
                                 const response_facts_t *facts, int64_t length);

/* Times and flags; q's ttl and checked_why as well. */
void cache_object_meta(store_meta_t *meta, cache_request_t *q, request_rec *r,
                       const response_facts_t *facts,
                       const lifetime_t *lifetime);

/* Where the entity tag stands within the head's text. */
void cache_object_find_etag(store_meta_t *meta, slice_t head);

int cache_object_has_server(const h1_field_t *fields, size_t count);

/* Without what is the application's talk with us, and refused cookies; *count
 * becomes smaller. */
const h1_field_t *cache_object_fields(cache_request_t *q, apr_pool_t *pool,
                                      const h1_field_t *fields, size_t *count);

typedef struct {
    slice_t raw, final; /* final.len 0: the same */
} cache_heads_t;

cache_heads_t cache_object_heads(cache_request_t *q, request_rec *r,
                                 const h1_field_t *raw, size_t raw_count,
                                 const h1_field_t *final, size_t final_count,
                                 const response_facts_t *facts, int has_forms);

/* Room for STORE_TAGS_MAX.  @return their number */
int cache_object_tags(const cache_request_t *q,
                      const cache_application_t *application, uint64_t *tags);

#endif
