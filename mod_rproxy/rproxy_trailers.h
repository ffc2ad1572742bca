/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_trailers.h: trailer fields of a response to an HTTP/1.1 client.
 * Layer L2.  RFC 9112 section 7.1.2. */
#ifndef RPROXY_TRAILERS_H
#define RPROXY_TRAILERS_H

#include <httpd.h>

/* r->trailers_out will be sent behind the last chunk.  To be called when the
 * head has gone down the filters (r->chunked is known) and the end has not;
 * does nothing for a response that is not chunked. */
void rproxy_trailers_expect(request_rec *r);

void rproxy_trailers_register(void);

#endif
