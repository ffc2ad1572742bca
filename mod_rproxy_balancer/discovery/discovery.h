/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovery.h: the thread that asks all sources for members.  Layer L1.
 *
 * Runs in the process that looks after the members (prober.h), beside its
 * thread: reading a file may wait for a disk, and shall hold no probe up. */
#ifndef RPROXY_BALANCER_DISCOVERY_H
#define RPROXY_BALANCER_DISCOVERY_H

#include "source.h"

typedef struct discovery_t discovery_t;

/* @param sources  [count], zeroed but for what is to be set; outlive it
 * @return NULL: no thread, no memory */
discovery_t *discovery_start(source_t *sources, int count);

/* Waits for the thread's end, which waits for no answer. */
void discovery_stop(discovery_t *discovery);

#endif
