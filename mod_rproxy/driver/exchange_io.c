/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_io.c: carries out what an exchange wants.  Layer L1.
 * All errno handling of upstream connections is here. */
#include "exchange_io.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "socket_call.h"

#define MAX_IOV 8
/* Rounds of one step before others get their turn: 16 reads of 64 KiB. */
#define MAX_ROUNDS 16

static const char *error_text(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "connection refused";
    case ETIMEDOUT:
        return "connection timed out";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "host unreachable";
    case EADDRNOTAVAIL:
        return "no address known for the name";
    case ECONNRESET:
        return "connection reset";
    case EPIPE:
        return "connection closed by the member";
    case ENOENT:
        return "no such socket file";
    case EACCES:
        return "permission denied";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    default:
        return "socket error";
    }
}

static void connect_failed(exchange_t *x, int error, apr_time_t now)
{
    exchange_on_connect_failed(x, FAILED_CONNECT, error_text(error), now);
}

static void start_connect(exchange_t *x, apr_time_t now)
{
    apr_status_t rv =
        conn_open(x->env->conns, x->member, x->address, now, &x->conn);

    if (rv == APR_ENOLOCK) {
        exchange_on_connect_failed(x, FAILED_NO_SLOT,
                                   "all its connections are in use", now);
    }
    else if (rv != APR_SUCCESS) {
        connect_failed(x, rv, now);
    }
    else {
        x->conn->exchange = x;
        x->progress_at = now;
        if (x->env->watch) {
            x->env->watch(x->env->driver, x->conn);
        }
    }
}

/* Whatever becomes of the connection?  Of a body perhaps not all is kept. */
static int may_repeat(const exchange_t *x)
{
    return x->request.is_idempotent && x->request.body == BODY_NONE;
}

/* @return 1 when something moved on */
static int io_connect(exchange_t *x, apr_time_t now)
{
    apr_status_t rv;

    if (x->request_state == REQUEST_CHOOSE) {
        exchange_choose(x, now);
        return 1;
    }
    if (!x->conn) {
        if (!x->fresh_only) {
            x->conn = conn_pool_take(x->env->conns, x->member, now,
                                     x->env->probe_always || !may_repeat(x));
        }
        if (x->conn) {
            exchange_on_connected(x, now);
        }
        else {
            start_connect(x, now);
        }
        return 1;
    }
    if (!x->conn->writable && !x->conn->hangup) {
        return 0;
    }
    rv = conn_finish_connect(x->conn);
    if (rv != APR_SUCCESS) {
        connect_failed(x, rv, now);
    }
    else if (x->conn->writable) {
        exchange_on_connected(x, now);
    }
    else {
        connect_failed(x, ECONNREFUSED, now);
    }
    return 1;
}

static int io_source(exchange_t *x, apr_time_t now)
{
    size_t room, len = 0;
    chunk_t *chunk = exchange_body_room(x, &room);
    source_e state =
        x->source->read(x->ctx, chunk->data + chunk->end, room, &len);

    exchange_on_source(x, chunk, len, state, now);
    return 1;
}

static int io_write(exchange_t *x, apr_time_t now)
{
    struct iovec iov[MAX_IOV];
    int n = exchange_output(x, iov, MAX_IOV);
    size_t total = 0;
    ssize_t written;
    int i;

    for (i = 0; i < n; i++) {
        total += iov[i].iov_len;
    }
    if (n == 1) {
        written = socket_send(x->conn->fd, iov[0].iov_base, iov[0].iov_len);
    }
    else {
        struct msghdr message = { .msg_iov = iov, .msg_iovlen = (size_t)n };
        written = socket_sendmsg(x->conn->fd, &message);
    }
    if (written < 0) {
        if (errno == EINTR) {
            return 1;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            x->conn->writable = 0;
            return 0;
        }
        exchange_on_write_failed(x, error_text(errno), now);
        return 1;
    }
    if ((size_t)written < total) {
        x->conn->writable = 0;
    }
    exchange_on_written(x, (size_t)written, now);
    return 1;
}

/* Room for the next read, never none: bytes not yet used up stay in one piece,
 * which grows no further than the limit of a head. */
static size_t input_room(exchange_t *x)
{
    int64_t expected = x->member->protocol->expected(x->codec);
    size_t wanted = expected > CHUNK_SMALL / 2 ? CHUNK_LARGE : CHUNK_SMALL;
    chunk_t *in = x->in;
    size_t held;

    if (!in) {
        x->in = chunk_get(&x->env->chunks, wanted);
        return x->in->cap;
    }
    held = in->end - in->begin;
    if (in->refs == 1 && !held && in->cap >= wanted) {
        in->begin = in->end = 0;
        return in->cap;
    }
    if (in->cap >= wanted && in->cap - in->end >= in->cap / 4) {
        return in->cap - in->end;
    }
    if (held > CHUNK_SMALL / 2) {
        wanted = held < CHUNK_LARGE ? CHUNK_LARGE : 2 * held;
    }
    x->in = chunk_get(&x->env->chunks, wanted);
    memcpy(x->in->data, in->data + in->begin, held);
    x->in->end = held;
    chunk_release(&in);
    return x->in->cap - held;
}

static int io_read(exchange_t *x, apr_time_t now)
{
    size_t room;
    ssize_t n;

    if (x->input_pending) {
        exchange_on_input(x, now);
        return 1;
    }
    if (!x->conn->readable) {
        return 0;
    }
    if (x->conn->unasked) { /* nobody's response */
        exchange_on_closed(x, "closed or not silent while idle", now);
        return 1;
    }
    room = input_room(x);
    n = socket_recv(x->conn->fd, x->in->data + x->in->end, room);
    if (n > 0) {
        if ((size_t)n < room && !x->conn->hangup) {
            x->conn->readable = 0;
        }
        x->in->end += (size_t)n;
        exchange_on_input(x, now);
        return 1;
    }
    if (n == 0) {
        exchange_on_closed(x, NULL, now);
        return 1;
    }
    if (errno == EINTR) {
        return 1;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        x->conn->readable = 0;
        return 0;
    }
    exchange_on_closed(x, error_text(errno), now);
    return 1;
}

static int io_round(exchange_t *x, apr_time_t now)
{
    unsigned want = exchange_want(x);
    int moved = 0;

    if (want & EXCHANGE_WANT_CONNECT) {
        return io_connect(x, now);
    }
    if (want & EXCHANGE_WANT_SLOT) {
        return exchange_wait_step(x, now);
    }
    if (want & EXCHANGE_WANT_SOURCE) {
        moved |= io_source(x, now);
        want = exchange_want(x);
    }
    if ((want & EXCHANGE_WANT_WRITE) && x->conn->writable) {
        moved |= io_write(x, now);
        want = exchange_want(x);
    }
    if ((want & EXCHANGE_WANT_READ) && x->conn) {
        moved |= io_read(x, now);
    }
    return moved;
}

exchange_wait_t exchange_io_step(exchange_t *x, apr_time_t now)
{
    apr_time_t deadline = exchange_deadline(x);
    exchange_wait_t wait = { EXCHANGE_DONE, 0 };
    int rounds = 0;

    if (deadline && now >= deadline) {
        exchange_on_deadline(x, now);
    }
    while (!x->done && rounds < MAX_ROUNDS && io_round(x, now)) {
        rounds++;
    }
    if (!x->done && x->unflushed && x->response_started && !x->sink_full) {
        exchange_flush(x, now);
    }
    if (!x->done) {
        wait.want = exchange_want(x);
        wait.deadline = exchange_deadline(x);
        if (rounds == MAX_ROUNDS) {
            wait.want |= EXCHANGE_WANT_AGAIN;
        }
    }
    return wait;
}
