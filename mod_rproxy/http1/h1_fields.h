/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_fields.h: field lines, token lists and hop-by-hop names.  Layer L0. */
#ifndef RPROXY_H1_FIELDS_H
#define RPROXY_H1_FIELDS_H

#include "h1_slice.h"

typedef struct {
    slice_t name;  /* as received, a valid token */
    slice_t value; /* trimmed of OWS; no CR, LF or NUL in it */
} h1_field_t;

/* Next element of a comma-separated list (RFC 9110 section 5.6.1): skips empty
 * elements, respects quoted strings, trims OWS.  *rest is advanced.
 * @return 1 and *element, or 0 at the end of the list */
int h1_list_next(slice_t *rest, slice_t *element);

/* Does the list in value have the token (ASCII, without case)?  Parameters
 * behind ";" are not part of the token compared. */
int h1_list_has(slice_t value, slice_t token);

/* A field that belongs to one connection only and is never forwarded:
 * Connection, Keep-Alive, Proxy-Connection, Proxy-Authenticate,
 * Proxy-Authorization, Proxy-Authentication-Info, TE, Trailer,
 * Transfer-Encoding, Upgrade (RFC 9110 section 7.6.1, RFC 9112 section 9). */
int h1_is_hop_by_hop(slice_t name);

/* May a Connection field nominate this name for removal?  Not the fields that
 * frame or route a message, nor those that we add after the removal: Host,
 * Content-Length, Transfer-Encoding, Via, Forwarded, X-Forwarded-*, X-Real-IP,
 * X-Request-ID, Traceparent.  All others may, Cookie and the like included. */
int h1_may_be_nominated(slice_t name);

/* May a trailer section carry this name (RFC 9110 section 6.5.1)?  Not the
 * fields that frame, route, authenticate, set cookies, control caches or say
 * how to read the content: a receiver that merges trailers into the head would
 * be told too late, or told twice. */
int h1_may_be_trailer(slice_t name);

/* A token, not empty (RFC 9110 section 5.6.2). */
int h1_is_token(slice_t s);

/* A field value that may go on the wire: no NUL, CR, LF or other control
 * characters but HTAB (RFC 9110 section 5.5; obs-text is allowed). */
int h1_is_field_value(slice_t s);

/* Digits only, no sign, no space, no overflow of int64.
 * @return 0 and *out, or -1 */
int h1_parse_length(slice_t s, int64_t *out);

#endif
