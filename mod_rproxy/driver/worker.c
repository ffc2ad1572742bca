/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* worker.c: the blocking driver is a loop over the engine.  Layer L1.
 * Knows no HTTP: it waits with poll() for what exchange_io_step asks for. */
#include "worker.h"

#include <poll.h>

#include "clock.h"
#include "exchange_io.h"

enum { MEMBER, CLIENT };

static void set_up(const exchange_t *x, const exchange_wait_t *wait,
                   int client_fd, int watch_client, struct pollfd *fds)
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
    fds[CLIENT].fd = client_fd;
    fds[CLIENT].events = watch_client ? POLLRDHUP : 0;
    if (x->source_blocked) {
        fds[CLIENT].events |= POLLIN;
    }
    if (!fds[CLIENT].events) {
        fds[CLIENT].fd = -1;
    }
}

static int wait_ms(const exchange_wait_t *wait, apr_time_t now)
{
    if (!wait->deadline) {
        return -1;
    }
    return wait->deadline <= now ? 0
                                 : (int)((wait->deadline - now + 999) / 1000);
}

static void take_up(exchange_t *x, const struct pollfd *fds, int watch_client,
                    apr_time_t now)
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
    if (watch_client && (fds[CLIENT].revents & (POLLRDHUP | POLLHUP | POLLERR))
        && !(fds[CLIENT].revents & POLLIN)) {
        exchange_cancel(x, OUTCOME_CLIENT_GONE, now);
    }
}

void worker_run(exchange_t *x, int client_fd, int watch_client)
{
    for (;;) {
        struct pollfd fds[2];
        apr_time_t now = clock_now();
        exchange_wait_t wait = exchange_io_step(x, now);

        if (wait.want & EXCHANGE_DONE) {
            return;
        }
        if (wait.want & EXCHANGE_WANT_AGAIN) {
            continue;
        }
        set_up(x, &wait, client_fd, watch_client, fds);
        fds[MEMBER].revents = fds[CLIENT].revents = 0;
        if (poll(fds, 2, wait_ms(&wait, now)) > 0) {
            take_up(x, fds, watch_client, clock_now());
        }
    }
}
