/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange.c: the life of an exchange: its states, what it wants, deadlines,
 * the end.  Layer L1, no system calls.
 *
 *   CHOOSE -> CONNECT -> HEAD -> [EXPECT ->] BODY -> SENT     request side
 *                          NONE -> HEAD -> BODY -> DONE       response side
 *
 * Where all members are full CHOOSE and WAIT alternate (exchange_wait.c).
 * A failed attempt goes back to CHOOSE when retry_decide allows it
 * (exchange_attempt.c). */
#include "exchange_private.h"

#include <stdarg.h>
#include <stdio.h>

#define EXPECT_WAIT apr_time_from_sec(1)

static const char *const request_names[] = {
#define X(id, name) name,
    REQUEST_STATES(X)
#undef X
};

static const char *const response_names[] = {
#define X(id, name) name,
    RESPONSE_STATES(X)
#undef X
};

void exchange_log(exchange_t *x, int level, const char *format, ...)
{
    char text[512];
    va_list args;

    if (!x->log || level < x->log_level) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    x->log(x->ctx, level, text);
}

void exchange_request_transit(exchange_t *x, request_state_e to)
{
    exchange_log(x, EXCHANGE_LOG_TRACE, "request %s -> %s",
                 request_names[x->request_state], request_names[to]);
    x->request_state = to;
}

void exchange_response_transit(exchange_t *x, response_state_e to)
{
    exchange_log(x, EXCHANGE_LOG_TRACE, "response %s -> %s",
                 response_names[x->response_state], response_names[to]);
    x->response_state = to;
}

exchange_t *exchange_create(apr_pool_t *pool)
{
    exchange_t *x = apr_pcalloc(pool, sizeof(*x));

    x->pool = pool;
    x->body_replayable = 1;
    x->log_level = EXCHANGE_LOG_WARNING;
    x->wake_fd = -1;
    return x;
}

metrics_member_t *exchange_member_metrics(const exchange_t *x)
{
    const shared_t *s = x->env->shared;

    return &s->member_metrics[shared_child() * s->members + x->member->id];
}

void exchange_release_conn(exchange_t *x, int reusable, apr_time_t now)
{
    if (x->counted) {
        METRIC_ADD(exchange_member_metrics(x)->active, -1);
        x->counted = 0;
    }
    if (!x->conn) {
        return;
    }
    if (reusable && !x->conn->hangup) {
        conn_pool_give(x->env->conns, &x->conn, now);
    }
    else {
        conn_close(&x->conn);
    }
}

void exchange_drop_buffers(exchange_t *x)
{
    chunk_release(&x->head_out);
    chunk_release(&x->in);
    x->input_pending = 0;
}

/* What the end says of the member. */
static balancer_result_e last_result(const exchange_t *x, outcome_e outcome)
{
    switch (outcome) {
    case OUTCOME_OK:
    case OUTCOME_CLIENT_GONE:
        return !x->response_started ? BALANCER_UNKNOWN
               : x->status >= 500   ? BALANCER_FAILED
                                    : BALANCER_PASSED;
    case OUTCOME_TRUNCATED:
    case OUTCOME_BETWEEN:
        return BALANCER_FAILED;
    case OUTCOME_TOTAL:
        return x->sent_at && !x->first_byte_at ? BALANCER_FAILED
                                               : BALANCER_UNKNOWN;
    default:
        return BALANCER_UNKNOWN;
    }
}

void exchange_finish(exchange_t *x, outcome_e outcome, int status,
                     const char *why, apr_time_t now)
{
    exchange_race_leave(x);
    exchange_wait_end(x,
                      outcome == OUTCOME_CLIENT_GONE ? BALANCER_GONE
                                                     : BALANCER_TIMED_OUT,
                      now);
    exchange_release_conn(x, 0, now);
    exchange_leave_member(x, last_result(x, outcome), outcome,
                          x->response_started ? x->status : 0, now);
    exchange_drop_buffers(x);
    exchange_drop_body(x);
    x->done = 1;
    x->outcome = outcome;
    x->error_status = status;
    x->reason = why;
    x->finished_at = now;
    if (!x->started) {
        x->started = now;
    }
}

void exchange_cancel(exchange_t *x, outcome_e outcome, apr_time_t now)
{
    if (!x->done) {
        exchange_race_cancel(x, outcome, now);
        exchange_finish(x, outcome, 0,
                        outcome == OUTCOME_CLIENT_GONE ? "the client went away"
                                                       : "cancelled",
                        now);
    }
}

int exchange_time_left(const exchange_t *x, apr_time_t now)
{
    return !x->policy.total_timeout
           || now < x->started + x->policy.total_timeout;
}

unsigned exchange_want(const exchange_t *x)
{
    unsigned want = 0;

    if (x->done) {
        return EXCHANGE_DONE;
    }
    if (x->request_state == REQUEST_CHOOSE
        || x->request_state == REQUEST_CONNECT) {
        return EXCHANGE_WANT_CONNECT;
    }
    if (x->request_state == REQUEST_WAIT) {
        return EXCHANGE_WANT_SLOT;
    }
    if (x->request_state == REQUEST_HEAD || x->body_next) {
        want |= EXCHANGE_WANT_WRITE;
    }
    if ((x->request_state == REQUEST_BODY
         || (x->request_state == REQUEST_HEAD && !x->request.expect_continue))
        && !x->body_next && !x->source_ended && !x->source_blocked
        && x->request.body != BODY_NONE) {
        want |= EXCHANGE_WANT_SOURCE;
    }
    want |= x->sink_full ? EXCHANGE_WANT_SINK : EXCHANGE_WANT_READ;
    return want;
}

static apr_time_t earlier(apr_time_t a, apr_time_t b)
{
    return !a ? b : !b || a < b ? a : b;
}

/* Which clock runs now, and when does it end? */
static apr_time_t side_deadline(const exchange_t *x, outcome_e *outcome)
{
    const exchange_policy_t *p = &x->policy;
    apr_interval_time_t limit;

    if (x->request_state == REQUEST_CHOOSE) {
        return 0;
    }
    if (x->request_state == REQUEST_WAIT) {
        *outcome = OUTCOME_OVERLOAD;
        return exchange_wait_deadline(x);
    }
    if (x->request_state == REQUEST_CONNECT) {
        *outcome = OUTCOME_CONNECT_TIME;
        limit = p->connect_timeout;
    }
    else if (x->request_state == REQUEST_EXPECT) {
        *outcome = OUTCOME_SEND;
        limit = EXPECT_WAIT;
    }
    else if (x->request_state == REQUEST_HEAD || x->body_next) {
        *outcome = OUTCOME_SEND;
        limit = p->send_timeout;
    }
    else if (x->request_state == REQUEST_BODY || x->sink_full) {
        return 0; /* the client is waited for, under its own clock */
    }
    else if (x->response_state == RESPONSE_BODY) {
        *outcome = OUTCOME_BETWEEN;
        limit = p->between_timeout;
    }
    else {
        *outcome = OUTCOME_FIRST_BYTE;
        limit = p->first_byte_timeout;
    }
    return limit ? x->progress_at + limit : 0;
}

apr_time_t exchange_deadline(const exchange_t *x)
{
    outcome_e outcome;
    apr_time_t total = x->policy.total_timeout && x->started
                           ? x->started + x->policy.total_timeout
                           : 0;

    return x->done ? 0
                   : earlier(earlier(side_deadline(x, &outcome), total),
                             x->hedge_at);
}

void exchange_on_deadline(exchange_t *x, apr_time_t now)
{
    outcome_e outcome = OUTCOME_TOTAL;
    apr_time_t at = side_deadline(x, &outcome);

    if (x->hedge_at && now >= x->hedge_at) {
        exchange_race_due(x, now);
    }
    if (!exchange_time_left(x, now)) {
        exchange_finish(x, OUTCOME_TOTAL, 504,
                        "the whole exchange took "
                        "longer than RProxyTimeout total=",
                        now);
        return;
    }
    if (!at || now < at) {
        return;
    }
    switch (outcome) {
    case OUTCOME_OVERLOAD:
        exchange_wait_on_deadline(x, now);
        break;
    case OUTCOME_CONNECT_TIME:
        exchange_connect_failed(x, outcome, 504,
                                "no connection within RProxyTimeout connect=",
                                now);
        break;
    case OUTCOME_SEND:
        if (x->request_state == REQUEST_EXPECT) { /* RFC 9110 10.1.1 */
            x->progress_at = now;
            exchange_request_transit(x, REQUEST_BODY);
            break;
        }
        exchange_attempt_failed(x, FAILED_TIMEOUT, outcome, 504,
                                "the request was not taken within "
                                "RProxyTimeout send=",
                                now);
        break;
    case OUTCOME_BETWEEN:
        exchange_finish(x, outcome, 504,
                        "no byte of the body within "
                        "RProxyTimeout between=",
                        now);
        break;
    default:
        exchange_attempt_failed(x, FAILED_TIMEOUT, outcome, 504,
                                "no response within RProxyTimeout "
                                "first-byte=",
                                now);
    }
}
