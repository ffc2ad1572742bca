/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_copy.c: the exchange of a copy, on a loop of its own.  Layer L2. */
#include "mirror_private.h"

#include <stddef.h>

#include <apr_strings.h>

#include "../driver/reactor_exchange.h"
#include "../driver/side_loop.h"
#include "../rproxy_balance.h"

/* Where RProxyTimeout total= says nothing. */
#define TOTAL_TIMEOUT apr_time_from_sec(60)

static side_loop_t loop = SIDE_LOOP;
static mirror_t *all; /* under way; the loop's thread alone */

/* ---- the request ---- */

static slice_t copy_of(apr_pool_t *pool, slice_t text)
{
    return slice_make(apr_pmemdup(pool, text.p, text.len), text.len);
}

static void copy_fields(apr_pool_t *pool, request_head_t *to,
                        const request_head_t *from)
{
    size_t i, n = from->field_count;

    to->fields = apr_palloc(pool, sizeof(h1_field_t) * (n + 1));
    to->field_count = n + 1;
    for (i = 0; i < n; i++) {
        to->fields[i].name = copy_of(pool, from->fields[i].name);
        to->fields[i].value = copy_of(pool, from->fields[i].value);
    }
    to->fields[n].name = SLICE_LIT("X-RProxy-Mirror");
    to->fields[n].value = SLICE_LIT("1");
}

static void copy_request(const mirror_t *m, request_head_t *to,
                         const request_head_t *from)
{
    *to = *from;
    to->method = copy_of(m->pool, from->method);
    to->target = copy_of(m->pool, from->target);
    to->host = copy_of(m->pool, from->host);
    copy_fields(m->pool, to, from);
    to->expect_continue = 0;
    if (from->body != BODY_NONE) {
        to->body = BODY_LENGTH;
        to->content_length = (int64_t)m->body_len;
    }
}

static source_e read_body(void *ctx, char *buf, size_t cap, size_t *len)
{
    mirror_t *m = ctx;
    size_t left = m->body_len - m->body_at;

    if (!left) {
        return SOURCE_END;
    }
    *len = left < cap ? left : cap;
    memcpy(buf, m->body + m->body_at, *len);
    m->body_at += *len;
    return SOURCE_DATA;
}

static void rewind_body(void *ctx)
{
    ((mirror_t *)ctx)->body_at = 0;
}

/* ---- the response ---- */

static void drop_interim(void *ctx, const h1_response_t *response)
{
}

static sink_e look_at_head(void *ctx, const member_t *member,
                           const h1_response_t *response,
                           const h1_framing_t *framing)
{
    mirror_t *m = ctx;

    mirror_side_head(m, &m->copy, member, response);
    return SINK_OK;
}

static sink_e look_at_body(void *ctx, chunk_t *chunk, slice_t data)
{
    mirror_t *m = ctx;

    if (m->conf->compare) {
        decoded_add(&m->copy.content, data);
    }
    return SINK_OK;
}

static void drop_trailer(void *ctx, const h1_field_t *field)
{
}

static sink_e no_flush(void *ctx)
{
    return SINK_OK;
}

/* ---- its life ---- */

static void unlink_copy(mirror_t *m)
{
    *m->before = m->next;
    if (m->next) {
        m->next->before = m->before;
    }
}

static void finished(exchange_t *x)
{
    mirror_t *m = x->ctx;
    int complete = x->outcome == OUTCOME_OK;

    unlink_copy(m);
    if (complete) {
        mirror_table_count(mirror_shared, MIRROR_COUNT_ANSWERED);
    }
    mirror_side_end(&m->copy, complete);
    mirror_half_done(m);
}

static void begin(reactor_task_t *task, reactor_t *reactor)
{
    mirror_t *m = (mirror_t *)((char *)task - offsetof(mirror_t, task));

    m->next = all;
    m->before = &all;
    if (all) {
        all->before = &m->next;
    }
    all = m;
    m->x->env = &reactor->env;
    reactor_exchange_start(reactor, m->x);
}

void mirror_copy_send(mirror_t *m, const proxied_t *p)
{
    static const sink_ops_t sink = { drop_interim, look_at_head, look_at_body,
                                     drop_trailer, no_flush };
    static const source_ops_t source = { read_body, rewind_body };
    reactor_t *reactor = side_loop_reactor(&loop);
    exchange_t *x;

    if (!reactor) {
        return;
    }
    m->x = x = exchange_create(m->pool);
    copy_request(m, &x->request, &p->x->request);
    x->upstream = m->conf->upstream;
    rproxy_balance_request(p->r, x);
    proxied_policy(p->settings, x->upstream, &x->policy);
    if (!x->policy.total_timeout) {
        x->policy.total_timeout = TOTAL_TIMEOUT;
    }
    x->sink = &sink;
    x->source = x->request.body == BODY_NONE ? NULL : &source;
    x->ctx = m;
    x->finished = finished;
    m->task.run = begin;
    m->halves = 2;
    m->posted = 1;
    mirror_table_count(mirror_shared, MIRROR_COUNT_SENT);
    reactor_post(reactor, &m->task);
}

/* On the loop's thread. */
static void stop_all(void)
{
    while (all) {
        all->cancelled = 1;
        reactor_exchange_cancel(all->x, OUTCOME_CLIENT_GONE);
        finished(all->x);
    }
}

void mirror_copy_child_init(apr_pool_t *pchild, const shared_t *shared)
{
    side_loop_prepare(&loop, shared, stop_all, pchild);
}
