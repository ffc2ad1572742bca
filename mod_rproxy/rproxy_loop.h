/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_loop.h: an exchange and its client on an event loop.  Layer L2. */
#ifndef RPROXY_LOOP_DRIVER_H
#define RPROXY_LOOP_DRIVER_H

#include "rproxy_handler.h"

/* From the handler, which then suspends the request: the client waits for the
 * exchange that is prepared. */
void rproxy_loop_wait(proxied_t *p);

/* The client's socket moved: room for more, or more of its body. */
void rproxy_loop_ready(proxied_t *p);

/* It is paused no more (rproxy_pause.c). */
void rproxy_loop_go_on(proxied_t *p);

#endif
