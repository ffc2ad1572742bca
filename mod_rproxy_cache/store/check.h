/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check.h: is a segment what it must be?  Layer L1.
 *
 * Trusts nothing but the plan: every ref, size and list is looked at before it
 * is followed.  For files before they are used, and for tests.  Takes memory of
 * its own (three bits for each granule), and the shard's lock. */
#ifndef RPROXY_STORE_CHECK_H
#define RPROXY_STORE_CHECK_H

#include "store_private.h"

/* @return NULL, or what is wrong */
const char *check_shard_locked(store_t *store, uint32_t shard);
const char *check_store(store_t *store);

#endif
