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

/* One exchange, and the one that was begun beside it. */
enum {
    EXCHANGES = 2,
    CLIENT = EXCHANGES,
    CALL, /* of the balancer's queue, in which only one that is alone waits */
    DESCRIPTORS
};

typedef struct {
    exchange_t *x[EXCHANGES];
    int count;
    struct pollfd fds[DESCRIPTORS]; /* the first: their members' */
    apr_time_t deadline;
} worker_t;

static apr_time_t earlier(apr_time_t a, apr_time_t b)
{
    return !a ? b : !b || a < b ? a : b;
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

static void end_calls(exchange_t *x)
{
    if (x->wake_fd >= 0) {
        close(x->wake_fd);
        x->wake_fd = -1;
    }
}

/* ---- side by side ---- */

static void begin_beside(void *driver, exchange_t *x)
{
    worker_t *w = driver;

    x->waiter.wake = wake;
    w->x[w->count++] = x;
}

static void remove_at(worker_t *w, int i)
{
    w->count--;
    for (; i < w->count; i++) {
        w->x[i] = w->x[i + 1];
    }
}

static void end_beside(void *driver, exchange_t *x)
{
    worker_t *w = driver;
    int i;

    for (i = 0; i < w->count; i++) {
        if (w->x[i] == x) {
            end_calls(x);
            remove_at(w, i);
            break;
        }
    }
}

/* ---- waiting ---- */

static void watch_member(struct pollfd *fd, const exchange_t *x,
                         const exchange_wait_t *wait)
{
    const upstream_conn_t *conn = x->conn;

    fd->fd = conn ? conn->fd : -1;
    fd->events = 0;
    if (conn && (wait->want & EXCHANGE_WANT_READ)) {
        fd->events |= POLLIN;
    }
    if (conn && !conn->writable
        && (wait->want & (EXCHANGE_WANT_WRITE | EXCHANGE_WANT_CONNECT))) {
        fd->events |= POLLOUT;
    }
}

static int source_blocked(const worker_t *w)
{
    return w->x[0]->source_blocked; /* one with a body is alone */
}

static void watch_client(worker_t *w, const worker_client_t *client)
{
    struct pollfd *fd = &w->fds[CLIENT];

    fd->fd = client->fd;
    fd->events = client->is_needed(client->ctx) ? POLLRDHUP : 0;
    if (source_blocked(w)) {
        fd->events |= POLLIN;
    }
    if (!fd->events) {
        fd->fd = -1;
    }
    w->fds[CALL].fd = w->x[0]->wake_fd;
    w->fds[CALL].events = POLLIN;
}

static int wait_ms(apr_time_t deadline, apr_time_t now)
{
    if (!deadline) {
        return -1;
    }
    return deadline <= now ? 0 : (int)((deadline - now + 999) / 1000);
}

static void take_up_member(const struct pollfd *fd, upstream_conn_t *conn)
{
    if (!conn || conn->fd != fd->fd) {
        return;
    }
    if (fd->revents & POLLOUT) {
        conn->writable = 1;
    }
    if (fd->revents & (POLLIN | POLLHUP | POLLERR)) {
        conn->readable = 1;
    }
    if (fd->revents & (POLLHUP | POLLERR)) {
        conn->hangup = 1;
    }
}

static void take_up(worker_t *w, apr_time_t now)
{
    const struct pollfd *client = &w->fds[CLIENT];
    int i;

    for (i = 0; i < w->count; i++) {
        take_up_member(&w->fds[i], w->x[i]->conn);
    }
    if (w->fds[CALL].revents) {
        hear_call(w->x[0]);
    }
    if (client->revents & POLLIN) {
        exchange_on_source_ready(w->x[0]);
    }
    if ((client->events & POLLRDHUP)
        && (client->revents & (POLLRDHUP | POLLHUP | POLLERR))
        && !(client->revents & POLLIN)) {
        exchange_cancel(w->x[0], OUTCOME_CLIENT_GONE, now);
    }
}

/* ---- running ---- */

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

typedef enum {
    STEP_WAIT,
    STEP_AGAIN,
    STEP_END
} step_e;

/* All of them, those that are begun meanwhile as well.  One that ends may take
 * the other one out. */
static step_e step_all(worker_t *w, apr_time_t *now)
{
    step_e result = STEP_WAIT;
    int i = 0;

    w->deadline = 0;
    while (i < w->count) {
        exchange_t *x = w->x[i];
        exchange_wait_t wait = step(x, now);

        if (wait.want & EXCHANGE_DONE) {
            if (!exchange_is_outrun(x)) {
                return STEP_END;
            }
            end_beside(w, x);
            i = 0;
            continue;
        }
        if (i >= w->count || w->x[i] != x) { /* the first was taken out */
            i = 0;
            continue;
        }
        if ((wait.want & EXCHANGE_WANT_AGAIN)
            || ((wait.want & EXCHANGE_WANT_SLOT) && listen_for_call(x))) {
            result = STEP_AGAIN;
        }
        w->deadline = earlier(w->deadline, wait.deadline);
        watch_member(&w->fds[i++], x, &wait);
    }
    return result;
}

static void wait_for_events(worker_t *w, const worker_client_t *client,
                            apr_time_t client_deadline, apr_time_t now)
{
    int i;

    watch_client(w, client);
    for (i = w->count; i < EXCHANGES; i++) {
        w->fds[i].fd = -1;
    }
    for (i = 0; i < DESCRIPTORS; i++) {
        w->fds[i].revents = 0;
    }
    w->deadline = earlier(w->deadline, client_deadline);
    if (client->gone) {
        w->deadline = earlier(w->deadline, now + ASK_INTERVAL);
    }
    if (poll(w->fds, DESCRIPTORS, wait_ms(w->deadline, now)) > 0) {
        take_up(w, clock_now());
    }
}

static void run(worker_t *w, const worker_client_t *client)
{
    apr_time_t client_deadline = 0;

    for (;;) {
        apr_time_t now = 0;
        step_e result = step_all(w, &now);

        if (result == STEP_END) {
            return;
        }
        if (result == STEP_AGAIN) {
            continue;
        }
        if (source_blocked(w) && !client_deadline) {
            client_deadline = client->deadline(client->ctx, now);
        }
        wait_for_events(w, client, client_deadline, now);
        if (client->gone && client->gone(client->ctx)) {
            exchange_cancel(w->x[0], OUTCOME_CLIENT_GONE, clock_now());
        }
        if (!source_blocked(w)) {
            client_deadline = 0;
        }
        else if (clock_now() >= client_deadline) {
            exchange_cancel(w->x[0], OUTCOME_BAD_REQUEST, clock_now());
        }
    }
}

void worker_run(exchange_t *x, const worker_client_t *client)
{
    worker_t w = { .count = 0 };

    x->env->driver = &w;
    x->env->begin = begin_beside;
    x->env->end = end_beside;
    begin_beside(&w, x);
    run(&w, client);
    while (w.count) {
        end_beside(&w, w.x[0]);
    }
}
