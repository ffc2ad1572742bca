/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_sum.h: counters of all children, added up.  Layer L1.
 *
 * Only the slots that a child has ever used are read: memory of the others is
 * never touched, so that a look at the status does not make the server larger.
 * Which those are stands in a small shared mapping of its own. */
#ifndef RPROXY_STATUS_SUM_H
#define RPROXY_STATUS_SUM_H

#include "../engine/shared.h"

typedef struct {
    const shared_t *shared;
    int32_t *used; /* slots from 0 on that a child has used; atomic */
} status_slots_t;

/* In the parent.  The mapping goes with pool. */
apr_status_t status_slots_create(status_slots_t **slots, const shared_t *shared,
                                 apr_pool_t *pool);

/* In a child that has its slot. */
void status_slots_claimed(const status_slots_t *slots);

/* Slots that a process holds now. */
int status_slots_held(const status_slots_t *slots);

/* Each overwrites *sum, without a lock: a number may be an instant newer than
 * the one before.  Gauges are never negative. */
void status_sum_child(const status_slots_t *slots, metrics_child_t *sum);
void status_sum_route(const status_slots_t *slots, int route,
                      metrics_route_t *sum);
void status_sum_member(const status_slots_t *slots, int member,
                       metrics_member_t *sum);

#endif
