/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* blocking.h: may httpd's phases and filters run on a loop?  Layer L2. */
#ifndef RPROXY_BLOCKING_H
#define RPROXY_BLOCKING_H

#include <httpd.h>

/* In post_config: looks at who has registered for the request phases, and
 * names in one log line the modules that are not known to be quick. */
void blocking_configure(apr_pool_t *pool, server_rec *s);

/* Is there a module in the phases that may wait?  Then whole requests go to
 * worker threads. */
int blocking_phases(void);

/* In post_config: one more filter that is. */
void blocking_filters_add(const char *name);

/* In child_init: looks up the filters that are known to be quick. */
void blocking_filters_find(void);

/* Do all output filters of the request only compute? */
int blocking_filters_safe(const request_rec *r);

#endif
