/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_talk.h: what servers that share limits say to Redis.  Layer L1.
 *
 *   PREFIX:secret         keys of all servers are hashed with it; the first
 *                         one to come has made it
 *   PREFIX:LIMIT:HASH     "AHEAD AT": so many units ahead (rate.h) at that
 *                         time of Redis, in usec; gone when it is forgotten
 *   PREFIX:news           a stream: what any of them was told of lately
 *                         (fleet_news.h), gone when that is a minute ago
 *
 * A script adds what one server has let through, answers what all have of these
 * keys, and what others have told since it was asked last. */
#ifndef RPROXY_GUARD_FLEET_TALK_H
#define RPROXY_GUARD_FLEET_TALK_H

#include "../limits/rate.h"
#include "consumed_batch.h"
#include "redis_link.h"
#include "routing/siphash.h"

enum {
    SCRIPT_ID_SIZE = 41, /* SHA-1 in hex, and 0 */
    NEWS_AT_ONCE = 32,
    NEWS_ID_SIZE = 44 /* two numbers, and 0 */
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
    char last[NEWS_ID_SIZE]; /* of the news that were read */
} fleet_talk_t;

/* A key that was counted somewhere: so many units ahead, so long ago. */
typedef void fleet_news_fn(const fleet_limit_t *limit, uint64_t hash,
                           uint64_t ahead, int64_t age_us, void *data);

/* On a new link.
 * @param secret  ours; out: that of all
 * @return 0 and *fault */
int fleet_talk_begin(fleet_talk_t *talk, siphash_key_t *secret,
                     redis_fault_t *fault);

/* The limit of that id, or NULL. */
const fleet_limit_t *fleet_talk_limit(const fleet_talk_t *talk, uint32_t id);

/* @param batch  of limits that are there; may be empty
 * @param learn  is told of each key of the batch, and of the news of others
 * @return so many news; NEWS_AT_ONCE: there may be more.  -1 and *fault */
int fleet_talk_exchange(fleet_talk_t *talk, const consumed_batch_t *batch,
                        fleet_news_fn *learn, void *data, redis_fault_t *fault);

#endif
