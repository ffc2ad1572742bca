/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hold.h: how many requests of each key are under way, over all processes
 * (RProxyGuardLimit concurrent=).  Layer L2.
 *
 *   | locks |  and for each limit and each slot of a process:
 *   | requests under way, keys (floods/open_table.h) |
 *
 * A process counts what it holds in the place of its slot; who wants one more
 * adds the places up, under a lock of that key's, so that of two who come at
 * once one gets the last place.  A killed process leaves a lock that the next
 * one takes over, and a slot that is emptied (shared/child_slots.h). */
#ifndef RPROXY_GUARD_HOLD_H
#define RPROXY_GUARD_HOLD_H

#include "../config/guard_config.h"

/* In post_config, with the limits of guard_global.  @return 0: no memory, and
 * the log says so */
int hold_open(server_rec *s);

typedef enum {
    HOLD_FULL,    /* as many as are allowed are under way */
    HOLD_TAKEN,   /* one more; hold_give gives it back */
    HOLD_NO_PLACE /* more keys than there is room for: it is not counted */
} hold_e;

hold_e hold_take(const guard_limit_t *limit, uint64_t hash);
void hold_give(const guard_limit_t *limit, uint64_t hash);

/* Requests under way that it counts. */
uint64_t hold_count(const guard_limit_t *limit);
uint32_t hold_count_of_key(const guard_limit_t *limit, uint64_t hash);

#endif
