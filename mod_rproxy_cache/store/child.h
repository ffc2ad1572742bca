/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* child.h: the processes that use the store.  Layer L1. */
#ifndef RPROXY_STORE_CHILD_H
#define RPROXY_STORE_CHILD_H

#include "store_private.h"

/* Makes the descriptor of that child readable. */
void child_wake(const store_t *store, uint32_t child);

/* Takes back what children held whose process is gone; thorough: also where
 * another process has got its number. */
void child_reclaim_dead(store_t *store, int thorough);

#endif
