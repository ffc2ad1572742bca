/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* plans.h: the plan of an upstream in one process, replaced while others read
 * it.  Layer L1.
 *
 * A few places for plans.  Readers say in which they read; whoever makes the
 * next plan does it in a place where nobody is. */
#ifndef RPROXY_BALANCER_PLANS_H
#define RPROXY_BALANCER_PLANS_H

#include <pthread.h>

#include <apr_pools.h>

#include "engine/scratch.h"
#include "plan.h"

enum {
    PLANS_PLACES = 4
};

typedef struct {
    struct {
        const plan_t *plan;
        scratch_t scratch;
        uint32_t readers; /* atomic */
        uint32_t version;
    } place[PLANS_PLACES];
    uint32_t current; /* atomic */
    pthread_mutex_t making;
} plans_t;

/* Makes a plan in memory.  @return it, and the version of its facts */
typedef const plan_t *plans_make_fn(void *ctx, void *memory, uint32_t *version);

void plans_create(plans_t *plans, uint32_t count, apr_pool_t *pool);

/* The plan, a new one if there are facts newer than that of the present one
 * and nobody else makes it.  plans_let_go(plans, *place) when done. */
const plan_t *plans_hold(plans_t *plans, uint32_t version, plans_make_fn *make,
                         void *ctx, uint32_t *place);

static inline void plans_let_go(plans_t *plans, uint32_t place)
{
    __atomic_fetch_sub(&plans->place[place].readers, 1, __ATOMIC_RELEASE);
}

#endif
