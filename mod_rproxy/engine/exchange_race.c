/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_race.c: a second exchange for the same response, at another member,
 * when the first one lets wait (Dean and Barroso, The Tail at Scale, 2013).
 * Layer L1, no system calls.
 *
 *   first --- waits --- asks balancer_t.hedge --+-- a good head: it won
 *                                               |
 *                        second: CHOOSE -> ... -+-- a good head: it won
 *
 * Two exchanges, each with one member and one connection, know of each other by
 * rival; drivers run the second as they run any.  The good head that comes
 * first takes the client (x->replaced says to whom it now belongs), the other
 * exchange is cancelled.  One that fails leaves the other alone with all that
 * is left of the tries.  An exchange that is done while rival is set has lost
 * or left: nobody is told of its end. */
#include "exchange_private.h"

#include <apr_strings.h>

static void count(const exchange_t *x, balancer_hedge_e result)
{
    x->upstream->balancer->hedged(x->upstream->balancer_pool, result);
}

/* ---- the second one ---- */

/* A client with a session has it at one member only. */
static int may_race(const exchange_t *x)
{
    return x->hedge == HEDGED_NOT && x->replaced && x->env->begin && x->chosen
           && x->chosen_by != BALANCER_BY_SESSION && x->request.is_safe
           && x->request.body == BODY_NONE;
}

static void ask(exchange_t *x, apr_time_t now)
{
    const upstream_t *u = x->upstream;
    apr_interval_time_t after = 0;

    x->hedge_at = 0;
    switch (u->balancer->hedge(u->balancer_pool, &x->tried,
                               now - x->attempt_started, &after, now)) {
    case BALANCER_HEDGE_LATER:
        x->hedge_at = now + after;
        break;
    case BALANCER_HEDGE_NOW:
        exchange_race_begin(x, now);
        break;
    case BALANCER_HEDGE_REFUSED:
        x->hedge = HEDGED_REFUSED;
        break;
    case BALANCER_HEDGE_NO:
        break;
    }
}

void exchange_race_arm(exchange_t *x, apr_time_t now)
{
    x->hedge_at = 0;
    if (may_race(x)) {
        ask(x, now);
    }
}

void exchange_race_due(exchange_t *x, apr_time_t now)
{
    if (may_race(x)) {
        ask(x, now);
    }
    else {
        x->hedge_at = 0;
    }
}

static void ignore_interim(void *ctx, const h1_response_t *response)
{
    (void)ctx;
    (void)response;
}

/* What it says before its head is not for the client, who may get another
 * one's. */
static const sink_ops_t *quiet(const exchange_t *x)
{
    sink_ops_t *sink = apr_pmemdup(x->pool, x->sink, sizeof(*sink));

    sink->interim = ignore_interim;
    return sink;
}

void exchange_race_begin(exchange_t *x, apr_time_t now)
{
    exchange_t *second = exchange_create(x->pool);

    second->env = x->env;
    second->upstream = x->upstream;
    second->request = x->request;
    second->policy = x->policy;
    second->balance = x->balance;
    second->balance.session_member = -1;
    second->balance.fit_for_trial = 0;
    second->sink = quiet(x);
    second->ctx = x->ctx;
    second->log = x->log;
    second->log_level = x->log_level;
    second->finished = x->finished;
    second->replaced = x->replaced;
    second->started = x->started;
    second->waited = x->waited;
    second->earned = 1;
    second->attempts = x->attempts;
    second->tried = x->tried;
    second->is_second = 1;
    second->hedge = x->hedge = HEDGED_SENT;
    second->rival = x;
    x->rival = second;
    exchange_log(x, EXCHANGE_LOG_DEBUG,
                 "%s: no response for %ld ms: asking another member too",
                 x->member->url,
                 (long)apr_time_as_msec(now - x->attempt_started));
    x->env->begin(x->env->driver, second);
}

/* ---- how it ends ---- */

static int is_racing(const exchange_t *x)
{
    return x->rival && x->rival->rival == x;
}

/* From now on the client belongs to x. */
static void stand_in(exchange_t *x, exchange_t *first)
{
    x->sink = first->sink;
    x->replaced(first, x);
}

static void tell_outrun(exchange_t *x, apr_time_t now)
{
    const upstream_t *u = x->upstream;
    balancer_result_e result;

    if (x->chosen) {
        result = u->balancer->outrun(u->balancer_pool, x->member->number,
                                     now - x->attempt_started,
                                     x->policy.first_byte_timeout, now);
        exchange_leave_member(x, result, OUTCOME_FIRST_BYTE, 0, now);
    }
}

static void win(exchange_t *x, apr_time_t now)
{
    exchange_t *loser = x->rival;

    x->rival = NULL; /* the loser keeps its own: see above */
    if (x->is_second) {
        stand_in(x, loser);
    }
    x->hedge = loser->hedge = x->is_second ? HEDGED_WON : HEDGED_LOST;
    tell_outrun(loser, now);
    exchange_finish(loser, OUTCOME_CLIENT_GONE, 0,
                    "another member answered first", now);
    loser->env->end(loser->env->driver, loser);
    count(x, x->hedge);
}

static int is_good(const exchange_t *x, int status)
{
    return status < 500 && !status_set_has(x->policy.retry.statuses, status);
}

int exchange_race_answer(exchange_t *x, int status, apr_time_t now)
{
    x->hedge_at = 0;
    if (!is_racing(x)) {
        if (x->hedge == HEDGED_SENT && is_good(x, status)) {
            x->hedge = x->is_second ? HEDGED_WON : HEDGED_LOST;
            count(x, x->hedge);
        }
        return 1;
    }
    if (is_good(x, status)) {
        win(x, now);
        return 1;
    }
    exchange_log(x, EXCHANGE_LOG_WARNING,
                 "%s: answered %d, try %d: waiting for the other member",
                 x->member->url, status, x->attempts);
    exchange_count_answer(x, status, now);
    exchange_finish(x, OUTCOME_OK, 0, "another member was asked as well", now);
    return 0;
}

void exchange_race_leave(exchange_t *x)
{
    exchange_t *other = x->rival;

    if (!is_racing(x)) {
        return;
    }
    other->rival = NULL;
    if (x->attempts > other->attempts) {
        other->attempts = x->attempts;
    }
    if (x->member && !balancer_is_tried(&other->tried, x->member->number)) {
        balancer_tried_add(&other->tried, x->member->number);
    }
    if (x->is_second) {
        x->hedge = other->hedge = HEDGED_FAILED;
        count(x, HEDGED_FAILED);
    }
    else {
        stand_in(other, x);
    }
}

void exchange_race_cancel(exchange_t *x, outcome_e outcome, apr_time_t now)
{
    exchange_t *other = x->rival;

    if (is_racing(x)) {
        x->rival = NULL;
        exchange_finish(other, outcome, 0, "cancelled", now);
        other->env->end(other->env->driver, other);
    }
}
