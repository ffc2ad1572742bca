/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* validators.h: entity tags, dates and preconditions.  Layer L0.  RFC 9110
 * sections 8.8 and 13, RFC 9111 section 4.3.2. */
#ifndef RPROXY_CACHE_VALIDATORS_H
#define RPROXY_CACHE_VALIDATORS_H

#include "facts.h"

/* A syntactically right entity tag, weak or strong? */
int etag_is_valid(slice_t etag);
int etag_is_weak(slice_t etag);

/* Strong comparison: both strong and equal; weak: opaque parts equal.  What is
 * no entity tag matches nothing, not even itself. */
int etag_matches(slice_t a, slice_t b, int strong);

/* Is etag one of a list, or is the list "*"?  A list that cannot be read
 * matches nothing. */
int etag_list_has(slice_t list, slice_t etag, int strong);

/* Is this Last-Modified a strong validator?  Only when the response was dated
 * a second or more after it (RFC 9110 section 8.8.2.2).  -1: not known. */
int last_modified_is_strong(int64_t last_modified, int64_t date);

typedef enum {
    PRECONDITION_NONE,         /* go on: full answer (or range) */
    PRECONDITION_NOT_MODIFIED, /* 304 */
    PRECONDITION_FAILED        /* what is stored does not meet If-Match or
                                  If-Unmodified-Since.  The resource itself may:
                                  it is for the origin to say 412, so forward
                                  the request (RFC 9111 section 4.3.2) */
} precondition_e;

/* For GET and HEAD answered from a stored 200 response, in the order of RFC
 * 9110 section 13.2.2; dates compared as numbers, last_modified -1: unknown
 * (then the Date of the response may stand for it: RFC 9111 section 4.3.2).
 * Requests with conditions_lost go to the origin before this is asked. */
precondition_e precondition_decide(const request_facts_t *request, slice_t etag,
                                   int64_t last_modified, int64_t date,
                                   int64_t now_s);

#endif
