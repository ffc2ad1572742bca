/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* metrics.h: counters of one child, in shared memory.  Layer L1 (no APR).
 *
 * Every child writes its own copy with relaxed atomics; readers add them up.
 * Counts of a child slot go on when a new child takes the slot over, so sums
 * never fall. */
#ifndef RPROXY_METRICS_H
#define RPROXY_METRICS_H

#include <stdint.h>

/* Latency histogram: bucket i counts values below 2^(i/2) * 128 usec, so two
 * buckets to an octave from 128 us to about 3 minutes; the last is open. */
#define HISTOGRAM_BUCKETS 42

typedef struct {
    uint64_t count[HISTOGRAM_BUCKETS];
    uint64_t sum_us;
} histogram_t;

/* clang-format off */
#define OUTCOMES(X)                                                           \
    X(OUTCOME_OK,            "ok")             /* a response was passed on */  \
    X(OUTCOME_CONNECT,       "connect_failed")                                \
    X(OUTCOME_CONNECT_TIME,  "connect_timeout")                               \
    X(OUTCOME_RESET,         "reset")          /* before the first byte */     \
    X(OUTCOME_FIRST_BYTE,    "first_byte_timeout")                            \
    X(OUTCOME_BETWEEN,       "between_timeout")                               \
    X(OUTCOME_SEND,          "send_timeout")                                  \
    X(OUTCOME_TOTAL,         "total_timeout")                                 \
    X(OUTCOME_INVALID,       "invalid_response")                              \
    X(OUTCOME_TRUNCATED,     "truncated")      /* after the head was passed */ \
    X(OUTCOME_NO_MEMBER,     "no_member")                                     \
    X(OUTCOME_OVERLOAD,      "overload")       /* all members stayed full */  \
    X(OUTCOME_CLIENT_GONE,   "client_gone")                                   \
    X(OUTCOME_BAD_REQUEST,   "bad_request_body")                              \
    X(OUTCOME_REFUSED,       "refused")        /* by us, before any member */
/* clang-format on */

typedef enum {
#define X(id, name) id,
    OUTCOMES(X)
#undef X
    OUTCOME_COUNT
} outcome_e;

/* The word for logs, status and tests; static storage. */
const char *outcome_name(outcome_e outcome);

typedef struct {
    uint64_t status_class[6]; /* of responses passed on: [1]..[5] */
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t bytes_in;  /* request bodies to upstreams */
    uint64_t bytes_out; /* response bodies from upstreams */
    uint64_t retries;
    int64_t active;    /* exchanges under way; a killed child's rest is
                               * taken back with its connections */
    histogram_t total; /* whole exchange */
} __attribute__((aligned(64))) metrics_route_t;

typedef struct {
    uint64_t attempts;
    uint64_t failures;
    uint64_t connects; /* new connections */
    uint64_t reuses;   /* attempts on a kept connection */
    int64_t active;
    int64_t idle; /* kept connections */
    histogram_t connect;
    histogram_t first_byte;
} __attribute__((aligned(64))) metrics_member_t;

typedef struct {
    uint64_t adopted;  /* client connections taken over by the loops */
    int64_t clients;   /* of them open now */
    uint64_t requests; /* served on the loops */
    uint64_t handoffs; /* requests given to a worker thread */
    int64_t handoffs_active;
    uint64_t loop_turns;
    histogram_t loop_lag; /* time one turn of a loop took */
} __attribute__((aligned(64))) metrics_child_t;

void histogram_add(histogram_t *h, int64_t usec);

#define METRIC_ADD(field, n) __atomic_fetch_add(&(field), (n), __ATOMIC_RELAXED)
#define METRIC_READ(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

#endif
