/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sessions.h: what a request's choice depends on, and what the client is given
 * so that its next one comes to the same member.  Layer L2. */
#ifndef RPROXY_BALANCER_SESSIONS_H
#define RPROXY_BALANCER_SESSIONS_H

#include "balanced.h"

/* What rproxy_balancer_t.request and .response are. */
void sessions_request(request_rec *r, void *pool, balancer_request_t *request);
void sessions_response(request_rec *r, void *pool, int member);

/* A cookie that came with the request.  @return 1 and *value, or 0 */
int sessions_find_cookie(const request_rec *r, const char *name,
                         slice_t *value);

#endif
