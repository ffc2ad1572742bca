/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* variant_etag.h: entity tags of the forms of one response.  Layer L0.  RFC
 * 9110 sections 8.8.3 and 8.8.3.3: forms of different codings have different
 * bytes, so a strong tag is never shared.
 *
 * The master keeps the origin's tag; a form made of it has the coding behind a
 * plus sign: "abc" -> "abc+gzip", "abc+br", "abc+identity"; W/"abc" ->
 * W/"abc+gzip".  What mod_deflate and mod_brotli made on the way has other
 * bytes and other tags, "abc-gzip" and "abc-br": clients hold those too. */
#ifndef RPROXY_CACHE_VARIANT_ETAG_H
#define RPROXY_CACHE_VARIANT_ETAG_H

#include "policy/accept_encoding.h"

/* A form's tag is longer by at most so much. */
#define VARIANT_ETAG_ROOM 16

/* @param etag the master's
 * @param coding of the form: CODING_IDENTITY, CODING_GZIP or CODING_BROTLI
 * @param out etag.len + VARIANT_ETAG_ROOM bytes
 * @return length; 0: etag is none that could be written */
size_t variant_etag_write(char *out, slice_t etag, unsigned coding);

/* Of which form is the tag that a client holds?  Weak comparison.
 * @param etag the master's; master: its coding
 * @return CODING_IDENTITY, _GZIP or _BROTLI; 0: it is none of this response */
unsigned variant_etag_form(slice_t tag, slice_t etag, unsigned master);

/* Does a client that sends If-None-Match hold a form that it may use for this
 * request too?  Then 304 with the tag *held, which is within list: the client
 * knows by it which of its responses is meant (RFC 9111 section 4.3.3).
 * @param acceptable forms that this request's Accept-Encoding allows
 * @return the form held; 0: none, list is "*", or it cannot be read, *held is
 *         as it was */
unsigned variant_etag_held(slice_t list, slice_t etag, unsigned master,
                           unsigned acceptable, slice_t *held);

#endif
