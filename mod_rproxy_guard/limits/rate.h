/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rate.h: how often, and how many at once: the generic cell rate algorithm
 * (ITU-T I.371, annex A).  Layer L0.
 *
 * What is kept of a key is one number, the time at which all it has done will
 * be forgotten.  A request that costs 1 moves that by one interval; it is
 * allowed while that time is no further ahead than burst intervals.
 *
 * Times are in units of 1/256 of the rule's interval, modulo 2^42: a small
 * number holds them, whatever the rate, and a count is right to the request.
 * A time that is further ahead than any request can have put it is one from
 * long ago, or from before the clock was set back: it counts as forgotten, but
 * for two seconds beyond, for requests do not come in the order in which they
 * looked at the clock.
 * Where other servers count too it may be further ahead, by their debt. */
#ifndef RPROXY_GUARD_RATE_H
#define RPROXY_GUARD_RATE_H

#include <stdint.h>

enum {
    RATE_UNITS = 256, /* to one interval */
    RATE_TIME_BITS = 42,
    RATE_BURST_MAX = 1000000,
    RATE_QUEUE_MAX = 1000000 * RATE_UNITS,
    RATE_COST_MAX = 1000000
};

#define RATE_TIME_MASK ((UINT64_C(1) << RATE_TIME_BITS) - 1)

typedef struct {
    uint64_t count;     /* so many requests, 1 to 10^9 */
    uint64_t period_us; /* in so much time, 1 to a year */
    uint32_t burst;     /* and so many more at once, to RATE_BURST_MAX */
    uint32_t queue;     /* units that more may be ahead, and wait for it */
    uint32_t debt;      /* units that more may be ahead when several servers
                           let through too many at once: nothing is allowed
                           until that is made up for */
} rate_rule_t;

typedef struct {
    int allowed;
    uint64_t until;     /* to be kept; as before where it is not allowed */
    uint32_t remaining; /* so many more would be allowed now, without a wait */
    uint64_t wait_us;   /* allowed: not before so long */
    uint64_t retry_us;  /* not allowed: it would be after so long */
} rate_t;

/* Of a clock in microseconds: the time in the rule's units. */
uint64_t rate_now(const rate_rule_t *rule, int64_t now_us);

/* rule->queue for waits of at most so long; fair, since each is given its own
 * time when it comes. */
uint32_t rate_queue(const rate_rule_t *rule, int64_t longest_us);

/* Is nothing left to remember of this key?  Then its place is free. */
int rate_is_forgotten(const rate_rule_t *rule, uint64_t until, uint64_t now);

/* The furthest that anything can be ahead, in units. */
uint64_t rate_ahead_most(const rate_rule_t *rule);

/* What is left of so many units when so much time has passed. */
uint64_t rate_left(const rate_rule_t *rule, uint64_t ahead, int64_t age_us);

/* How far ahead, in units; 0: forgotten.  Two seconds beyond rate_ahead_most:
 * who asks looked at the clock before others did. */
uint64_t rate_ahead(const rate_rule_t *rule, uint64_t until, uint64_t now);

/* @param until  of the key, or now for one that is not known
 * @param now    rate_now
 * @param cost   0: only look; to RATE_COST_MAX */
rate_t rate_decide(const rate_rule_t *rule, uint64_t until, uint64_t now,
                   uint32_t cost);

#endif
