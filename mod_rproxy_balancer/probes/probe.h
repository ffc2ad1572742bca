/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe.h: asks a member whether it is well: one exchange of the engine, on a
 * reactor.  Layer L1. */
#ifndef RPROXY_BALANCER_PROBE_H
#define RPROXY_BALANCER_PROBE_H

#include "driver/reactor.h"
#include "probe_expect.h"

/* clang-format off */
#define PROBE_RESULTS(X)                                                      \
    X(PROBE_NONE,      "not probed yet")                                      \
    X(PROBE_GOOD,      "good")                                                \
    X(PROBE_CONNECT,   "no connection")                                       \
    X(PROBE_TIMEOUT,   "no answer in time")                                   \
    X(PROBE_BROKEN,    "a broken answer")                                     \
    X(PROBE_STATUS,    "another status than expected")                        \
    X(PROBE_FIELD,     "without the field expected")                          \
    X(PROBE_BODY,      "without the text expected")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    PROBE_RESULTS(X)
#undef X
} probe_result_e;

typedef enum {
    PROBE_HTTP,
    PROBE_TCP,
    PROBE_TLS
} probe_kind_e;

typedef struct {
    int kind;                      /* probe_kind_e */
    const char *method, *path;     /* "GET", "/" */
    const char *host;              /* NULL: the member's own */
    probe_expect_t expect;         /* of statuses */
    const char *body;              /* a text within, or NULL */
    const char *field, *field_has; /* a field and what is in it, or NULL */
    apr_interval_time_t timeout;
} probe_rules_t;

typedef struct probe_t probe_t;

/* On the reactor's thread. */
typedef void probe_done_fn(probe_t *probe, probe_result_e result, int status,
                           apr_interval_time_t took);

struct probe_t {
    /* set by whoever starts it */
    const probe_rules_t *rules;
    upstream_t *upstream; /* of the one member */
    probe_done_fn *done;
    /* while it runs */
    apr_pool_t *pool; /* NULL: it does not */
    exchange_t *x;
    request_head_t request;
    probe_result_e result;
    int status;
    char *body;
    size_t body_len;
};

/* @param pool  of the reactor's thread: the probe takes one below it */
void probe_start(probe_t *probe, reactor_t *reactor, apr_pool_t *pool);

/* Ends it without a result, if it runs. */
void probe_cancel(probe_t *probe);

const char *probe_result_text(probe_result_e result);

#endif
