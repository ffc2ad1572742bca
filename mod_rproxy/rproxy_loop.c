/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_loop.c: an exchange and its client on an event loop.  Layer L2. */
#include "rproxy_loop.h"

#include "client/loop.h"
#include "driver/reactor_exchange.h"
#include "rproxy_buffer.h"
#include "rproxy_sink.h"

static void finish(proxied_t *p)
{
    client_t *client = p->client;

    client_finish_request(client, p->r, p->end_status);
    client->refused = 0; /* an upstream's answer, whatever it says */
    if (client->state == CLIENT_FLUSH) {
        client_write_later(client);
    }
}

/* The response's end may be what a filter pauses at. */
static void finished(exchange_t *x)
{
    proxied_t *p = x->ctx;

    p->is_over = 1;
    if (p->paused) {
        return;
    }
    p->end_status = proxied_end(p);
    p->has_ended = 1;
    if (!p->paused) {
        finish(p);
    }
}

/* What has passed meanwhile was not looked at: slow(). */
static void resume_deadline(proxied_t *p)
{
    reactor_t *reactor = p->client->loop->reactor;

    if (p->x->source_blocked) {
        timer_set(&reactor->timers, &p->client->timer,
                  rproxy_source_deadline(p, reactor->now));
    }
}

void rproxy_loop_go_on(proxied_t *p)
{
    if (p->has_ended) {
        finish(p);
    }
    else if (p->is_over) {
        finished(p->x);
    }
    else {
        resume_deadline(p);
        client_go(p->client);
    }
}

/* RProxyRequestBuffer: the exchange begins when the body is here. */
static void collect(proxied_t *p)
{
    if (!rproxy_buffer_collect(p)) {
        return;
    }
    if (p->x->done) {
        finished(p->x);
    }
    else {
        reactor_exchange_start(p->client->loop->reactor, p->x);
    }
}

void rproxy_loop_ready(proxied_t *p)
{
    exchange_t *x = p->x;
    client_t *client = p->client;
    int step = 0;

    if (p->paused) {
        return;
    }
    if (rproxy_buffer_is_collecting(p)) {
        collect(p);
        return;
    }
    if (x->sink_full && client->out_bytes <= CLIENT_OUT_LOW) {
        exchange_on_sink_ready(x, client->loop->reactor->now);
        step = 1;
    }
    if (x->source_blocked && (client->readable || client->eof)) {
        exchange_on_source_ready(x);
        step = 1;
    }
    if (step) {
        reactor_exchange_step(x);
    }
}

static void end_early(proxied_t *p)
{
    p->client->unread = 1;
    finished(p->x);
}

static void go_on_alone(proxied_t *p)
{
    p->discard = 1;
    client_output_drop(p->client);
}

/* ---- what the client waits for ---- */

static void begin(void *ctx)
{
    proxied_t *p = ctx;

    p->x->finished = finished;
    if (p->buffer) {
        collect(p);
    }
    else {
        reactor_exchange_start(p->client->loop->reactor, p->x);
    }
}

static void ready(void *ctx)
{
    rproxy_loop_ready(ctx);
}

static int gone(void *ctx)
{
    proxied_t *p = ctx;

    if (p->discard || p->paused) {
        return 0;
    }
    if (proxied_may_finish(p)) {
        go_on_alone(p);
        return 0;
    }
    reactor_exchange_cancel(p->x, OUTCOME_CLIENT_GONE);
    end_early(p);
    return 1;
}

static void takes_nothing(proxied_t *p)
{
    if (p->finish_alone && proxied_may_finish(p)) {
        go_on_alone(p);
        rproxy_loop_ready(p);
        return;
    }
    reactor_exchange_cancel(p->x, OUTCOME_CLIENT_GONE);
    p->x->reason = "the client took no byte within Timeout";
    end_early(p);
}

static void slow(void *ctx)
{
    proxied_t *p = ctx;

    if (p->paused) {
        return; /* the client is looked at when it goes on */
    }
    if (client_output_pending(p->client)) {
        takes_nothing(p);
    }
    else if (p->x->source_blocked || rproxy_buffer_waits(p)) {
        reactor_exchange_cancel(p->x, OUTCOME_BAD_REQUEST);
        proxied_body_too_slow(p);
        end_early(p);
    }
}

void rproxy_loop_wait(proxied_t *p)
{
    static const client_wait_t wait = { begin, ready, gone, slow };

    p->client->wait = &wait;
    p->client->wait_ctx = p;
}
