/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_text.h: a whole HTTP/1.1 request as text (RFC 9112), as somebody
 * wrote it into a file to ask what the rules say of it.  Layer L1 (memory of a
 * pool).
 *
 * Lenient where people are: lines may end with LF alone, Content-Length and
 * Host may be missing.  What httpd would make of a request before rules see it
 * is done here too: fields of one name are joined, chunks are put together. */
#ifndef RPROXY_GUARD_REQUEST_TEXT_H
#define RPROXY_GUARD_REQUEST_TEXT_H

#include "request_head.h"

/* Points into the text, or memory of the pool. */
typedef struct {
    waf_head_t head; /* client and server are 127.0.0.1; time is the caller's */
    waf_mapped_t mapped;
    slice_t content_type; /* p NULL: none */
    slice_t body;
} request_text_t;

/* @param text     outlives what is read
 * @return NULL, or what is wrong, with the line's number */
const char *request_text_read(slice_t text, request_text_t *request,
                              apr_pool_t *pool);

#endif
