/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* byte_range.h: ranges of a stored response.  Layer L0.  RFC 9110 sections 14
 * and 13.1.5, RFC 9111 sections 3.3 and 3.4. */
#ifndef RPROXY_CACHE_BYTE_RANGE_H
#define RPROXY_CACHE_BYTE_RANGE_H

#include "facts.h"

#define RANGES_MAX 16

typedef struct {
    int64_t first, last; /* inclusive, within the length */
} byte_range_t;

typedef enum {
    RANGE_WHOLE, /* 200: no GET, no ranges, malformed, too many or useless
                           ones, or If-Range does not hold */
    RANGE_PARTS, /* 206 */
    RANGE_UNSATISFIABLE /* 416, Content-Range: bytes slash length */
} range_e;

/* More than RANGES_MAX ranges, and several that are the whole body together,
 * are answered by the whole body (RFC 9110 section 14.2).
 * @param length of the body; -1: not known, then the answer is the whole
 * @param out room for RANGES_MAX; overlapping or touching parts are joined,
 *        order of the request kept otherwise
 * If-Range: an entity tag compares strongly; a date must equal last_modified
 * and be strong (RFC 9110 section 8.8.2.2, against date). */
range_e byte_range_decide(const request_facts_t *request, int64_t length,
                          slice_t etag, int64_t last_modified, int64_t date,
                          byte_range_t *out, int *count);

/* Makes of both, when they overlap or touch, one in *a: parts of a body that
 * two responses brought (RFC 9111 section 3.4; that both are of one
 * representation, told by a strong validator, is the caller's to know).
 * @return 1, or 0: there is a gap between them */
int byte_range_join(byte_range_t *a, const byte_range_t *b);

/* Content-Range of a stored or received 206: "bytes first-last/length".
 * @return 0, or -1: no bytes, or numbers that contradict each other (*length
 *         -1: unknown, "*") */
int content_range_read(slice_t value, byte_range_t *range, int64_t *length);

#endif
