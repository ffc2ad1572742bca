/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* park.c: requests that wait on the loop until another thread wakes them.
 * Layer L2.
 *
 * A wake-up is a task in the loop's inbox, at most one at a time: posted says
 * that it is on its way.  Nobody wakes a park that is over, but a wake-up may
 * still be under way then; the task then frees the park when it gets there. */
#include "client_private.h"

#include <stddef.h>
#include <stdlib.h>

#include <http_log.h>

#include "../driver/clock.h"
#include "../mod_rproxy.h"
#include "read_timeout.h"

struct rproxy_park_t {
    client_t *client; /* NULL: it is over */
    request_rec *r;
    rproxy_park_fn *fn;
    void *ctx;
    apr_interval_time_t timeout;
    int is_alone; /* its client has gone */
    int awaits_body;
    apr_time_t body_begun; /* 0: it was not awaited yet */
    apr_off_t body_bytes;
    timer_entry_t timer;
    reactor_t *reactor;
    reactor_task_t task;
    int posted; /* atomic */
};

/* ---- the end ---- */

static void end(rproxy_park_t *park)
{
    timer_remove(&park->reactor->timers, &park->timer);
    park->client->wait = NULL;
    park->client->wants_room = 0;
    park->client = NULL;
    if (!__atomic_load_n(&park->posted, __ATOMIC_ACQUIRE)) {
        free(park);
    }
}

static void go_on(client_t *client, request_rec *r, int status)
{
    if (status == DECLINED) {
        client_run_handler(client, r);
    }
    else {
        client_finish_request(client, r, status);
    }
    if (client->state == CLIENT_FLUSH) {
        client_write_later(client);
    }
}

/* ---- events ---- */

/* As rproxy_source_deadline has it for bodies that go to an upstream. */
static apr_time_t body_deadline(const rproxy_park_t *park, apr_time_t now)
{
    const server_rec *s = park->r->connection->base_server;
    apr_time_t limit = read_timeout_body(s, park->body_bytes);
    apr_time_t next = now + s->timeout;

    return limit && park->body_begun + limit < next ? park->body_begun + limit
                                                    : next;
}

/* The loop's own time may be that of a while ago: a wait would end early. */
static void set_timer(rproxy_park_t *park)
{
    apr_time_t now = clock_now();

    timer_set(&park->reactor->timers, &park->timer,
              park->awaits_body   ? body_deadline(park, now)
              : park->timeout > 0 ? now + park->timeout
                                  : 0);
}

static void tell(rproxy_park_t *park, rproxy_park_e event)
{
    client_t *client = park->client;
    request_rec *r = park->r;
    int status;

    park->awaits_body = 0;
    status = park->fn(r, event, park->ctx);
    if (status == RPROXY_PARKED) {
        set_timer(park);
        return;
    }
    end(park);
    go_on(client, r, status);
}

/* Whatever the owner makes of it, nobody is there to answer.
 * @return 0: it is not over yet */
static int tell_gone(rproxy_park_t *park)
{
    client_t *client = park->client;
    request_rec *r = park->r;

    client_output_drop(client);
    client->conn->keepalive = AP_CONN_CLOSE;
    park->is_alone =
        park->fn(r, RPROXY_PARK_GONE, park->ctx) == RPROXY_PARKED_ALONE;
    if (park->is_alone) {
        timer_remove(&park->reactor->timers, &park->timer);
        return 0;
    }
    end(park);
    r->eos_sent = 1; /* no filter shall take this for the response's end */
    go_on(client, r, DONE);
    return 1;
}

static void woken(reactor_task_t *task, reactor_t *reactor)
{
    rproxy_park_t *park =
        (rproxy_park_t *)((char *)task - offsetof(rproxy_park_t, task));

    (void)reactor;
    __atomic_store_n(&park->posted, 0, __ATOMIC_SEQ_CST);
    if (park->client && park->is_alone) {
        tell_gone(park);
    }
    else if (park->client) {
        tell(park, RPROXY_PARK_WAKE);
    }
    else {
        free(park);
    }
}

static void timed_out(timer_entry_t *entry, int64_t now)
{
    (void)now;
    tell((rproxy_park_t *)((char *)entry - offsetof(rproxy_park_t, timer)),
         RPROXY_PARK_TIMEOUT);
}

/* ---- what the client waits for ---- */

static void begin(void *ctx)
{
    set_timer(ctx);
}

static void ready(void *ctx)
{
    rproxy_park_t *park = ctx;
    client_t *client = park->client;

    if (park->is_alone) {
        return;
    }
    if (client->wants_room && client->out_bytes <= CLIENT_OUT_LOW) {
        client->wants_room = 0;
        tell(park, RPROXY_PARK_ROOM);
    }
    else if (park->awaits_body && (client->readable || client->eof)) {
        tell(park, RPROXY_PARK_BODY);
    }
}

static int gone(void *ctx)
{
    rproxy_park_t *park = ctx;

    return !park->is_alone && tell_gone(park);
}

static void slow(void *ctx)
{
    rproxy_park_t *park = ctx;

    if (client_output_pending(park->client)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, park->r,
                      RPLOGNO(1311) "the client took no byte of a response "
                                    "within Timeout");
        tell_gone(park);
    }
}

/* ---- what other modules call ---- */

/* The client that this request is served for on its loop, or NULL. */
static client_t *loop_client(const request_rec *r)
{
    client_t *client = client_of(r->connection);

    return client && !client->on_worker ? client : NULL;
}

static int rproxy_on_loop(request_rec *r)
{
    return loop_client(r) != NULL;
}

static int rproxy_can_park(request_rec *r)
{
    const client_t *client = loop_client(r);

    return client && client->r == r && !client->in_phases && !client->wait;
}

static rproxy_park_t *rproxy_park(request_rec *r, rproxy_park_fn *fn, void *ctx,
                                  apr_interval_time_t timeout)
{
    static const client_wait_t wait = { begin, ready, gone, slow };
    client_t *client = loop_client(r);
    rproxy_park_t *park = rproxy_can_park(r) ? calloc(1, sizeof(*park)) : NULL;

    if (park) {
        park->client = client;
        park->r = r;
        park->fn = fn;
        park->ctx = ctx;
        park->timeout = timeout;
        park->timer.fire = timed_out;
        park->reactor = client->loop->reactor;
        park->task.run = woken;
        client->wait = &wait;
        client->wait_ctx = park;
    }
    return park;
}

static void rproxy_wake(rproxy_park_t *park)
{
    if (!__atomic_exchange_n(&park->posted, 1, __ATOMIC_SEQ_CST)) {
        reactor_post(park->reactor, &park->task);
    }
}

static void rproxy_await_body(rproxy_park_t *park, apr_off_t bytes)
{
    park->awaits_body = 1;
    park->body_bytes = bytes;
    if (!park->body_begun) {
        park->body_begun = clock_now();
    }
}

static int rproxy_output_full(request_rec *r)
{
    client_t *client = loop_client(r);
    int full = client && client_output_full(client);

    if (client) {
        client->wants_room = full ? 1 : 0;
    }
    return full;
}

void park_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_on_loop);
    APR_REGISTER_OPTIONAL_FN(rproxy_can_park);
    APR_REGISTER_OPTIONAL_FN(rproxy_park);
    APR_REGISTER_OPTIONAL_FN(rproxy_wake);
    APR_REGISTER_OPTIONAL_FN(rproxy_await_body);
    APR_REGISTER_OPTIONAL_FN(rproxy_output_full);
}
