/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reactor_exchange.c: wakes exchanges by events and deadlines.  Layer L1.
 * Knows no HTTP: it only carries wants to the kernel and readiness back. */
#include "reactor_exchange.h"

#include <stddef.h>
#include <sys/epoll.h>

#include "exchange_io.h"

static reactor_t *reactor_of(const exchange_t *x)
{
    return x->env->driver;
}

static void forget(exchange_t *x)
{
    reactor_t *reactor = reactor_of(x);

    timer_remove(&reactor->timers, &x->timer);
    reactor_forget(reactor, &x->again);
    if (__atomic_load_n(&x->is_called, __ATOMIC_RELAXED)) {
        reactor_unpost(reactor, &x->called);
    }
}

void reactor_exchange_step(exchange_t *x)
{
    reactor_t *reactor = reactor_of(x);
    exchange_wait_t wait = exchange_io_step(x, reactor->now);

    if (wait.want & EXCHANGE_DONE) {
        forget(x);
        if (!exchange_is_outrun(x)) {
            x->finished(x);
        }
        return;
    }
    timer_set(&reactor->timers, &x->timer, wait.deadline);
    if (wait.want & EXCHANGE_WANT_AGAIN) {
        reactor_later(reactor, &x->again);
    }
}

static void deadline_passed(timer_entry_t *entry, int64_t now)
{
    (void)now;
    reactor_exchange_step(
        (exchange_t *)((char *)entry - offsetof(exchange_t, timer)));
}

static void run_again(reactor_task_t *task, reactor_t *reactor)
{
    (void)reactor;
    reactor_exchange_step(
        (exchange_t *)((char *)task - offsetof(exchange_t, again)));
}

/* By the balancer, on any thread. */
static void wake(balancer_waiter_t *waiter)
{
    exchange_t *x =
        (exchange_t *)((char *)waiter - offsetof(exchange_t, waiter));

    if (!__atomic_exchange_n(&x->is_called, 1, __ATOMIC_ACQ_REL)) {
        reactor_post(reactor_of(x), &x->called);
    }
}

static void run_called(reactor_task_t *task, reactor_t *reactor)
{
    exchange_t *x = (exchange_t *)((char *)task - offsetof(exchange_t, called));

    (void)reactor;
    __atomic_store_n(&x->is_called, 0, __ATOMIC_RELEASE);
    reactor_exchange_step(x);
}

/* Taken from the pool in this very turn, without a look: what the kernel had to
 * tell of it then was there before the request was sent. */
static int spoke_unasked(const upstream_conn_t *conn)
{
    const exchange_t *x = conn->exchange;

    return x && conn->reused && !conn->probed
           && x->connected_at == reactor_of(x)->now;
}

static void conn_ready(watch_t *watch, unsigned events)
{
    upstream_conn_t *conn = (upstream_conn_t *)watch;

    if (conn->fd < 0) {
        return; /* closed earlier in this turn */
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        conn->readable = 1;
        conn->unasked = spoke_unasked(conn);
    }
    if (events & EPOLLOUT) {
        conn->writable = 1;
    }
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        conn->hangup = 1;
    }
    if (conn->exchange) {
        reactor_exchange_step(conn->exchange);
    }
    else if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        conn_close(&conn); /* idle, and the member closed or spoke */
    }
}

static void watch_conn(void *driver, upstream_conn_t *conn)
{
    conn->watch.ready = conn_ready;
    if (reactor_watch(driver, conn->fd, &conn->watch) != APR_SUCCESS) {
        conn->hangup = 1; /* found out by the next step */
    }
}

static void prepare(exchange_t *x)
{
    x->timer.fire = deadline_passed;
    x->again.run = run_again;
    x->called.run = run_called;
    x->waiter.wake = wake;
}

/* In the next turn: the exchange that wants it is within a step. */
static void begin_beside(void *driver, exchange_t *x)
{
    prepare(x);
    reactor_later(driver, &x->again);
}

static void end_beside(void *driver, exchange_t *x)
{
    (void)driver;
    forget(x);
}

void reactor_exchange_start(reactor_t *reactor, exchange_t *x)
{
    reactor->env.watch = watch_conn;
    reactor->env.begin = begin_beside;
    reactor->env.end = end_beside;
    prepare(x);
    reactor_exchange_step(x);
}

void reactor_exchange_cancel(exchange_t *x, outcome_e outcome)
{
    exchange_cancel(x, outcome, reactor_of(x)->now);
    forget(x);
}
