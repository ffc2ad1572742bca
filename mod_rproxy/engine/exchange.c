/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange.c: the life of an exchange: choosing a member, attempts, deadlines,
 * the end.  Layer L1, no system calls.
 *
 *   CHOOSE -> CONNECT -> HEAD -> [EXPECT ->] BODY -> SENT     request side
 *                          NONE -> HEAD -> BODY -> DONE       response side
 *
 * A failed attempt goes back to CHOOSE when retry_decide allows it. */
#include "exchange_private.h"

#include <stdarg.h>
#include <stdio.h>

#define EXPECT_WAIT apr_time_from_sec(1)
/* Far more than httpd lets in unless its limits are raised. */
#define REQUEST_HEAD_MAX (4 * 1024 * 1024)

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
    return x;
}

metrics_member_t *exchange_member_metrics(const exchange_t *x)
{
    const shared_t *s = x->env->shared;

    return &s->member_metrics[shared_child() * s->members + x->member->id];
}

static member_t *member_at(const exchange_t *x, int i)
{
    return APR_ARRAY_IDX(x->upstream->members, i, member_t *);
}

/* The first that answers: in the order given, those that failed lately last,
 * backups behind the others. */
static member_t *first_usable(const exchange_t *x, int backup, int paused,
                              apr_time_t now)
{
    int i;

    for (i = 0; i < x->upstream->members->nelts && i < 64; i++) {
        member_t *m = member_at(x, i);
        if (!(x->tried & (1ULL << i)) && !m->backup == !backup
            && member_paused(m, now) == paused) {
            return m;
        }
    }
    return NULL;
}

static member_t *pick(const exchange_t *x, apr_time_t now)
{
    member_t *m = first_usable(x, 0, 0, now);

    if (!m) {
        m = first_usable(x, 1, 0, now);
    }
    if (!m) {
        m = first_usable(x, 0, 1, now);
    }
    return m ? m : first_usable(x, 1, 1, now);
}

void exchange_choose(exchange_t *x, apr_time_t now)
{
    if (!x->member) {
        x->member = pick(x, now);
        if (!x->member) {
            exchange_finish(x, OUTCOME_NO_MEMBER, 503,
                            "no member is left to try", now);
            return;
        }
        x->tried |= 1ULL << (x->member->number & 63);
    }
    if (!x->started) {
        x->started = now;
        retry_budget_earn(x->upstream);
    }
    x->attempts++;
    x->address = 0;
    x->attempt_started = x->progress_at = now;
    x->codec = x->member->protocol->create(x->pool, &x->request,
                                           &x->policy.limits);
    METRIC_ADD(exchange_member_metrics(x)->attempts, 1);
    exchange_request_transit(x, REQUEST_CONNECT);
}

static int write_head(exchange_t *x)
{
    slice_t authority = slice_str(x->member->authority);
    size_t cap = CHUNK_SMALL;
    h1_writer_t writer;

    for (;;) {
        x->head_out = chunk_get(&x->env->chunks, cap);
        h1_writer_init(&writer, x->head_out->data, x->head_out->cap);
        if (x->member->protocol->write_head(x->codec, authority, &writer)
            == H1_WRITE_OK) {
            x->head_out->end = writer.len;
            return 1;
        }
        chunk_release(&x->head_out);
        if (writer.status != H1_WRITE_NO_ROOM || cap >= REQUEST_HEAD_MAX) {
            return 0;
        }
        cap = cap < CHUNK_LARGE ? CHUNK_LARGE : 2 * cap;
    }
}

void exchange_on_connected(exchange_t *x, apr_time_t now)
{
    metrics_member_t *m = exchange_member_metrics(x);

    x->conn->exchange = x;
    x->was_reused = x->conn->reused;
    x->connected_at = x->progress_at = now;
    METRIC_ADD(m->active, 1);
    x->counted = 1;
    if (x->was_reused) {
        METRIC_ADD(m->reuses, 1);
    }
    else {
        histogram_add(&m->connect, now - x->attempt_started);
    }
    if (!write_head(x)) {
        exchange_finish(x, OUTCOME_REFUSED, 400,
                        "the request head cannot be sent on", now);
        return;
    }
    x->out_done = 0;
    x->body_next = x->body_out; /* a retry sends it again */
    exchange_request_transit(x, REQUEST_HEAD);
    exchange_response_transit(x, RESPONSE_HEAD);
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

static void drop_buffers(exchange_t *x)
{
    chunk_release(&x->head_out);
    chunk_release(&x->in);
    x->input_pending = 0;
}

void exchange_finish(exchange_t *x, outcome_e outcome, int status,
                     const char *why, apr_time_t now)
{
    exchange_release_conn(x, 0, now);
    drop_buffers(x);
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
        exchange_finish(x, outcome, 0,
                        outcome == OUTCOME_CLIENT_GONE ? "the client went away"
                                                       : "cancelled",
                        now);
    }
}

static int time_left(const exchange_t *x, apr_time_t now)
{
    return !x->policy.total_timeout
           || now < x->started + x->policy.total_timeout;
}

/* Back to CHOOSE, with the member kept or open. */
static void start_over(exchange_t *x, int fresh_only, apr_time_t now)
{
    exchange_release_conn(x, 0, now);
    drop_buffers(x);
    x->sent_some = 0;
    x->first_byte_at = x->sent_at = 0;
    x->interims = 0;
    x->fresh_only = fresh_only;
    exchange_response_transit(x, RESPONSE_NONE);
    exchange_request_transit(x, REQUEST_CHOOSE);
}

static void to_other_member(exchange_t *x, apr_time_t now)
{
    start_over(x, 0, now); /* still counts at the old one */
    x->member = NULL;
}

/* Another member; the same once more only if it answers connects. */
static int is_member_left(const exchange_t *x, retry_failure_e failure,
                          apr_time_t now)
{
    return pick(x, now)
           || (failure != FAILED_CONNECT && failure != FAILED_NO_SLOT);
}

/* The rules, then what only this exchange knows. */
static retry_t decide(exchange_t *x, retry_failure_e failure, apr_time_t now)
{
    const int is_unasked = failure == FAILED_NO_SLOT; /* no attempt was made */
    const int enabled = x->policy.retry_on & (1 << failure);
    const retry_in_t in = { .failure = failure,
                            .enabled = is_unasked || enabled,
                            .attempts = x->attempts - is_unasked,
                            .max_attempts = x->policy.retry_tries,
                            .idempotent = x->request.is_idempotent,
                            .sent = x->sent_some,
                            .response_started = x->response_started,
                            .reused = x->conn && x->conn->reused,
                            .body_replayable = x->body_replayable,
                            .time_left = time_left(x, now) };
    retry_t verdict = retry_decide(&in);

    if (verdict.verdict != RETRY_NEXT) {
        return verdict;
    }
    if (!is_member_left(x, failure, now)) {
        verdict.verdict = GIVE_UP;
        verdict.reason = NO_RETRY_MEMBER;
    }
    else if (verdict.costs && !retry_budget_spend(x->upstream)) {
        verdict.verdict = GIVE_UP;
        verdict.reason = NO_RETRY_BUDGET;
    }
    return verdict;
}

static void count_failure(exchange_t *x, apr_time_t now)
{
    METRIC_ADD(exchange_member_metrics(x)->failures, 1);
    member_failed(x->member, now);
}

void exchange_attempt_failed(exchange_t *x, retry_failure_e failure,
                             outcome_e outcome, int status, const char *why,
                             apr_time_t now)
{
    const retry_t verdict = decide(x, failure, now);
    const int is_free =
        verdict.verdict == RETRY_SAME_FRESH || failure == FAILED_NO_SLOT;

    if (!is_free) {
        count_failure(x, now);
    }
    exchange_log(x, verdict.verdict == RETRY_SAME_FRESH ? EXCHANGE_LOG_DEBUG
                                                        : EXCHANGE_LOG_WARNING,
                 "%s: %s (%s), try %d: %s, because %s", x->member->url,
                 retry_failure_text(failure), why, x->attempts,
                 verdict.verdict == GIVE_UP ? "giving up" : "trying again",
                 retry_reason_text(verdict.reason));
    x->attempts -= is_free;
    if (verdict.verdict == GIVE_UP) {
        exchange_finish(x, outcome, status, why, now);
    }
    else if (verdict.verdict == RETRY_NEXT && pick(x, now)) {
        to_other_member(x, now);
    }
    else {
        start_over(x, 1, now);
    }
}

int exchange_try_other(exchange_t *x, apr_time_t now)
{
    if (!pick(x, now) || !retry_budget_spend(x->upstream)) {
        return 0;
    }
    count_failure(x, now);
    to_other_member(x, now);
    return 1;
}

static int address_count(const member_t *member)
{
    const address_list_t *list =
        __atomic_load_n(&member->addresses, __ATOMIC_ACQUIRE);

    return member->unix_path ? 1 : list ? list->count : 0;
}

/* The next address of the name, or the end of this attempt. */
static void connect_failed(exchange_t *x, outcome_e outcome, int status,
                           const char *why, apr_time_t now)
{
    conn_close(&x->conn);
    if (x->address + 1 < address_count(x->member)) {
        exchange_log(x, EXCHANGE_LOG_DEBUG, "%s: address %d: %s",
                     x->member->url, x->address + 1, why);
        x->address++;
        x->progress_at = now;
        return;
    }
    exchange_attempt_failed(x, FAILED_CONNECT, outcome, status, why, now);
}

void exchange_on_connect_failed(exchange_t *x, retry_failure_e failure,
                                const char *why, apr_time_t now)
{
    if (failure == FAILED_NO_SLOT) {
        exchange_attempt_failed(x, failure, OUTCOME_NO_MEMBER, 503, why, now);
    }
    else {
        connect_failed(x, OUTCOME_CONNECT, 502, why, now);
    }
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
    apr_time_t total =
        x->policy.total_timeout && x->started
            ? x->started + x->policy.total_timeout
            : 0;

    return x->done ? 0 : earlier(side_deadline(x, &outcome), total);
}

void exchange_on_deadline(exchange_t *x, apr_time_t now)
{
    outcome_e outcome = OUTCOME_TOTAL;
    apr_time_t at = side_deadline(x, &outcome);

    if (!time_left(x, now)) {
        exchange_finish(x, OUTCOME_TOTAL, 504, "the whole exchange took "
                        "longer than RProxyTimeout total=", now);
        return;
    }
    if (!at || now < at) {
        return;
    }
    switch (outcome) {
    case OUTCOME_CONNECT_TIME:
        connect_failed(x, outcome, 504,
                       "no connection within RProxyTimeout connect=", now);
        break;
    case OUTCOME_SEND:
        if (x->request_state == REQUEST_EXPECT) { /* RFC 9110 10.1.1 */
            x->progress_at = now;
            exchange_request_transit(x, REQUEST_BODY);
            break;
        }
        exchange_attempt_failed(x, FAILED_TIMEOUT, outcome, 504,
                                "the request was not taken within "
                                "RProxyTimeout send=", now);
        break;
    case OUTCOME_BETWEEN:
        exchange_finish(x, outcome, 504, "no byte of the body within "
                        "RProxyTimeout between=", now);
        break;
    default:
        exchange_attempt_failed(x, FAILED_TIMEOUT, outcome, 504,
                                "no response within RProxyTimeout "
                                "first-byte=", now);
    }
}
