/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_buffer.h: RProxyRequestBuffer: a request's body is there completely
 * before any upstream is asked.  Layer L2.  RFC 9110 section 10.1.1. */
#ifndef RPROXY_BUFFER_H
#define RPROXY_BUFFER_H

#include "rproxy_handler.h"

/* Where it is set and there is a body: from here on the exchange, which has
 * not begun, reads it from the buffer. */
void rproxy_buffer_prepare(proxied_t *p);

/* Takes what is there of the body; on a worker thread waits for all of it.
 * @return 1 when it is over: p->x can begin, or is done when there is no use.
 *         0 on the loop, when rproxy_loop_ready is to be called again */
int rproxy_buffer_collect(proxied_t *p);

/* Does the loop wait for the client to send more? */
int rproxy_buffer_waits(const proxied_t *p);

/* May rproxy_buffer_collect be called? */
int rproxy_buffer_is_collecting(const proxied_t *p);

/* Is all of the body here? */
int rproxy_buffer_is_complete(const proxied_t *p);

/* Gives everything up, if there is anything. */
void rproxy_buffer_end(proxied_t *p);

#endif
