/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_talk.h: what servers that share limits say to Redis.  Layer L1.
 *
 *   PREFIX:secret         keys of all servers are hashed with it; the first
 *                         one to come has made it
 *   PREFIX:LIMIT:HASH     "AHEAD AT": so many units ahead (rate.h) at that
 *                         time of Redis, in usec; gone when it is forgotten
 *
 * A script adds what one server has let through and answers what all have. */
#ifndef RPROXY_GUARD_FLEET_TALK_H
#define RPROXY_GUARD_FLEET_TALK_H

#include "../limits/rate.h"
#include "consumed_batch.h"
#include "redis_link.h"
#include "routing/siphash.h"

enum {
    SCRIPT_ID_SIZE = 41 /* SHA-1 in hex, and 0 */
};

/* A limit as Redis knows it. */
typedef struct {
    uint32_t id;      /* consumed_t.limit */
    const char *name; /* with its rate */
    rate_rule_t rule;
} fleet_limit_t;

typedef struct {
    const char *prefix;
    const fleet_limit_t *limit; /* [count] */
    int count;
    redis_link_t *link;
    char script[SCRIPT_ID_SIZE];
} fleet_talk_t;

/* On a new link.
 * @param secret  ours; out: that of all
 * @return 0 and *fault */
int fleet_talk_begin(fleet_talk_t *talk, siphash_key_t *secret,
                     redis_fault_t *fault);

/* The limit of that id, or NULL. */
const fleet_limit_t *fleet_talk_limit(const fleet_talk_t *talk, uint32_t id);

/* @param batch  not empty, of limits that are there
 * @param ahead  [BATCH_KEYS], out: of each key of the batch, in units to
 *               rate_ahead_most
 * @return 0 and *fault */
int fleet_talk_exchange(const fleet_talk_t *talk, const consumed_batch_t *batch,
                        uint64_t *ahead, redis_fault_t *fault);

#endif
