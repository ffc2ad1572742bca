/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sticky_learned.h: which member an application's own session cookie came
 * from.  Layer L0.
 *
 * A table of fixed size in shared memory.  Each entry is one atomic word, so
 * there is no lock and nothing half written; in a full set the session that
 * was away longest is forgotten:
 *
 *   entry: 32 bits of the cookie's hash | 16 member + 1 | 16 second of last use
 *   member: 2 bits of its generation | 14 of its number (sticky_learned_member)
 *   set:   8 entries, a cache line
 *
 * The key is a keyed hash (siphash) of the cookie's value, which itself is not
 * kept. */
#ifndef RPROXY_BALANCER_STICKY_LEARNED_H
#define RPROXY_BALANCER_STICKY_LEARNED_H

#include <stddef.h>
#include <stdint.h>

enum {
    STICKY_LEARNED_SET = 8,
    STICKY_LEARNED_NUMBERS = 1 << 14, /* members' numbers are below this */
    STICKY_LEARNED_TIMEOUT_MAX_S = 32767
};

typedef struct {
    uint64_t *entry; /* relaxed atomics; all 0 at first */
    uint32_t sets;   /* a power of two */
    uint32_t timeout_s;
} sticky_learned_t;

/* The member that has the place of that number now: whoever has it next is
 * another one. */
static inline uint32_t sticky_learned_member(uint32_t number,
                                             uint32_t generation)
{
    return (generation & 3) * STICKY_LEARNED_NUMBERS + number;
}

static inline uint32_t sticky_learned_number(uint32_t member)
{
    return member % STICKY_LEARNED_NUMBERS;
}

/* A response set the cookie, or a request with it went to this member. */
void sticky_learned_note(const sticky_learned_t *table, uint64_t key,
                         uint32_t member, int64_t now_s);

/* @return the member, or PLAN_NONE: unknown, or not used for the timeout */
uint32_t sticky_learned_find(const sticky_learned_t *table, uint64_t key,
                             int64_t now_s);

/* The session has ended. */
void sticky_learned_forget(const sticky_learned_t *table, uint64_t key);

#endif
