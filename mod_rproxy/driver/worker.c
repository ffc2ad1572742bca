/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* worker.c: the blocking driver is a loop over the engine.  Layer L1.
 * Knows no HTTP: it waits with poll() for what exchange_io_step asks for. */
#include "worker.h"

#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "exchange_io.h"

/* Between two questions to a client that no poll() watches. */
#define ASK_INTERVAL apr_time_from_msec(200)

enum {
    MEMBER,
    CLIENT,
    CALL, /* of the balancer's queue */
    DESCRIPTORS
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
    fds[CALL].fd = x->wake_fd;
    fds[CALL].events = POLLIN;
    fds[MEMBER].revents = fds[CLIENT].revents = fds[CALL].revents = 0;
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

/* ---- in a queue ---- */

/* By the balancer, on any thread.  Either the descriptor is seen here or the
 * verdict is seen by the step that follows its making. */
static void wake(balancer_waiter_t *waiter)
{
    const exchange_t *x = (const exchange_t *)((const char *)waiter
                                               - offsetof(exchange_t, waiter));
    const uint64_t one = 1;
    int fd = __atomic_load_n(&x->wake_fd, __ATOMIC_SEQ_CST);

    if (fd >= 0) {
        ssize_t ignored = write(fd, &one, sizeof(one));
        (void)ignored;
    }
}

/* @return 1 when the descriptor is new: nobody has written to it so far */
static int listen_for_call(exchange_t *x)
{
    int fd;

    if (x->wake_fd >= 0) {
        return 0;
    }
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    __atomic_store_n(&x->wake_fd, fd, __ATOMIC_SEQ_CST);
    return fd >= 0;
}

static void hear_call(const exchange_t *x)
{
    uint64_t count;
    ssize_t ignored = read(x->wake_fd, &count, sizeof(count));

    (void)ignored;
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
    if (fds[CALL].revents) {
        hear_call(x);
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

static void run(exchange_t *x, const worker_client_t *client)
{
    apr_time_t client_deadline = 0;

    for (;;) {
        struct pollfd fds[DESCRIPTORS];
        apr_time_t now;
        exchange_wait_t wait = step(x, &now);

        if (wait.want & EXCHANGE_DONE) {
            return;
        }
        if ((wait.want & EXCHANGE_WANT_AGAIN)
            || ((wait.want & EXCHANGE_WANT_SLOT) && listen_for_call(x))) {
            continue;
        }
        if (x->source_blocked && !client_deadline) {
            client_deadline = client->deadline(client->ctx, now);
        }
        set_up(x, &wait, client, fds);
        wait.deadline = earlier(wait.deadline, client_deadline);
        if (client->gone) {
            wait.deadline = earlier(wait.deadline, now + ASK_INTERVAL);
        }
        if (poll(fds, DESCRIPTORS, wait_ms(wait.deadline, now)) > 0) {
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

void worker_run(exchange_t *x, const worker_client_t *client)
{
    x->waiter.wake = wake;
    run(x, client);
    if (x->wake_fd >= 0) {
        close(x->wake_fd);
    }
}
