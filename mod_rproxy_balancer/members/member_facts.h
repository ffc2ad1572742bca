/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_facts.h: what is known of the members of an upstream.  Layer L0.
 *
 * Two halves.  Facts change when somebody or a probe says so: a plan (plan.h)
 * is made of them, again after each change.  The load changes with every
 * request: it is read where it lies, in memory shared by all children, one
 * array for each quantity so that looking at all members touches few cache
 * lines.
 *
 * A member's number is its place in these arrays.  It stays the same while
 * others come and go; a place that is free has the state MEMBER_NONE. */
#ifndef RPROXY_BALANCER_MEMBER_FACTS_H
#define RPROXY_BALANCER_MEMBER_FACTS_H

#include <stddef.h>
#include <stdint.h>

enum {
    MEMBERS_MAX = 10000,
    MEMBER_WEIGHT_MAX = 1000,
    MEMBER_TIERS = 16
};

/* clang-format off */
#define MEMBER_STATES(X)                                                      \
    X(MEMBER_NONE,        "none")         /* a free place */                  \
    X(MEMBER_UP,          "up")                                               \
    X(MEMBER_DRAIN,       "drain")        /* its own sessions, no others */   \
    X(MEMBER_DOWN,        "down")         /* probes fail */                   \
    X(MEMBER_EJECTED,     "ejected")      /* requests fail */                 \
    X(MEMBER_TRIAL,       "trial")        /* one request may find out */      \
    X(MEMBER_MAINTENANCE, "maintenance")  /* somebody said so */
/* clang-format on */

typedef enum {
#define X(id, text) id,
    MEMBER_STATES(X)
#undef X
} member_state_e;

typedef struct {
    uint64_t id;              /* a well mixed hash of its name */
    uint32_t max_connections; /* 0: no limit */
    uint32_t zone;            /* a number of its name; 0: none */
    uint32_t group;           /* likewise: for failover of sessions */
    uint16_t weight;          /* 0: no new clients; to MEMBER_WEIGHT_MAX */
    uint8_t state;            /* member_state_e */
    uint8_t tier;             /* 0 first; below MEMBER_TIERS */
    uint8_t backup;           /* 1: only when no other is left */
    uint8_t ramp_percent;     /* of the weight, in slow start; 100: all */
} member_facts_t;

/* All relaxed atomics in shared memory. */
typedef struct {
    const uint32_t *in_flight;     /* [member]: requests, of all children */
    const uint32_t *first_byte_us; /* [member]: response_time.h; 0: unknown */
    const uint32_t *total;         /* in flight, all members */
    uint64_t *turn;                /* the next one of round robin */
} member_load_t;

/* "up", "drain" ... for logs and status. */
static inline const char *member_state_text(member_state_e state)
{
    static const char *const texts[] = {
#define X(id, text) text,
        MEMBER_STATES(X)
#undef X
    };
    return texts[state];
}

#endif
