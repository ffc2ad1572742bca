/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_inner.h: limits of places that a request reaches within httpd.
 * Layer L2. */
#ifndef RPROXY_GUARD_INNER_H
#define RPROXY_GUARD_INNER_H

void guard_inner_register(void);

#endif
