/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_request.h: request_rec -> the request an upstream gets.  Layer L2. */
#ifndef RPROXY_REQUEST_H
#define RPROXY_REQUEST_H

#include "engine/message.h"
#include "rproxy_match.h"

/* Hop-by-hop fields and those nominated by Connection are removed first, then
 * our own (X-Forwarded-*, Forwarded, Via, X-Real-IP, X-Request-ID,
 * traceparent) are added as the settings say.  Allocates from r->pool.
 * Reads r->headers_in after all phases, so that mod_headers' changes count.
 * @return OK, or an HTTP status when a part may not go on the wire */
int rproxy_request_build(request_rec *r, const route_match_t *match,
                         const settings_t *settings, request_head_t *head);

/* Is r what httpd asks for as the ErrorDocument of a failed request? */
int rproxy_request_is_error_document(const request_rec *r);

/* The request id that was sent (made or passed on), or NULL. */
const char *rproxy_request_id(request_rec *r);

#endif
