/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_quick.h: hits before all phases, in quick_handler: what no phase could
 * have decided otherwise for another client.  Layer L2. */
#ifndef RPROXY_CACHE_QUICK_H
#define RPROXY_CACHE_QUICK_H

#include "serve/cache_request.h"

/* Why hits in a host of these settings wait for all phases; NULL: they need
 * not. */
const char *cache_quick_why_not(const cache_settings_t *s);

/* Before the children: may anything be served before the phases? */
void cache_quick_configure(int quick);

void cache_quick_register_hooks(void);

#endif
