/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* retry.h: may a failed attempt be repeated?  RFC 9110 section 9.2.2.
 * Layer L0. */
#ifndef RPROXY_RETRY_H
#define RPROXY_RETRY_H

/* clang-format off */
#define RETRY_FAILURES(X)                                                     \
    X(FAILED_CONNECT,   "connect failed")                                     \
    X(FAILED_NO_SLOT,   "member at its connection limit")                     \
    X(FAILED_RESET,     "connection lost before the response")                \
    X(FAILED_TIMEOUT,   "no response in time")                                \
    X(FAILED_INVALID,   "malformed response")                                 \
    X(FAILED_STATUS,    "response status")

#define RETRY_REASONS(X)                                                      \
    X(RETRY_BECAUSE_STALE,    "a kept connection was closed by the member")   \
    X(RETRY_BECAUSE_UNSENT,   "nothing was sent yet")                         \
    X(RETRY_BECAUSE_SAFE,     "the method is idempotent")                     \
    X(NO_RETRY_STARTED,       "the response has begun")                       \
    X(NO_RETRY_KIND,          "not enabled for this failure")                 \
    X(NO_RETRY_METHOD,        "the method is not idempotent")                 \
    X(NO_RETRY_BODY,          "the request body cannot be sent again")        \
    X(NO_RETRY_TRIES,         "all tries are used up")                        \
    X(NO_RETRY_ASKED,         "another member was asked already")       \
    X(NO_RETRY_MEMBER,        "no other member is left")                      \
    X(NO_RETRY_BUDGET,        "the retry budget is used up")                  \
    X(NO_RETRY_TIME,          "no time is left")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    RETRY_FAILURES(X)
#undef X
} retry_failure_e;

typedef enum {
#define X(id, text) id,
    RETRY_REASONS(X)
#undef X
} retry_reason_e;

typedef enum {
    GIVE_UP,
    RETRY_NEXT,      /* another member if there is one */
    RETRY_SAME_FRESH /* the same member on a new connection */
} retry_verdict_e;

typedef struct {
    retry_failure_e failure;
    int enabled;  /* this failure is among RProxyRetry on= */
    int attempts; /* made so far, this one included */
    int max_attempts;
    int idempotent;       /* the method */
    int sent;             /* some byte of the request was written */
    int response_started; /* the client was sent a byte of the response */
    int reused;           /* the attempt was made on a kept connection */
    int body_replayable;  /* all body bytes read so far are still held */
    int other_asked;      /* at the same time */
    int time_left;
} retry_in_t;

typedef struct {
    retry_verdict_e verdict;
    retry_reason_e reason;
    int costs; /* must be paid from the retry budget */
} retry_t;

retry_t retry_decide(const retry_in_t *in);

const char *retry_reason_text(retry_reason_e reason);
const char *retry_failure_text(retry_failure_e failure);

#endif
