/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hedge.h: when to send a request to a second member because the first one is
 * slow (Dean and Barroso, The Tail at Scale, 2013).  Layer L0.
 *
 * The delay is the 95th percentile of the time to the first byte, kept as one
 * number: each slower sample takes it up by 19 steps, each faster one down by
 * one, which cancel out where one in twenty is slower. */
#ifndef RPROXY_BALANCER_HEDGE_H
#define RPROXY_BALANCER_HEDGE_H

#include <stdint.h>

/* clang-format off */
#define HEDGE_REASONS(X)                                                      \
    X(HEDGE_SLOW,        "slower than it should be")                          \
    X(HEDGE_OFF,         "not enabled")                                       \
    X(HEDGE_UNSAFE,      "the method is not safe")                            \
    X(HEDGE_BODY,        "the request has a body")                            \
    X(HEDGE_STARTED,     "the response has begun")                            \
    X(HEDGE_ALREADY,     "there is a second request")                         \
    X(HEDGE_UNKNOWN,     "too few responses to know what is slow")            \
    X(HEDGE_NO_MEMBER,   "no other member is open")                           \
    X(HEDGE_EARLY,       "not slow yet")                                      \
    X(HEDGE_NO_BUDGET,   "the budget is used up")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    HEDGE_REASONS(X)
#undef X
} hedge_reason_e;

typedef struct {
    int enabled;
    uint16_t budget_percent; /* second requests of all requests, at most */
    uint32_t delay_us;       /* 0: learnt, and within these bounds: */
    uint32_t min_delay_us, max_delay_us;
    uint32_t min_samples;
} hedge_rules_t;

typedef struct {
    int safe;             /* the method: GET, HEAD, OPTIONS */
    int has_body;         /* of the request */
    int response_started; /* its head has come from the first member */
    int hedged;           /* the second request was sent */
    int others;           /* open members besides the first one */
    uint32_t samples;     /* responses the delay was made of */
    uint32_t delay_us;    /* hedge_delay_next; 0: none yet; else unused */
    uint32_t waited_us;   /* since the request was sent */
    int32_t credit;       /* hedge_earn */
} hedge_in_t;

typedef struct {
    hedge_reason_e reason; /* HEDGE_SLOW: send it now, pay HEDGE_COST */
    uint32_t ask_after_us; /* HEDGE_EARLY: ask again then; else 0 */
} hedge_t;

enum {
    HEDGE_COST = 100,
    HEDGE_CREDIT_MAX = 1000
};

/* One number in shared memory: read, and store what this returns; of two
 * stored at once one may be lost. */
uint32_t hedge_delay_next(uint32_t delay_us, uint32_t sample_us);

/* Each first request earns a part of a second one. */
int32_t hedge_earn(int32_t credit, const hedge_rules_t *rules);

hedge_t hedge_decide(const hedge_in_t *in, const hedge_rules_t *rules);

const char *hedge_reason_text(hedge_reason_e reason);

#endif
