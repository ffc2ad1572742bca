/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_serve.h: answers a request from a stored object.  Layer L2. */
#ifndef RPROXY_CACHE_SERVE_H
#define RPROXY_CACHE_SERVE_H

#include "serve/cache_request.h"

/* Before all phases: writes a finished head and the body past the filters of
 * the request.  q->pin holds the object.
 * @return OK, or DECLINED: this client needs the long way (nothing was sent) */
int cache_serve_quick(cache_request_t *q);

/* From a handler, through all output filters.  @return as a handler's */
int cache_serve(cache_request_t *q, request_rec *r);

/* Within a filter: r answers with the object's final head; its body is put
 * into bb, with EOS.  The pin must live as long as the request. */
void cache_serve_instead(cache_request_t *q, request_rec *r,
                         const store_pin_t *pin, apr_bucket_brigade *bb);

/* Body bytes [offset, offset + length) as buckets. */
void cache_serve_body(request_rec *r, const store_object_t *o, uint64_t offset,
                      uint64_t length, apr_bucket_brigade *bb);

/* Age, and Cache-Status where it is wanted. */
void cache_serve_set_age(cache_request_t *q, request_rec *r,
                         const store_object_t *o);

/* Seconds, when the request came. */
int64_t cache_serve_age(const cache_request_t *q, const store_object_t *o);

slice_t cache_final_head(const store_object_t *o);

/* Lifetime and age as reuse.h takes them. */
void cache_reuse_object(const store_object_t *o, int soft_purged,
                        reuse_object_t *out);

/* The origin has failed: may q->stale be sent in its place?  Not what has been
 * purged meanwhile; what is purged softly may. */
int cache_may_stand_in(const cache_request_t *q);

#endif
