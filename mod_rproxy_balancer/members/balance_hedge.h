/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balance_hedge.h: second requests, as the engine asks for them (balancer_t);
 * pool is a balance_t.  Layer L1. */
#ifndef RPROXY_BALANCER_BALANCE_HEDGE_H
#define RPROXY_BALANCER_BALANCE_HEDGE_H

#include "balance.h"

balancer_hedge_verdict_e balance_hedge(void *pool,
                                       const balancer_tried_t *tried,
                                       apr_interval_time_t waited,
                                       apr_interval_time_t *after,
                                       apr_time_t now);
void balance_hedged(void *pool, balancer_hedge_e result);
balancer_result_e balance_outrun(void *pool, int member,
                                 apr_interval_time_t waited,
                                 apr_interval_time_t patience, apr_time_t now);

/* The head of a response has come. */
void balance_hedge_answered(const balance_t *balance, int member,
                            apr_interval_time_t first_byte);

#endif
