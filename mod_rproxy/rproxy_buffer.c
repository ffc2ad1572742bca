/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_buffer.c: collects a request's body into a spool, then is the source
 * of its exchange.  Layer L2.
 *
 * A slow client thus never holds an upstream connection, the upstream is told
 * a length whatever the framing was, and a retry has the body from its first
 * byte.  On the loop some of it is read at a time, as the client's socket (or
 * a speedy client's turn) allows. */
#include "rproxy_buffer.h"

#include <stddef.h>

#include <http_log.h>

#include "client/loop.h"
#include "driver/clock.h"
#include "engine/spool.h"
#include "mod_rproxy.h"
#include "rproxy_loop.h"
#include "rproxy_private.h"
#include "rproxy_sink.h"

/* Reads before other clients of the loop get their turn. */
#define MAX_READS 16
/* Of a body that RPROXY_NOTE_HOLD_BODY is about. */
#define HELD_MAX 65536

struct rproxy_buffer_t {
    proxied_t *p;
    const source_ops_t *client; /* where the body comes from */
    spool_t spool;
    source_e state; /* of the last read */
    reactor_task_t again;
};

int rproxy_buffer_is_complete(const proxied_t *p)
{
    return p->buffer && p->buffer->state == SOURCE_END;
}

int rproxy_buffer_is_collecting(const proxied_t *p)
{
    return p->buffer && p->buffer->state != SOURCE_END && !p->x->done;
}

int rproxy_buffer_waits(const proxied_t *p)
{
    return p->buffer && p->buffer->state == SOURCE_AGAIN;
}

/* ---- the exchange's source ---- */

static void log_failure(const proxied_t *p, apr_status_t rv, const char *what)
{
    ap_log_rerror(APLOG_MARK, APLOG_ERR, rv, p->r,
                  RPLOGNO(1205) "cannot %s a temporary file for the request "
                                "body in '%s' (RProxyTempDir)",
                  what, p->buffer->spool.folder);
}

static source_e buffer_read(void *ctx, char *buf, size_t cap, size_t *len)
{
    const proxied_t *p = ctx;
    apr_status_t rv = spool_read(&p->buffer->spool, buf, cap, len);

    if (rv == APR_SUCCESS) {
        return SOURCE_DATA;
    }
    if (rv == APR_EOF) {
        return SOURCE_END;
    }
    log_failure(p, rv, "read");
    return SOURCE_FAILED;
}

static void buffer_rewind(void *ctx)
{
    const proxied_t *p = ctx;

    spool_rewind(&p->buffer->spool);
}

/* ---- collecting ---- */

static void collect_again(reactor_task_t *task, reactor_t *reactor)
{
    rproxy_buffer_t *b =
        (rproxy_buffer_t *)((char *)task - offsetof(rproxy_buffer_t, again));

    (void)reactor;
    rproxy_loop_ready(b->p);
}

/* A small body that another module wants to see first is in memory. */
static apr_off_t memory_of(const proxied_t *p)
{
    const request_head_t *head = &p->x->request;
    apr_off_t memory = SETTING(p->settings, buffer_memory);
    int held = head->body == BODY_LENGTH && head->content_length <= HELD_MAX
               && apr_table_get(p->r->notes, RPROXY_NOTE_HOLD_BODY);

    return memory || !held ? memory : HELD_MAX;
}

void rproxy_buffer_prepare(proxied_t *p)
{
    static const source_ops_t source = { buffer_read, buffer_rewind };
    const request_head_t *head = &p->x->request;
    apr_off_t memory = memory_of(p);
    rproxy_buffer_t *b;

    if (!memory || head->body == BODY_NONE
        || (head->body == BODY_LENGTH && !head->content_length)) {
        return;
    }
    b = p->buffer = apr_pcalloc(p->r->pool, sizeof(*b));
    b->p = p;
    b->client = p->x->source;
    b->again.run = collect_again;
    spool_init(&b->spool, &p->x->env->chunks, memory,
               SETTING(p->settings, buffer_file), rproxy_global->temp_dir);
    p->x->source = &source;
}

/* Ends the exchange before it begins. */
static void refuse(proxied_t *p, outcome_e outcome, int status, const char *why)
{
    exchange_cancel(p->x, outcome, clock_now());
    p->x->error_status = status;
    p->x->reason = why;
}

/* @return 1, or 0 after the exchange was refused */
static int fits(proxied_t *p, int64_t len)
{
    if (spool_fits(&p->buffer->spool, len)) {
        return 1;
    }
    refuse(p, OUTCOME_BAD_REQUEST, HTTP_REQUEST_ENTITY_TOO_LARGE,
           "the request body is larger than RProxyRequestBuffer allows");
    return 0;
}

static int keep(proxied_t *p, const char *data, size_t len)
{
    apr_status_t rv;

    if (!fits(p, (int64_t)len)) {
        return 0;
    }
    rv = spool_append(&p->buffer->spool, data, len);
    if (rv != APR_SUCCESS) {
        log_failure(p, rv, "write");
        refuse(p, OUTCOME_REFUSED, HTTP_INTERNAL_SERVER_ERROR,
               "the request body cannot be buffered");
        return 0;
    }
    return 1;
}

static void read_some(proxied_t *p)
{
    rproxy_buffer_t *b = p->buffer;
    chunk_t *chunk = chunk_get(&p->x->env->chunks, CHUNK_LARGE);
    int reads = 0, more = 1;

    while (more) {
        size_t len = 0;
        b->state = b->client->read(p, chunk->data, chunk->cap, &len);
        more = (!len || keep(p, chunk->data, len)) && b->state == SOURCE_DATA
               && (!p->client || ++reads < MAX_READS);
    }
    chunk_release(&chunk);
}

static void completed(proxied_t *p)
{
    request_head_t *head = &p->x->request;

    head->body = BODY_LENGTH;
    head->content_length = p->buffer->spool.len;
    head->expect_continue = 0;
    spool_rewind(&p->buffer->spool);
}

int rproxy_buffer_collect(proxied_t *p)
{
    rproxy_buffer_t *b = p->buffer;
    const request_head_t *head = &p->x->request;

    if (rproxy_buffer_waits(p) && !p->client->readable && !p->client->eof) {
        return 0;
    }
    /* What is announced as too large is not asked for by 100 (Continue). */
    if (head->body != BODY_LENGTH
        || fits(p, head->content_length - b->spool.len)) {
        read_some(p);
    }
    if (p->x->done) {
        return 1;
    }
    switch (b->state) {
    case SOURCE_DATA:
        reactor_later(p->client->loop->reactor, &b->again);
        return 0;
    case SOURCE_END:
        completed(p);
        return 1;
    case SOURCE_GONE:
        refuse(p, OUTCOME_CLIENT_GONE, 0,
               "the client went away within its request body");
        return 1;
    case SOURCE_AGAIN:
        if (p->client) {
            return 0;
        }
        p->body_status = HTTP_REQUEST_TIME_OUT; /* a worker had waited */
        /* fall through */
    default:
        refuse(p, OUTCOME_BAD_REQUEST, p->body_status,
               p->body_status == HTTP_REQUEST_TIME_OUT
                   ? "no more of the request body within Timeout"
                   : "the client's request body is malformed");
        return 1;
    }
}

void rproxy_buffer_end(proxied_t *p)
{
    if (!p->buffer) {
        return;
    }
    if (p->client) {
        reactor_forget(p->client->loop->reactor, &p->buffer->again);
    }
    spool_clear(&p->buffer->spool);
}
