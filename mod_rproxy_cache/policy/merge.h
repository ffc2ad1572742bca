/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* merge.h: freshening a stored head by a 304, or by a HEAD's response.
 * Layer L0.  RFC 9111 sections 3.2, 4.3.4 and 4.3.5. */
#ifndef RPROXY_CACHE_MERGE_H
#define RPROXY_CACHE_MERGE_H

#include "facts.h"

/* Does this 304 speak of the stored response?  (strong validator equal; else
 * weak; else neither has one and there is only one) */
int merge_selects(const response_facts_t *stored,
                  const response_facts_t *fresh);

/* A 304 without any validator.  Its origin owes one (RFC 9110 section 15.4.5)
 * and many forget it; as the answer to a request that named the stored
 * response's own validator, and no other, it can mean nothing else. */
int merge_is_bare(const response_facts_t *fresh);

/* A HEAD's 200 that does not fit the stored GET's response: section 4.3.5. */
int merge_head_contradicts(const response_facts_t *stored,
                           const response_facts_t *fresh);

/* Is the stored field replaced by a fresh one of that name?  All are but
 * Content-Encoding, Content-Type, Content-Range, Content-Length, Age,
 * hop-by-hop ones, and Set-Cookie: a cookie that comes with a 304 is for the
 * client that asked, not for those who get the stored response. */
int merge_replaces(slice_t name);

/* The merged list: stored fields without the replaced ones, then the fresh
 * ones that replace, but for those that a Connection line among fresh
 * nominates.  @param out room for stored_count + fresh_count
 * @return their number */
size_t merge_fields(h1_field_t *out, const h1_field_t *stored,
                    size_t stored_count, const h1_field_t *fresh,
                    size_t fresh_count);

/* Fields that are never stored: hop-by-hop ones, those that Connection
 * nominates, those of a qualified no-cache or private list, Age (computed
 * anew), Cache-Status members stay.
 * @param connection all Connection lines as one list, may be empty */
int merge_is_stored(slice_t name, slice_t connection, slice_t no_cache_fields,
                    slice_t private_fields);

#endif
