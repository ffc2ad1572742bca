/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet.h: limits that several servers count together.  Layer L2.
 *
 *   request -> table of this server (at once, as ever) -> decision
 *                 |  ^
 *      consumed   v  |  what all have
 *             one thread of one process  <-- each 20 ms -->  Redis
 *
 * A request is decided by the table of its own server, and never waits.  What
 * it has used up goes through a ring in shared memory (consumed_ring.h) to the
 * thread of an elected process (fleet_thread.c), which adds it up, tells Redis,
 * and raises the table to what all servers have counted.  While Redis is away
 * each server counts for itself. */
#ifndef RPROXY_GUARD_FLEET_H
#define RPROXY_GUARD_FLEET_H

#include "../config/guard_config.h"

typedef enum {
    FLEET_STARTS,
    FLEET_SHARED,
    FLEET_AWAY
} fleet_state_e;

typedef struct {
    fleet_state_e state;
    redis_fault_t fault; /* the last one; "" before */
    uint64_t exchanges;
    uint64_t keys;    /* that were told in them */
    uint64_t learned; /* keys that were heard of, these and others' */
    uint64_t faults;  /* of connections and exchanges */
    uint64_t lost;    /* requests that other servers were not told of, since
                         there was no room */
    uint64_t took_us; /* the last exchange */
} fleet_report_t;

/* In check_config.  @return 0: a limit is shared with nobody, and the log says
 * so */
int fleet_check(server_rec *s);

/* In post_config.  @return 0: no memory, and the log says so */
int fleet_open(server_rec *s);

/* In child_init. */
void fleet_start(server_rec *s, apr_pool_t *pool);

/* That the keys of a limit are hashed with: the fleet's, or this server's. */
siphash_key_t fleet_secret(const guard_limit_t *limit);

/* A request was allowed by a limit, and counted here.  Any thread, at once. */
void fleet_note(const guard_limit_t *limit, uint64_t hash);

/* The key begins anew, in Redis too. */
void fleet_forget(const guard_limit_t *limit, uint64_t hash);

fleet_report_t fleet_report(void);
const char *fleet_state_name(fleet_state_e state);

#endif
