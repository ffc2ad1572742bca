/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ticket.h: what stands in the index for a fetch under way (fill.h).
 * Layer L1. */
#ifndef RPROXY_STORE_TICKET_H
#define RPROXY_STORE_TICKET_H

#include "index.h"

/* In the index, under way, named by pin.  @return its ref; 0: no room */
uint32_t ticket_create_locked(store_t *store, shard_t *shard,
                              const index_place_t *place, slice_t key,
                              uint32_t pin);

/* Wakes the children that have asked for it since the last time. */
void ticket_wake(const store_t *store, uint32_t ref);

/* The owner is gone: a ticket or object under way will not be completed.
 * Objects before tickets, which wake. */
void ticket_break(store_t *store, store_object_t *o);

#endif
