/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_delay.h: requests that a rule lets go on later (action=delay).
 * Layer L2.
 *
 * How long is guard_request_t.wait; the wait is in the handler phase, before
 * the request's own handler, or that of one that httpd makes of it.  On an
 * event loop no thread waits, elsewhere half of the worker threads at most. */
#ifndef RPROXY_GUARD_DELAY_H
#define RPROXY_GUARD_DELAY_H

#include <apr_pools.h>
#include <httpd.h>

/* With the verdict that it may go on: sees to it that nobody answers it before
 * its time, if it is to wait.
 * @return NULL; or why it cannot wait, a phrase: then it must be refused */
const char *guard_delay_begin(request_rec *r);

/* In post_config. */
void guard_delay_open(void);

void guard_delay_register(void);

#endif
