/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_stream.h: a page that is sent again and again, as events of
 * text/event-stream (WHATWG HTML, section 9.2).  Layer L2. */
#ifndef RPROXY_STATUS_STREAM_H
#define RPROXY_STATUS_STREAM_H

#include <httpd.h>

#include "status_write.h"

/* What is to be sent.  r is a copy of the request whose pool goes with the
 * event. */
typedef void status_stream_fn(request_rec *r, writer_t *w);

/* From a handler: once a second, until the client goes, the child is to stop or
 * an hour is over, without a thread in between.  Where a request cannot wait on
 * a loop, or enough do, it is 204: the client is to ask again and again.
 * @return what the handler returns */
int status_stream(request_rec *r, status_stream_fn *write);

#endif
