/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ticket.h: the places that requests hold of a limit with concurrent=.
 * Layer L2. */
#ifndef RPROXY_GUARD_TICKET_H
#define RPROXY_GUARD_TICKET_H

#include <httpd.h>

#include "../limits/hold.h"

typedef struct ticket_t ticket_t;

/* hold_take, until the request's pool ends; or until the connection has another
 * request: the one before is over then, though its pool waits for the response
 * to leave, which pipelined ones do together.  On the thread that serves the
 * connection's request. */
hold_e ticket_take(request_rec *r, const guard_limit_t *limit, uint64_t hash);

#endif
