/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_response.h: the head of an upstream's response -> request_rec.
 * Layer L2. */
#ifndef RPROXY_RESPONSE_H
#define RPROXY_RESPONSE_H

#include "http1/h1_framing.h"
#include "rproxy_match.h"

/* Fills r->status, r->status_line, r->headers_out (hop-by-hop and hidden
 * fields left out, Location and its like rewritten to the public name), the
 * content type and r->clength from the framing.  Copies what it keeps to
 * r->pool.
 * @param member the one that answered, for rewriting its name
 * @return OK, or HTTP_BAD_GATEWAY */
int rproxy_response_fill(request_rec *r, const route_match_t *match,
                         const settings_t *settings, const member_t *member,
                         const h1_response_t *response,
                         const h1_framing_t *framing);

/* RProxyErrorOverride: after rproxy_response_fill, whether the body of this
 * error is httpd's to make (ErrorDocument).  Clears then what the origin sent,
 * but for WWW-Authenticate and Retry-After.
 * @return OK, or the status to end the request with; the body is thrown away */
int rproxy_response_override(request_rec *r, const settings_t *settings);

/* 1xx other than 101: sends it on to the client, 103 with its fields, treated
 * as those of a final response.  One that is not clean is not sent. */
void rproxy_response_interim(request_rec *r, const route_match_t *match,
                             const settings_t *settings, const member_t *member,
                             const h1_response_t *response);

#endif
