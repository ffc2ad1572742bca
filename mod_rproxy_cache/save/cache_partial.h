/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_partial.h: parts of a response.  Layer L2.  RFC 9111 sections 3.3 and
 * 3.4: a 206 with a strong validator is stored as one contiguous part; parts
 * that touch are joined, and what has become whole is a 200. */
#ifndef RPROXY_CACHE_PARTIAL_H
#define RPROXY_CACHE_PARTIAL_H

#include "serve/cache_request.h"

/* Is the range that q asks for within the stored part?  @return 1 and *range */
int cache_partial_serves(const cache_request_t *q, const store_object_t *o,
                         byte_range_t *range);

/* Answers r with the range that cache_partial_serves found. */
void cache_partial_answer(cache_request_t *q, request_rec *r,
                          const store_object_t *o, apr_bucket_brigade *bb);

/* A 206 is about to be stored: its place in the whole into meta, and, if the
 * part q->part touches it, both together.
 * @param length out: bytes that will be stored
 * @return 0, or -1: it is not to be stored */
int cache_partial_begin(cache_request_t *q, const response_facts_t *facts,
                        store_meta_t *meta, int64_t *length);

/* Bytes of the older part in front of the new one, behind it. */
apr_status_t cache_partial_front(cache_request_t *q);
apr_status_t cache_partial_back(cache_request_t *q);

#endif
