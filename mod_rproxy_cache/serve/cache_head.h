/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_head.h: response heads as text, as the store keeps them.  Layer L2.
 *
 *   200 OK CRLF  Name: value CRLF ...      no Content-Length, no empty line
 *
 * Two are kept: the raw one, as the handler made it, and the final one, behind
 * mod_headers.  Where they are the same, only the raw one. */
#ifndef RPROXY_CACHE_HEAD_H
#define RPROXY_CACHE_HEAD_H

#include <httpd.h>

#include "http1/h1_fields.h"

/* What r would send now: its tables, content type, encoding and languages. */
const h1_field_t *cache_head_fields(request_rec *r, size_t *count);

/* Those of them that are kept, as text from r->pool; Date is added where there
 * is none.  no_cache, private: lists of names (RFC 9111 section 3.2, 5.2.2). */
slice_t cache_head_text(request_rec *r, const h1_field_t *fields, size_t count,
                        slice_t no_cache, slice_t is_private);

/* The text with these fields instead. */
slice_t cache_head_write(apr_pool_t *pool, slice_t status_line,
                         const h1_field_t *fields, size_t count);

/* "200 OK", and the fields behind it as slices of text; from pool. */
slice_t cache_head_status(slice_t text);
const h1_field_t *cache_head_read(apr_pool_t *pool, slice_t text,
                                  size_t *count);

/* Makes r answer with this head: clears its response tables first. */
void cache_head_apply(request_rec *r, slice_t text, int status);

/* Removes a field from all that r would send. */
void cache_head_remove(request_rec *r, const char *name);

#endif
