/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prober.h: the process that looks after the members.  Layer L1.
 *
 * Each child has a thread that would like to be it.  One holds the segment's
 * election lock; when it dies the kernel says so to the next that asks, which
 * is within ELECTION_INTERVAL.  The thread runs a reactor with all probes on
 * it, and what time alone does to members.
 *
 * Nothing of the requests' engine is shared: connections of probes are counted
 * nowhere and never kept. */
#ifndef RPROXY_BALANCER_PROBER_H
#define RPROXY_BALANCER_PROBER_H

#include "../members/balance.h"
#include "probe.h"

#define ELECTION_INTERVAL apr_time_from_msec(250)

typedef struct {
    probe_rules_t probe;
    int enabled; /* else the times alone are looked after */
} prober_rules_t;

typedef struct {
    balance_t *balance;
    const prober_rules_t *rules;
} prober_pool_t;

/* On the thread of the process that is it. */
typedef struct {
    void (*elected)(void);          /* from now on */
    void (*resigned)(void);         /* no more */
    void (*second)(int64_t now_us); /* each second */
    void (*tick)(int64_t now_us);   /* ten times a second */
} prober_calls_t;

typedef struct prober_t prober_t;

/* In child_init.  Ends with pool, or by prober_stop.
 * @return NULL: no thread, no memory */
prober_t *prober_start(segment_t *segment, const prober_pool_t *pools,
                       int count, const prober_calls_t *calls,
                       apr_pool_t *pool);

/* Any thread: lets another process be it.  Does not wait. */
void prober_stop(prober_t *prober);

#endif
