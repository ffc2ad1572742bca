/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_area.h: what the processes of a server share of it.  Layer L2. */
#ifndef RPROXY_GUARD_FLEET_AREA_H
#define RPROXY_GUARD_FLEET_AREA_H

#include <http_log.h>

#include "consumed_ring.h"
#include "fleet.h"
#include "fleet_talk.h"

/* All atomics but for the fault's text, which one thread writes and whose last
 * byte stays 0.  A request that meets two halves of two secrets counts once
 * under a key that nobody has. */
typedef struct {
    uint64_t secret_low, secret_high; /* both 0: none yet */
    uint64_t owner;                   /* generation and process id; 0: nobody */
    int64_t beat_us;                  /* the owner was at work */
    uint32_t generation;              /* of the configuration */
    uint32_t state;                   /* fleet_state_e */
    uint64_t exchanges, keys, learned, faults, lost, took_us;
    redis_fault_t fault;
    consumed_ring_t ring;
} fleet_area_t;

#define FLEET_LOAD(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define FLEET_STORE(field, value) \
    __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
#define FLEET_ADD(field, n) __atomic_fetch_add(&(field), n, __ATOMIC_RELAXED)

/* ---- fleet_thread.c ---- */

/* In a child.
 * @param limits  [count], one of each id; in the pool
 * @param pool    its cleanup ends the thread, which takes the timeout of the
 *                server at most */
apr_status_t fleet_thread_start(fleet_area_t *area, const fleet_limit_t *limits,
                                int count, apr_pool_t *pool);

#endif
