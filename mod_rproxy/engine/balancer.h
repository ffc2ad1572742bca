/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer.h: who chooses among an upstream's members where the engine does
 * not do so itself.  Layer L1.
 *
 * A table of functions that the glue hands in, and what they are given.  Each
 * is called on whatever thread runs the exchange, and waits for nothing.
 *
 *   choose or again -> [answered] -> leave     for each attempt's member
 *   wait -> [choose -> wait ...] -> stop_waiting   where all are full */
#ifndef RPROXY_BALANCER_H
#define RPROXY_BALANCER_H

#include <stdint.h>

#include <apr_time.h>

/* clang-format off */
#define BALANCER_REASONS(X)                                                   \
    X(BALANCER_BY_METHOD,  "method")                                          \
    X(BALANCER_BY_SESSION, "session")  /* its client has one there */         \
    X(BALANCER_BY_TRIAL,   "trial")    /* is it good again? */
/* clang-format on */

typedef enum {
#define X(id, text) id,
    BALANCER_REASONS(X)
#undef X
} balancer_reason_e;

typedef enum {
    BALANCER_PASSED,
    BALANCER_FAILED, /* no answer, a bad one, or a status from 500 on */
    BALANCER_UNKNOWN /* nothing was learnt of the member */
} balancer_result_e;

/* clang-format off */
#define BALANCER_HEDGES(X)                                                    \
    X(HEDGED_NOT,     NULL)      /* there was no second request */            \
    X(HEDGED_REFUSED, "refused") /* the budget was used up */                 \
    X(HEDGED_SENT,    "sent")    /* and neither was answered yet */           \
    X(HEDGED_WON,     "won")     /* the second one was answered */            \
    X(HEDGED_LOST,    "lost")    /* the first one was, the second cancelled */\
    X(HEDGED_FAILED,  "failed")  /* the second one did */
/* clang-format on */

/* What became of a second request. */
typedef enum {
#define X(id, text) id,
    BALANCER_HEDGES(X)
#undef X
} balancer_hedge_e;

typedef enum {
    BALANCER_HEDGE_NO,
    BALANCER_HEDGE_LATER,  /* ask again after a time */
    BALANCER_HEDGE_NOW,    /* it was paid for */
    BALANCER_HEDGE_REFUSED /* the budget is used up */
} balancer_hedge_verdict_e;

enum {
    BALANCER_NONE = -1, /* no member is left */
    BALANCER_FULL = -2  /* all that are left are at their limits */
};

/* What became of an attempt. */
typedef struct {
    int failed;
    int outcome;              /* outcome_e */
    int status;               /* of the answer; 0: none came */
    apr_interval_time_t took; /* from its begin to the answer's end */
} balancer_attempt_t;

enum {
    BALANCER_TRIED = 100, /* as many as an exchange may have tries */
    BALANCER_MEMBERS = 10000,
    BALANCER_URL = 384 /* bytes with the NUL */
};

/* The members an exchange was at.  Of more than BALANCER_TRIED the latest. */
typedef struct {
    uint32_t count;
    uint16_t member[BALANCER_TRIED];
} balancer_tried_t;

static inline void balancer_tried_add(balancer_tried_t *tried, int member)
{
    tried->member[tried->count++ % BALANCER_TRIED] = (uint16_t)member;
}

static inline uint32_t balancer_tried_count(const balancer_tried_t *tried)
{
    return tried->count < BALANCER_TRIED ? tried->count : BALANCER_TRIED;
}

static inline int balancer_is_tried(const balancer_tried_t *tried, int member)
{
    uint32_t i, count = balancer_tried_count(tried);

    for (i = 0; i < count && tried->member[i] != member; i++) {
    }
    return i < count;
}

/* What a choice depends on. */
typedef struct {
    uint64_t hash;      /* of what shall stay together */
    int session_member; /* number of the member the client was on, or -1 */
    uint32_t session_generation; /* of whoever had the place then; 0: any */
    int fit_for_trial;           /* it is sent again when it fails */
    int class_number;            /* 0: the most important one */
    int is_called;               /* it has waited, and its turn has come */
    int is_spare;                /* it gets what others leave, and no wait */
} balancer_request_t;

/* Who has the place of a member's number. */
typedef struct {
    uint32_t generation; /* of those who had it, over 0 */
    char url[BALANCER_URL];
    int max_connections;
} balancer_place_t;

/* ---- waiting for a member with room ---- */

typedef enum {
    BALANCER_WAITS,
    BALANCER_CALLED,  /* its turn: choose, then stop_waiting or wait anew */
    BALANCER_REPLACED /* somebody more important has its place */
} balancer_verdict_e;

typedef enum {
    BALANCER_ENTERED,  /* it waits; it may be called already */
    BALANCER_NO_QUEUE, /* nobody waits at this upstream */
    BALANCER_REFUSED   /* too many wait; retry_after_s is set */
} balancer_entry_e;

/* How the waiting has ended. */
typedef enum {
    BALANCER_SERVED,
    BALANCER_NOBODY_LEFT, /* called, but no member is open any more */
    BALANCER_TIMED_OUT,
    BALANCER_GONE, /* the client */
    BALANCER_MOVED /* it was replaced */
} balancer_exit_e;

/* Embedded in who waits, from wait to the end of stop_waiting. */
typedef struct balancer_waiter_t {
    /* The engine's.  Called on any thread, at most once for each wait, when the
     * verdict has come; waits for nothing, calls nothing of the balancer. */
    void (*wake)(struct balancer_waiter_t *waiter);

    /* The balancer's. */
    struct balancer_waiter_t *next, *prev;
    apr_time_t since, until;
    uint32_t retry_after_s; /* set when it is not served */
    int place;              /* in the queue */
    int verdict;            /* balancer_verdict_e; atomic */
} balancer_waiter_t;

typedef struct {
    /* Names a member that was not tried.
     * @param pool   of the upstream, as configured
     * @return the member's number, BALANCER_NONE or BALANCER_FULL */
    int (*choose)(void *pool, const balancer_request_t *request,
                  const balancer_tried_t *tried, apr_time_t now,
                  balancer_reason_e *reason);

    /* The same member once more, after leave. */
    void (*again)(void *pool, int member);

    /* Would choose name one, as things are? */
    int (*is_left)(void *pool, const balancer_tried_t *tried, apr_time_t now);

    /* The head of a response has come, so long after its request. */
    void (*answered)(void *pool, int member, apr_interval_time_t first_byte,
                     apr_time_t now);

    /* The member does not want to be asked before then, where there is another
     * one. */
    void (*pause)(void *pool, int member, apr_time_t until, apr_time_t now);

    /* Shall another member be asked too, since the last of those tried has
     * been waited for so long?  *after: usec, with BALANCER_HEDGE_LATER. */
    balancer_hedge_verdict_e (*hedge)(void *pool, const balancer_tried_t *tried,
                                      apr_interval_time_t waited,
                                      apr_interval_time_t *after,
                                      apr_time_t now);

    /* How that went: HEDGED_WON, HEDGED_LOST or HEDGED_FAILED. */
    void (*hedged)(void *pool, balancer_hedge_e result);

    /* Another member answered while this one was waited for.
     * @param patience  usec it would have had; 0: no limit
     * @return what leave shall be told: BALANCER_FAILED of one that has not
     *         answered anybody for that long, else BALANCER_UNKNOWN */
    balancer_result_e (*outrun)(void *pool, int member,
                                apr_interval_time_t waited,
                                apr_interval_time_t patience, apr_time_t now);

    /* An attempt that said something of its member is over; before leave. */
    void (*ended)(void *pool, int member, const balancer_attempt_t *attempt,
                  apr_time_t now);

    /* It serves this request no longer. */
    void (*leave)(void *pool, int member, balancer_reason_e reason,
                  balancer_result_e result, apr_time_t now);

    /* ---- members that come and go: one thread at a time ---- */

    /* Numbers are below this. */
    int (*places)(void *pool);

    /* Another number after each that came, changed or went; cheap. */
    uint32_t (*changes)(void *pool);

    /* @return 0: the place is free */
    int (*place)(void *pool, int member, balancer_place_t *place);

    /* This process has what it needs to send there.  Before, choose names
     * others. */
    void (*ready)(void *pool, int member, uint32_t generation);

    /* After BALANCER_FULL.  Of one that was called: it waits on, in front of
     * those that came later. */
    balancer_entry_e (*wait)(void *pool, balancer_waiter_t *waiter,
                             const balancer_request_t *request, apr_time_t now);

    /* Nothing of the balancer knows the waiter any more. */
    void (*stop_waiting)(void *pool, balancer_waiter_t *waiter,
                         balancer_exit_e why, apr_time_t now);
} balancer_t;

/* What the configuration says of a member and an upstream. */
typedef struct {
    const char *url;
    const char *options;              /* as configured, behind the URL */
    const char *zone, *group, *route; /* or NULL */
    int weight, backup, tier;
    int max_connections; /* 0: no limit */
    apr_interval_time_t slow_start;
} balancer_member_t;

typedef struct {
    const char *name;
    const balancer_member_t *member;
    int count;
    int room; /* places for members; the balancer's own */
} balancer_upstream_t;

#endif
