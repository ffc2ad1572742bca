/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_ask.h: questions of other modules to an upstream.  Layer L2. */
#ifndef RPROXY_ASK_H
#define RPROXY_ASK_H

#include <httpd.h>

#include "engine/shared.h"

/* In child_init. */
void rproxy_ask_child_init(apr_pool_t *pchild, const shared_t *shared);

void rproxy_ask_register(void);

#endif
