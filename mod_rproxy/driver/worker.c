/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* worker.c: the blocking driver is a loop over the engine.  Layer L1.
 * Knows no HTTP: it waits with poll() for what exchange_io_step asks for. */
#include "worker.h"

#include <poll.h>

#include "clock.h"
#include "exchange_io.h"

/* Between two questions to a client that no poll() watches. */
#define ASK_INTERVAL apr_time_from_msec(200)

enum {
    MEMBER,
    CLIENT
};

static void set_up(const exchange_t *x, const exchange_wait_t *wait,
                   const worker_client_t *client, struct pollfd *fds)
{
    const upstream_conn_t *conn = x->conn;

    fds[MEMBER].fd = conn ? conn->fd : -1;
    fds[MEMBER].events = 0;
    if (conn && (wait->want & EXCHANGE_WANT_READ)) {
        fds[MEMBER].events |= POLLIN;
    }
    if (conn && !conn->writable
        && (wait->want & (EXCHANGE_WANT_WRITE | EXCHANGE_WANT_CONNECT))) {
        fds[MEMBER].events |= POLLOUT;
    }
    fds[CLIENT].fd = client->fd;
    fds[CLIENT].events = client->is_needed(client->ctx) ? POLLRDHUP : 0;
    if (x->source_blocked) {
        fds[CLIENT].events |= POLLIN;
    }
    if (!fds[CLIENT].events) {
        fds[CLIENT].fd = -1;
    }
}

static apr_time_t earlier(apr_time_t a, apr_time_t b)
{
    return !a ? b : !b || a < b ? a : b;
}

static int wait_ms(apr_time_t deadline, apr_time_t now)
{
    if (!deadline) {
        return -1;
    }
    return deadline <= now ? 0 : (int)((deadline - now + 999) / 1000);
}

static void take_up(exchange_t *x, const struct pollfd *fds,
                    const worker_client_t *client, apr_time_t now)
{
    upstream_conn_t *conn = x->conn;

    if (conn && fds[MEMBER].revents) {
        if (fds[MEMBER].revents & POLLOUT) {
            conn->writable = 1;
        }
        if (fds[MEMBER].revents & (POLLIN | POLLHUP | POLLERR)) {
            conn->readable = 1;
        }
        if (fds[MEMBER].revents & (POLLHUP | POLLERR)) {
            conn->hangup = 1;
        }
    }
    if (fds[CLIENT].revents & POLLIN) {
        exchange_on_source_ready(x);
    }
    if ((fds[CLIENT].events & POLLRDHUP)
        && (fds[CLIENT].revents & (POLLRDHUP | POLLHUP | POLLERR))
        && !(fds[CLIENT].revents & POLLIN)) {
        exchange_cancel(x, OUTCOME_CLIENT_GONE, now);
    }
}

/* Within the step the sink may wait for the client: that is not the member's
 * time. */
static exchange_wait_t step(exchange_t *x, apr_time_t *now)
{
    apr_time_t begun = clock_now();
    exchange_wait_t wait = exchange_io_step(x, begun);

    *now = clock_now();
    if (!(wait.want & EXCHANGE_DONE)) {
        x->progress_at += *now - begun;
        wait.deadline = exchange_deadline(x);
    }
    return wait;
}

void worker_run(exchange_t *x, const worker_client_t *client)
{
    apr_time_t client_deadline = 0;

    for (;;) {
        struct pollfd fds[2];
        apr_time_t now;
        exchange_wait_t wait = step(x, &now);

        if (wait.want & EXCHANGE_DONE) {
            return;
        }
        if (wait.want & EXCHANGE_WANT_AGAIN) {
            continue;
        }
        if (x->source_blocked && !client_deadline) {
            client_deadline = client->deadline(client->ctx, now);
        }
        set_up(x, &wait, client, fds);
        fds[MEMBER].revents = fds[CLIENT].revents = 0;
        wait.deadline = earlier(wait.deadline, client_deadline);
        if (client->gone) {
            wait.deadline = earlier(wait.deadline, now + ASK_INTERVAL);
        }
        if (poll(fds, 2, wait_ms(wait.deadline, now)) > 0) {
            take_up(x, fds, client, clock_now());
        }
        if (client->gone && client->gone(client->ctx)) {
            exchange_cancel(x, OUTCOME_CLIENT_GONE, clock_now());
        }
        if (!x->source_blocked) {
            client_deadline = 0;
        }
        else if (clock_now() >= client_deadline) {
            exchange_cancel(x, OUTCOME_BAD_REQUEST, clock_now());
        }
    }
}
