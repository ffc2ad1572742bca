/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_loop.c: the states of a client connection.  Layer L2.
 * Everything here runs on the loop's thread but client_begin. */
#include "client_private.h"

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <http_connection.h>
#include <http_log.h>

#include "head_scan.h"
#include "read_timeout.h"

#define LINGER_TIME apr_time_from_sec(2)
#define LINGER_LIMIT apr_time_from_sec(30)
/* So many of one client's requests are begun in a turn, then others have
 * theirs. */
#define TURN_REQUESTS 8
/* For the first request of a connection when the child is to end. */
#define DRAIN_TIME apr_time_from_sec(2)

static apr_time_t now_of(const client_t *client)
{
    return client->loop->reactor->now;
}

static void set_deadline(client_t *client, apr_time_t deadline)
{
    timer_set(&client->loop->reactor->timers, &client->timer, deadline);
}

static size_t held(const client_t *client)
{
    return client->in ? client->in->end - client->in->begin : 0;
}

int client_is_idle(const client_t *client)
{
    return client->state == CLIENT_HEAD && !held(client);
}

/* ---- the end of a connection ---- */

static void gone(client_t *client)
{
    client->state = CLIENT_GONE;
    client_dispose(client);
}

void client_abort(client_t *client)
{
    client->conn->aborted = 1;
    client->conn->keepalive = AP_CONN_CLOSE;
    if (client->reset) {
        struct linger rst = { 1, 0 };
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &rst, sizeof(rst));
    }
    gone(client);
}

static void linger(client_t *client)
{
    char waste[16384];

    if (!client->linger_until) {
        client->linger_until = now_of(client) + LINGER_LIMIT;
        shutdown(client->fd, SHUT_WR);
        client->readable = 1;
    }
    client->state = CLIENT_LINGER;
    while (client->readable) {
        ssize_t n = recv(client->fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)
            || now_of(client) >= client->linger_until) {
            gone(client);
            return;
        }
        if (n < 0 && errno == EAGAIN) {
            client->readable = 0;
        }
    }
    set_deadline(client, now_of(client) + LINGER_TIME < client->linger_until
                             ? now_of(client) + LINGER_TIME
                             : client->linger_until);
}

/* All is sent.  A client whose request was read to its end and who has nothing
 * more under way loses nothing by a plain close. */
static void last_bytes_sent(client_t *client)
{
    if (client->conn->aborted || client->reset || client->eof) {
        client_abort(client);
    }
    else if (client->unread || held(client) || client->readable
             || client->linger_close) {
        linger(client);
    }
    else {
        gone(client);
    }
}

void client_close(client_t *client)
{
    conn_rec *c = client->conn;

    client->state = CLIENT_FLUSH;
    if (!client->closing) {
        client->closing = 1;
        c->keepalive = AP_CONN_CLOSE;
        ap_prep_lingering_close(c);
        if (client->tls && !c->aborted) {
            ap_shutdown_conn(c, 0); /* close_notify */
        }
    }
    client_go(client);
}

/* ---- FLUSH ---- */

static int has_head(const client_t *client, size_t *scanned)
{
    size_t len = held(client);

    return len && head_scan(client->in->data + client->in->begin, len, scanned);
}

static int is_kept(const client_t *client)
{
    return client->conn->keepalive == AP_CONN_KEEPALIVE && !client->draining
           && !client->unread && !client->reset;
}

/* A refusal, and the next request lies here already: its response leaves with
 * this one, or this one at the end of the turn.  What is left of refusals may
 * go on to a worker thread with the connection; of other responses it may not,
 * whose buffers are the loop's. */
static int may_write_later(const client_t *client)
{
    size_t scanned = 0;

    return client->refused && client->begun < TURN_REQUESTS && client->writable
           && !client->closing && !client->pace && !client->conn->aborted
           && client->out_bytes < CLIENT_OUT_LOW && is_kept(client)
           && client_output_is_copied(client) && has_head(client, &scanned);
}

static int expect_head(client_t *client)
{
    client->state = CLIENT_HEAD;
    client->head_since = 0;
    return 1;
}

static int flush(client_t *client)
{
    if (may_write_later(client)) {
        client_write_later(client); /* whoever called: behind a park, too */
        return expect_head(client);
    }
    if (client_write(client) != APR_SUCCESS || client->conn->aborted) {
        client_abort(client);
        return 0;
    }
    if (client_output_pending(client)) {
        if (client->hangup && client->eof) {
            client_abort(client);
            return 0;
        }
        set_deadline(client, client_output_deadline(client, now_of(client)));
        return 0;
    }
    if (client->closing) {
        last_bytes_sent(client);
        return 0;
    }
    if (!is_kept(client)) {
        client_close(client);
        return 0;
    }
    return expect_head(client);
}

/* ---- HEAD ---- */

static void wait_for_head(client_t *client)
{
    const server_rec *s = client->conn->base_server;
    size_t len = held(client);

    if (!len) {
        apr_time_t limit = client->conn->keepalives ? s->keep_alive_timeout
                                                    : read_timeout_head(s, 0);
        client_trim(client);
        client->head_since = 0;
        if (client->draining && limit > DRAIN_TIME) {
            limit = DRAIN_TIME;
        }
        set_deadline(client, now_of(client) + limit);
        return;
    }
    if (!client->head_since) {
        client->head_since = now_of(client);
    }
    set_deadline(client, client->head_since + read_timeout_head(s, len));
}

/* A client that asks faster than it is answered takes turns with the others. */
static int had_its_turn(client_t *client)
{
    if (client->begun < TURN_REQUESTS) {
        client->begun++;
        return 0;
    }
    set_deadline(client, 0); /* it waits for others, not they for it */
    reactor_later(client->loop->reactor, &client->turn_task);
    return 1;
}

/* @return 1 when a request was begun or the connection has ended */
static int read_head(client_t *client)
{
    for (;;) {
        apr_status_t rv;

        if (has_head(client, &client->scanned)) {
            if (had_its_turn(client)) {
                return 0;
            }
            client_run_request(client);
            return 1;
        }
        rv = client_fill(client);
        if (rv == APR_SUCCESS) {
            continue;
        }
        if (APR_STATUS_IS_EAGAIN(rv)) {
            wait_for_head(client);
            return 0;
        }
        if (rv == APR_ENOSPC) {
            client_hand_off(client, HANDOFF_READ);
        }
        else if (rv == APR_EOF && held(client)) {
            client->linger_close = 1;
            client_run_request(client); /* httpd's verdict on half a head */
        }
        else {
            client_close(client);
        }
        return 1;
    }
}

/* ---- REQUEST ---- */

static void request_moves(client_t *client)
{
    if (client_output_pending(client) && client->writable
        && client_write(client) != APR_SUCCESS) {
        client->hangup = 1;
    }
    if (client->hangup && client->wait->gone(client->wait_ctx)) {
        return;
    }
    if (client_output_pending(client)) {
        set_deadline(client, client_output_deadline(client, now_of(client)));
    }
    client->wait->ready(client->wait_ctx);
}

/* ---- what wakes a client ---- */

void client_go(client_t *client)
{
    int more = 1;

    while (more) {
        switch (client->state) {
        case CLIENT_HEAD:
            more = read_head(client)
                   && (client->state == CLIENT_FLUSH
                       || client->state == CLIENT_HEAD);
            break;
        case CLIENT_FLUSH:
            more = flush(client);
            break;
        case CLIENT_REQUEST:
            request_moves(client);
            return;
        case CLIENT_LINGER:
            linger(client);
            return;
        default:
            return;
        }
    }
}

static void client_ready(watch_t *watch, unsigned events)
{
    client_t *client = (client_t *)watch;

    if (client->state == CLIENT_WORKER || client->state == CLIENT_GONE) {
        return; /* a worker's; looked at afresh when it is back */
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        client->readable = 1;
    }
    if (events & EPOLLOUT) {
        client->writable = 1;
    }
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        client->hangup = 1;
    }
    if (!client->turn_task.queued) {
        client->begun = 0;
    }
    client_go(client);
}

static void next_turn(reactor_task_t *task, reactor_t *reactor)
{
    client_t *client =
        (client_t *)((char *)task - offsetof(client_t, turn_task));

    (void)reactor;
    client->begun = 0;
    client_go(client);
}

/* httpd reads what there is and answers 408, since the loop does not wait for
 * the rest. */
static void late_head(client_t *client)
{
    ap_log_cerror(APLOG_MARK, APLOG_INFO, 0, client->conn,
                  RPLOGNO(1303) "request head not complete in time "
                                "(RequestReadTimeout header=)");
    client->linger_close = 1;
    client_run_request(client);
    client_go(client);
}

static void client_timer(timer_entry_t *entry, int64_t now)
{
    client_t *client = (client_t *)((char *)entry - offsetof(client_t, timer));

    (void)now;
    if (client_output_pending(client) && pace_waits(client)) {
        set_deadline(client,
                     now_of(client) + client->conn->base_server->timeout);
        return;
    }
    switch (client->state) {
    case CLIENT_HEAD:
        if (held(client)) {
            late_head(client);
        }
        else {
            client_close(client);
        }
        break;
    case CLIENT_FLUSH:
        if (!client_output_pending(client)) {
            break;
        }
        ap_log_cerror(APLOG_MARK, APLOG_INFO, 0, client->conn,
                      RPLOGNO(
                          1304) "the client took no byte within Timeout, or "
                                "fewer than RProxySendRate says");
        client_abort(client);
        break;
    case CLIENT_REQUEST:
        client->wait->slow(client->wait_ctx);
        break;
    case CLIENT_LINGER:
        gone(client);
        break;
    default:
        break;
    }
}

static void flush_at_turn_end(reactor_task_t *task, reactor_t *reactor)
{
    client_t *client =
        (client_t *)((char *)task - offsetof(client_t, flush_task));

    (void)reactor;
    if (client->state == CLIENT_FLUSH || client->state == CLIENT_REQUEST) {
        client_go(client);
    }
}

/* ---- the beginning ---- */

static void link_client(client_t *client)
{
    loop_t *loop = client->loop;

    client->next = loop->clients;
    *(client->next ? &client->next->prev : &loop->clients_last) = client;
    loop->clients = client;
    loop->client_count++;
    METRIC_ADD(loop->reactor->metrics->adopted, 1);
    METRIC_ADD(loop->reactor->metrics->clients, 1);
}

void client_unlink(client_t *client)
{
    loop_t *loop = client->loop;

    *(client->prev ? &client->prev->next : &loop->clients) = client->next;
    *(client->next ? &client->next->prev : &loop->clients_last) = client->prev;
    client->next = client->prev = NULL;
    loop->client_count--;
    METRIC_ADD(loop->reactor->metrics->clients, -1);
}

void client_arrived(client_t *client)
{
    loop_t *loop = client->loop;
    reactor_t *reactor = loop->reactor;

    client->watch.ready = client_ready;
    client->timer.fire = client_timer;
    client->flush_task.run = flush_at_turn_end;
    client->turn_task.run = next_turn;
    client->state = CLIENT_HEAD;
    client->conn->current_thread = loop->thread;
    client->draining = loop->stopping;
    client->adopted_at = reactor->now;
    client->readable = client->writable = 1;
    link_client(client);
    if (reactor_watch(reactor, client->fd, &client->watch) != APR_SUCCESS) {
        client_abort(client);
        return;
    }
    client_go(client);
}

/* The worker that adopted may still be inside the MPM: it sets c->sbh to NULL
 * when it lets go of the connection. */
static void arrive(reactor_task_t *task, reactor_t *reactor)
{
    client_t *client = (client_t *)((char *)task - offsetof(client_t, task));

    if (__atomic_load_n(&client->conn->sbh, __ATOMIC_ACQUIRE)) {
        reactor_later(reactor, task);
        return;
    }
    client_arrived(client);
}

void client_begin(client_t *client)
{
    client->task.run = arrive;
    reactor_post(client->loop->reactor, &client->task);
}

/* ---- stopping and shedding ---- */

/* Bytes that have come in the meantime are read first.
 * @return 1 when the client is idle */
static int look_again(client_t *client)
{
    if (client_is_idle(client)) {
        client->readable = 1;
        client_go(client);
    }
    return client_is_idle(client);
}

/* A connection that had no request yet may still bring one: its client expects
 * an answer, while a kept connection may be closed at any time (RFC 9112
 * section 9.3.1). */
void client_stop(client_t *client)
{
    if (client->state == CLIENT_WORKER) {
        return; /* told when it comes back */
    }
    client->draining = 1;
    if (look_again(client) && client->conn->keepalives) {
        client_close(client);
    }
}

/* A client that has just connected is about to ask. */
static int may_be_shed(const client_t *client)
{
    return client->conn->keepalives
           || now_of(client) - client->adopted_at > DRAIN_TIME;
}

void client_shed(loop_t *loop)
{
    client_t *client = loop->clients_last;
    int left = loop->client_count / 10 + 1;

    while (client && left) {
        client_t *newer = client->prev;
        if (may_be_shed(client) && look_again(client)) {
            left--;
            client_close(client);
        }
        client = newer;
    }
}
