/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* purge.h: what concerns an object of the purges since it was looked at last.
 * Layer L1.
 *
 * A purge costs the same whatever the number of objects: it moves the clock on
 * and notes the new time at its tag, at "all", or in the ring of prefixes.  An
 * object knows up to which time it was looked at; it is purged if one of its
 * tags, or all, or a prefix of its key has a later one.  What a note has no
 * room for counts as purged: entries of other tags that fall together, bans
 * that left the ring. */
#ifndef RPROXY_STORE_PURGE_H
#define RPROXY_STORE_PURGE_H

#include "store_private.h"

/* As store_object_purged, without its counting. */
store_purged_e purge_check(store_t *store, store_object_t *o);

/* The clock begins anew some time before it would run out; then nothing may be
 * left that remembers it.  @return whether that was so */
int purge_clock_renew(store_t *store);

#endif
