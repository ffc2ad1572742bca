/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* removed.h: configured members that somebody removed at run time, so that a
 * graceful restart does not bring them back.  Layer L0.  Lies in shared memory,
 * under the pool's lock; all zero at first.  Whoever dies over it leaves one
 * too many or one too few, never another one. */
#ifndef RPROXY_BALANCER_REMOVED_H
#define RPROXY_BALANCER_REMOVED_H

#include <stdint.h>

enum {
    REMOVED_MAX = 64 /* of one upstream */
};

typedef struct {
    uint64_t id[REMOVED_MAX]; /* 0: none */
} removed_t;

int removed_has(const removed_t *removed, uint64_t id);

/* @return 0: no more fit in */
int removed_add(removed_t *removed, uint64_t id);

void removed_drop(removed_t *removed, uint64_t id);

/* Forgets those that are not among these. */
void removed_keep(removed_t *removed, const uint64_t *ids, int count);

#endif
