/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balanced.h: the balanced upstreams of the running server: configuration,
 * shared memory and sessions together.  Layer L2. */
#ifndef RPROXY_BALANCER_BALANCED_H
#define RPROXY_BALANCER_BALANCED_H

#include "balancer_private.h"
#include "config/balancer_config.h"
#include "members/balance.h"
#include "sticky/sticky_learned.h"

typedef struct {
    balance_t balance; /* first: what the engine knows of it */
    const balancer_upstream_t *configured; /* members as configured */
    balancer_conf_t conf;
    prober_rules_t prober;
    sticky_learned_t learned;
    queue_t queue;
    concurrency_rules_t adaptive_rules;
} balanced_t;

extern apr_array_header_t *balanced_list; /* of balanced_t *; or NULL */
extern segment_t *balanced_segment;       /* NULL: nothing is balanced */
extern siphash_key_t balanced_secret;     /* of sessions' marks */

/* What rproxy_balancer_t.configure is. */
apr_status_t balanced_configure(apr_pool_t *pconf, server_rec *s,
                                const balancer_upstream_t *upstreams, int count,
                                void **pools);

/* Before the configuration is read. */
void balanced_forget(void);

#endif
