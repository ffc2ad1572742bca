/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedging.h: second requests of an upstream, for all children: what is slow,
 * the budget, what became of them.  Layer L1 (no APR).
 *
 * Every field is an atomic integer in shared memory, and all zero at the start.
 * Of two writers at once one may be lost, which moves the delay by one step. */
#ifndef RPROXY_BALANCER_HEDGING_H
#define RPROXY_BALANCER_HEDGING_H

#include "engine/balancer.h"
#include "hedge.h"

/* Of an upstream. */
typedef struct {
    uint32_t delay_us; /* hedge_delay_next */
    uint32_t samples;  /* that it was made of; counted up to what is enough */
    int32_t spent;     /* of HEDGE_CREDIT_MAX, and not earned back */
    uint64_t sent, won, lost, failed, refused;
} __attribute__((aligned(64))) hedging_t;

/* Of a member: for how long somebody waited without an answer to anybody. */
typedef struct {
    int64_t until_us;  /* the last of them gave up then */
    int64_t waited_us; /* in all, since the last answer */
} silence_t;

/* A first request begins: it earns its part. */
void hedging_earn(hedging_t *hedging, const hedge_rules_t *rules);

/* A response's head came after so long. */
void hedging_sample(hedging_t *hedging, const hedge_rules_t *rules,
                    uint32_t first_byte_us);

/* A safe request without a body has been waited for so long; others: members
 * that could be asked.  Counts, and pays. */
balancer_hedge_verdict_e hedging_ask(hedging_t *hedging,
                                     const hedge_rules_t *rules, int others,
                                     uint32_t waited_us, uint32_t *after_us);

void hedging_count(hedging_t *hedging, balancer_hedge_e result);

/* Somebody waited that long until now, and then had its answer elsewhere.
 * @return usec without an answer, in all */
int64_t silence_add(silence_t *silence, int64_t waited_us, int64_t now_us);
void silence_end(silence_t *silence);

#endif
