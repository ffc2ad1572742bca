/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_attempt.c: attempts: the connection to a member, and what follows
 * when one fails.  Layer L1, no system calls. */
#include "exchange_private.h"

/* Far more than httpd lets in unless its limits are raised. */
#define REQUEST_HEAD_MAX (4 * 1024 * 1024)

/* @return 0 when there is none */
static int choose_member(exchange_t *x, apr_time_t now)
{
    const char *why;
    int full;

    x->member = exchange_member_choose(x, &why, &full, now);
    if (full) {
        exchange_wait_begin(x, why, now);
    }
    else if (!x->member) {
        exchange_wait_end(x, BALANCER_NOBODY_LEFT, now);
        exchange_finish(x, OUTCOME_NO_MEMBER, 503, why, now);
    }
    else {
        exchange_wait_end(x, BALANCER_SERVED, now);
    }
    return x->member != NULL;
}

void exchange_choose(exchange_t *x, apr_time_t now)
{
    if (!x->member) {
        if (!choose_member(x, now)) {
            return;
        }
        balancer_tried_add(&x->tried, x->member->number);
    }
    else if (x->upstream->balancer && !x->chosen) {
        x->upstream->balancer->again(x->upstream->balancer_pool,
                                     x->member->number);
        x->chosen_by = BALANCER_BY_METHOD;
        x->chosen = 1;
    }
    x->started = x->started ? x->started : now;
    if (!x->earned) {
        x->earned = 1;
        retry_budget_earn(x->upstream, now);
    }
    x->attempts++;
    x->address = 0;
    x->ask_again = 0;
    x->attempt_started = x->progress_at = now;
    x->codec =
        x->member->protocol->create(x->pool, &x->request, &x->policy.limits);
    member_asked(x->member);
    METRIC_ADD(exchange_member_metrics(x)->attempts, 1);
    exchange_request_transit(x, REQUEST_CONNECT);
    exchange_race_arm(x, now);
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

    exchange_wait_end(x, BALANCER_SERVED, now);
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

/* Back to CHOOSE, with the member kept or open. */
static void start_over(exchange_t *x, int fresh_only, apr_time_t now)
{
    exchange_release_conn(x, 0, now);
    exchange_drop_buffers(x);
    exchange_rewind_body(x);
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
    exchange_leave_member(x, BALANCER_UNKNOWN, OUTCOME_OK, 0, now);
    x->member = NULL;
}

/* A member that is at its limit was not asked. */
static int may_leave(const exchange_t *x, retry_failure_e failure,
                     apr_time_t now)
{
    return (x->policy.retry.member != RETRY_SAME || failure == FAILED_NO_SLOT)
           && exchange_member_is_left(x, now);
}

/* With any member: the same once more only if it may answer otherwise. */
static int may_stay(const exchange_t *x, retry_failure_e failure)
{
    if (failure == FAILED_NO_SLOT || x->policy.retry.member == RETRY_OTHER) {
        return 0;
    }
    return x->policy.retry.member == RETRY_SAME
           || (failure != FAILED_CONNECT && failure != FAILED_STATUS);
}

/* The rules, then what only this exchange knows. */
static retry_t decide(exchange_t *x, retry_failure_e failure, apr_time_t now)
{
    const int is_unasked = failure == FAILED_NO_SLOT; /* no attempt was made */
    const int enabled = x->policy.retry.on & (1 << failure);
    const retry_in_t in = { .failure = failure,
                            .enabled = is_unasked || enabled,
                            .attempts = x->attempts - is_unasked,
                            .max_attempts = x->policy.retry.tries,
                            .idempotent = x->request.is_idempotent,
                            .sent = x->sent_some,
                            .response_started = x->response_started,
                            .reused = x->conn && x->conn->reused,
                            .body_replayable = x->body_replayable,
                            .other_asked = x->rival != NULL,
                            .time_left = exchange_time_left(x, now) };
    retry_t verdict = retry_decide(&in);

    if (verdict.verdict != RETRY_NEXT) {
        return verdict;
    }
    if (!may_leave(x, failure, now) && !may_stay(x, failure)) {
        verdict.verdict = GIVE_UP;
        verdict.reason = NO_RETRY_MEMBER;
    }
    else if (verdict.costs && !retry_budget_spend(x->upstream)) {
        verdict.verdict = GIVE_UP;
        verdict.reason = NO_RETRY_BUDGET;
    }
    return verdict;
}

static void try_again(exchange_t *x, retry_failure_e failure, apr_time_t now)
{
    if (may_leave(x, failure, now)) {
        to_other_member(x, now);
    }
    else {
        start_over(x, 1, now);
    }
}

static void count_failure(exchange_t *x, outcome_e outcome, int status,
                          apr_time_t now)
{
    METRIC_ADD(exchange_member_metrics(x)->failures, 1);
    member_failed(x->member, now);
    exchange_leave_member(x, BALANCER_FAILED, outcome, status, now);
}

void exchange_attempt_failed(exchange_t *x, retry_failure_e failure,
                             outcome_e outcome, int status, const char *why,
                             apr_time_t now)
{
    const retry_t verdict = decide(x, failure, now);
    const int is_free =
        verdict.verdict == RETRY_SAME_FRESH || failure == FAILED_NO_SLOT;

    if (!is_free) {
        count_failure(x, outcome, 0, now);
    }
    exchange_log(x,
                 verdict.verdict == RETRY_SAME_FRESH ? EXCHANGE_LOG_DEBUG
                                                     : EXCHANGE_LOG_WARNING,
                 "%s: %s (%s), try %d: %s, because %s", x->member->url,
                 retry_failure_text(failure), why, x->attempts,
                 verdict.verdict == GIVE_UP ? "giving up" : "trying again",
                 retry_reason_text(verdict.reason));
    x->attempts -= is_free;
    if (verdict.verdict == GIVE_UP) {
        exchange_finish(x, outcome, status, why, now);
    }
    else if (verdict.verdict == RETRY_NEXT) {
        try_again(x, failure, now);
    }
    else {
        start_over(x, 1, now);
    }
}

/* Its own fault is what a member answers from 500 on. */
void exchange_count_answer(exchange_t *x, int status, apr_time_t now)
{
    if (status >= 500) {
        count_failure(x, OUTCOME_OK, status, now);
    }
    else {
        exchange_leave_member(x, BALANCER_PASSED, OUTCOME_OK, status, now);
    }
}

int exchange_retry_status(exchange_t *x, int status, apr_time_t now)
{
    if (!status_set_has(x->policy.retry.statuses, status)
        || decide(x, FAILED_STATUS, now).verdict != RETRY_NEXT) {
        return 0;
    }
    exchange_log(x, EXCHANGE_LOG_WARNING, "%s: answered %d, try %d: asking %s",
                 x->member->url, status, x->attempts,
                 may_leave(x, FAILED_STATUS, now) ? "another member"
                                                  : "once more");
    exchange_count_answer(x, status, now);
    try_again(x, FAILED_STATUS, now);
    return 1;
}

static int address_count(const member_t *member)
{
    const address_list_t *list =
        __atomic_load_n(&member->addresses, __ATOMIC_ACQUIRE);

    return member->unix_path ? 1 : list ? list->count : 0;
}

void exchange_connect_failed(exchange_t *x, outcome_e outcome, int status,
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
        if (!exchange_wait_for_connection(x, now)) {
            exchange_attempt_failed(x, failure, OUTCOME_NO_MEMBER, 503, why,
                                    now);
        }
    }
    else {
        exchange_connect_failed(x, OUTCOME_CONNECT, 502, why, now);
    }
}
