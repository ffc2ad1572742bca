/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_sink.c: response bytes into the output filters, request bodies out of
 * the input filters.  Layer L2.
 *
 * On the loop the body's buckets refer to the chunks the bytes were read into,
 * so nothing is copied; a worker passes them on at once as transient ones. */
#include "rproxy_sink.h"

#include <stddef.h>

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>

#include "client/loop.h"
#include "rproxy_balance.h"
#include "rproxy_buffer.h"
#include "client/read_timeout.h"
#include "mod_rproxy.h"
#include "rproxy_private.h"
#include "rproxy_response.h"
#include "rproxy_trailers.h"

/* Bytes collected before they are passed on within one turn. */
#define PASS_AT (48 * 1024)
/* A worker copies such pieces together: each brigade on its way costs more. */
#define COPY_MAX 512
/* The next one might not fit into the bucket of apr_brigade_write. */
#define COPY_FULL (APR_BUCKET_BUFF_SIZE - COPY_MAX)

static sink_e client_is_gone(proxied_t *p)
{
    p->discard = proxied_may_finish(p);
    return p->discard ? SINK_OK : SINK_GONE;
}

/* Does anybody look at the response: the client, or who saves it? */
static int is_wanted(const proxied_t *p)
{
    return !p->override_status && (!p->discard || p->finish_alone);
}

static sink_e pass(proxied_t *p)
{
    request_rec *r = p->r;
    apr_status_t rv;

    if (p->paused) {
        return SINK_FULL; /* what has come stays where it is */
    }
    p->bb_bytes = 0;
    if (!is_wanted(p)) {
        apr_brigade_cleanup(p->bb);
        return p->discard ? client_is_gone(p) : SINK_OK;
    }
    rv = ap_pass_brigade(r->output_filters, p->bb);
    apr_brigade_cleanup(p->bb);
    if (rv != APR_SUCCESS || r->connection->aborted) {
        return client_is_gone(p);
    }
    if (!p->client) {
        return SINK_OK;
    }
    if (p->client->out_bytes > CLIENT_OUT_LOW
        && client_write(p->client) != APR_SUCCESS) {
        return client_is_gone(p);
    }
    return p->paused || p->client->out_bytes >= CLIENT_OUT_FULL ? SINK_FULL
                                                                : SINK_OK;
}

/* ---- response ---- */

static void sink_interim(void *ctx, const h1_response_t *response)
{
    proxied_t *p = ctx;

    rproxy_response_interim(p->r, &p->match, p->settings, p->x->member,
                            response);
}

static sink_e sink_head(void *ctx, const member_t *member,
                        const h1_response_t *response,
                        const h1_framing_t *framing)
{
    proxied_t *p = ctx;
    int rv = rproxy_response_fill(p->r, &p->match, p->settings, member,
                                  response, framing);

    if (rv != OK) {
        return SINK_REFUSED;
    }
    rproxy_balance_response(p->r, p->x);
    if (proxied_body_unread(p)) {
        /* What is left of the request would have to be read to find the next
         * one: httpd ends the connection. */
        apr_table_setn(p->r->headers_out, "Connection", "close");
    }
    p->override_status = rproxy_response_override(p->r, p->settings);
    return SINK_OK;
}

static void chunk_free(void *data)
{
    chunk_t *chunk = (chunk_t *)((char *)data - offsetof(chunk_t, data));

    chunk_release(&chunk);
}

static sink_e loop_body(void *ctx, chunk_t *chunk, slice_t data)
{
    proxied_t *p = ctx;
    size_t start = (size_t)(data.p - chunk->data);
    /* It ends with data: a filter may write where a heap bucket has room. */
    apr_bucket *b =
        apr_bucket_heap_create(chunk->data, start + data.len, chunk_free,
                               p->r->connection->bucket_alloc);

    chunk_ref(chunk);
    b->start = (apr_off_t)start;
    b->length = data.len;
    APR_BRIGADE_INSERT_TAIL(p->bb, b);
    p->bb_bytes += (apr_off_t)data.len + CLIENT_BUCKET_BYTES;
    return p->bb_bytes >= PASS_AT ? pass(p) : SINK_OK;
}

static sink_e worker_body(void *ctx, chunk_t *chunk, slice_t data)
{
    proxied_t *p = ctx;

    (void)chunk;
    if (data.len <= COPY_MAX) {
        apr_brigade_write(p->bb, NULL, NULL, data.p, data.len);
        p->bb_bytes += (apr_off_t)data.len;
        return p->bb_bytes >= COPY_FULL ? pass(p) : SINK_OK;
    }
    APR_BRIGADE_INSERT_TAIL(p->bb,
                            apr_bucket_transient_create(data.p, data.len,
                                                        p->r->connection
                                                            ->bucket_alloc));
    return pass(p);
}

static sink_e sink_flush(void *ctx)
{
    proxied_t *p = ctx;

    APR_BRIGADE_INSERT_TAIL(p->bb, apr_bucket_flush_create(
                                       p->r->connection->bucket_alloc));
    return pass(p);
}

/* The body is over.  What there is of it goes out first: httpd would give a
 * short response a length, which leaves no place for trailers. */
static void sink_trailer(void *ctx, const h1_field_t *field)
{
    proxied_t *p = ctx;
    request_rec *r = p->r;

    if (apr_is_empty_table(r->trailers_out)) {
        sink_flush(p);
        rproxy_trailers_expect(r);
    }
    apr_table_addn(r->trailers_out,
                   apr_pstrmemdup(r->pool, field->name.p, field->name.len),
                   apr_pstrmemdup(r->pool, field->value.p, field->value.len));
}

const sink_ops_t *rproxy_sink_ops(const proxied_t *p)
{
    static const sink_ops_t loop = { sink_interim, sink_head, loop_body,
                                     sink_trailer, sink_flush };
    static const sink_ops_t worker = { sink_interim, sink_head, worker_body,
                                       sink_trailer, sink_flush };

    return p->client ? &loop : &worker;
}

void rproxy_sink_end(proxied_t *p)
{
    request_rec *r = p->r;

    APR_BRIGADE_INSERT_TAIL(p->bb,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
    if (is_wanted(p)) {
        ap_pass_brigade(r->output_filters, p->bb);
    }
    apr_brigade_cleanup(p->bb);
    r->eos_sent = 1;
}

/* ---- request body ---- */

static source_e source_failed(proxied_t *p, apr_status_t rv)
{
    const char *note;

    if (APR_STATUS_IS_EAGAIN(rv)) {
        return SOURCE_AGAIN;
    }
    if (rv == APR_EOF) {
        return SOURCE_END;
    }
    if (rv == APR_INCOMPLETE || APR_STATUS_IS_ECONNRESET(rv)
        || APR_STATUS_IS_ECONNABORTED(rv)) {
        return SOURCE_GONE;
    }
    note = apr_table_get(p->r->notes, RPROXY_NOTE_BODY_STATUS);
    p->body_status =
        note ? atoi(note) : ap_map_http_request_error(rv, HTTP_BAD_REQUEST);
    return SOURCE_BAD;
}

apr_time_t rproxy_source_deadline(proxied_t *p, apr_time_t now)
{
    const server_rec *s = p->r->connection->base_server;
    apr_time_t limit = read_timeout_body(s, p->body_bytes);
    apr_time_t next = now + s->timeout;

    if (!p->body_begun) {
        p->body_begun = now;
    }
    return limit && p->body_begun + limit < next ? p->body_begun + limit : next;
}

/* When it is over: slow() of rproxy_loop.c. */
static void start_waiting(proxied_t *p)
{
    reactor_t *reactor = p->client->loop->reactor;

    timer_set(&reactor->timers, &p->client->timer,
              rproxy_source_deadline(p, reactor->now));
}

static source_e loop_read(void *ctx, char *buf, size_t cap, size_t *len)
{
    proxied_t *p = ctx;
    apr_status_t rv = client_body_read(p->r, buf, cap, len);

    if (APR_STATUS_IS_EAGAIN(rv)) {
        start_waiting(p);
    }
    p->body_bytes += (apr_off_t)*len;
    return rv == APR_SUCCESS ? SOURCE_DATA : source_failed(p, rv);
}

/* HTTP_IN does so for a blocking read only. */
static void tell_to_continue(request_rec *r)
{
    int status = r->status;
    const char *line = r->status_line;

    if (r->expecting_100) {
        r->status = HTTP_CONTINUE;
        r->status_line = NULL;
        ap_send_interim_response(r, 0);
        r->status = status;
        r->status_line = line;
        r->expecting_100 = 0;
    }
}

/* A worker waits for client and member at once (worker.c).  Its whole wait is
 * here while there is no member yet, and for a stream of HTTP/2, which has no
 * socket to wait for. */
static int waits_here(const proxied_t *p)
{
    return p->r->connection->master || rproxy_buffer_is_collecting(p);
}

static source_e worker_read(void *ctx, char *buf, size_t cap, size_t *len)
{
    proxied_t *p = ctx;
    request_rec *r = p->r;
    conn_rec *c = r->connection;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, c->bucket_alloc);
    apr_size_t n = cap;
    int eos;
    apr_status_t rv;

    tell_to_continue(r);
    rv = ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                        waits_here(p) ? APR_BLOCK_READ : APR_NONBLOCK_READ,
                        (apr_off_t)cap);
    if (rv == APR_SUCCESS) {
        rv = apr_brigade_flatten(bb, buf, &n);
    }
    eos = !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
    apr_brigade_destroy(bb);
    if (rv != APR_SUCCESS) {
        return source_failed(p, rv);
    }
    *len = n;
    p->body_bytes += (apr_off_t)n;
    return eos ? SOURCE_END : n || waits_here(p) ? SOURCE_DATA : SOURCE_AGAIN;
}

const source_ops_t *rproxy_source_ops(const proxied_t *p)
{
    static const source_ops_t loop = { loop_read };
    static const source_ops_t worker = { worker_read };

    return p->client ? &loop : &worker;
}
