/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_wait.c: an exchange waits until a member has room.  Layer L1, no
 * system calls.
 *
 * In the balancer's queue, until it is called and chooses once more; then, if
 * idle connections that others hold still count at the member, a little longer
 * for those to be closed. */
#include "exchange_private.h"

#define ASK_INTERVAL apr_time_from_msec(10)
/* Others look after their idle connections several times in that. */
#define CONNECTION_WAIT apr_time_from_sec(3)

static void overload(exchange_t *x, const char *why, apr_time_t now)
{
    x->retry_after_s = x->waiter.retry_after_s;
    exchange_finish(x, OUTCOME_OVERLOAD, 503, why, now);
}

static void wait_in_state(exchange_t *x, apr_time_t now)
{
    x->started = x->started ? x->started : now;
    x->wait_begun = x->wait_begun ? x->wait_begun : now;
    exchange_request_transit(x, REQUEST_WAIT);
}

void exchange_wait_begin(exchange_t *x, const char *why, apr_time_t now)
{
    const balancer_t *balancer = x->upstream->balancer;

    if (x->balance.is_called && x->tried.count) {
        x->tried.count = 0; /* rather a member that was tried than none */
        return;
    }
    if (x->rival) { /* who is asked already is waited for; two are a luxury */
        exchange_finish(x, OUTCOME_NO_MEMBER, 503, why, now);
        return;
    }
    x->balance.is_called = 0;
    switch (balancer->wait(x->upstream->balancer_pool, &x->waiter, &x->balance,
                           now)) {
    case BALANCER_ENTERED:
        x->queued = 1;
        wait_in_state(x, now);
        break;
    case BALANCER_REFUSED:
        overload(x, "all members are full, and too many wait already", now);
        break;
    default:
        exchange_finish(x, OUTCOME_NO_MEMBER, 503, why, now);
    }
}

int exchange_wait_step(exchange_t *x, apr_time_t now)
{
    if (!x->queued) {
        return 0; /* for a connection: until the deadline */
    }
    switch (__atomic_load_n(&x->waiter.verdict, __ATOMIC_SEQ_CST)) {
    case BALANCER_CALLED:
        x->balance.is_called = 1;
        exchange_request_transit(x, REQUEST_CHOOSE);
        return 1;
    case BALANCER_REPLACED:
        exchange_wait_end(x, BALANCER_MOVED, now);
        overload(x, "its place in the queue went to a more important one", now);
        return 1;
    default:
        return 0;
    }
}

int exchange_wait_for_connection(exchange_t *x, apr_time_t now)
{
    if (!x->chosen) {
        return 0;
    }
    if (!x->ask_again) {
        x->waiter.until = now + CONNECTION_WAIT;
    }
    x->ask_again = now + ASK_INTERVAL;
    wait_in_state(x, now);
    return 1;
}

void exchange_wait_end(exchange_t *x, balancer_exit_e why, apr_time_t now)
{
    x->balance.is_called = 0;
    if (x->queued) {
        x->queued = 0;
        x->upstream->balancer->stop_waiting(x->upstream->balancer_pool,
                                            &x->waiter, why, now);
    }
    if (x->wait_begun) {
        x->waited += now - x->wait_begun;
        x->wait_begun = 0;
    }
}

apr_time_t exchange_wait_deadline(const exchange_t *x)
{
    return !x->queued && x->ask_again < x->waiter.until ? x->ask_again
                                                        : x->waiter.until;
}

void exchange_wait_on_deadline(exchange_t *x, apr_time_t now)
{
    if (now < x->waiter.until && !x->queued) {
        x->progress_at = now;
        exchange_request_transit(x, REQUEST_CONNECT);
    }
    else if (x->queued) {
        if (exchange_wait_step(x, now)) {
            return; /* its verdict has come just now */
        }
        exchange_wait_end(x, BALANCER_TIMED_OUT, now);
        overload(x,
                 "no member had room within RProxyBalancerQueue timeout=", now);
    }
    else {
        overload(x, "idle connections kept all places of the member", now);
    }
}
