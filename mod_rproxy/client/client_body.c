/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_body.c: request bodies while the loop has the request.  Layer L2.
 *
 * httpd's HTTP_IN filter may wait (for trailers, and for a body it discards),
 * so on the loop RPROXY_BODY stands in its place and answers APR_EAGAIN.  The
 * framing was checked by ap_read_request; LimitRequestBody, 100 (Continue) and
 * the end of the body are kept as HTTP_IN keeps them. */
#include "client_private.h"

#include <http_core.h>
#include <http_protocol.h>

#include "../http1/h1_body.h"

#define TRAILER_MAX 8192

enum {
    DROP_AT_ONCE = 8192,
    DROP_RUNS = 16
};

typedef struct {
    client_t *client;
    ap_filter_rec_t *http_in; /* whose place we have */
    void *http_in_ctx;
    h1_body_t body;
    apr_off_t limit;
    int started;
    int ended;
    apr_status_t failed;
} body_t;

static ap_filter_rec_t *body_handle;

static ap_filter_t *find(const request_rec *r, const char *name)
{
    ap_filter_t *f = r->input_filters;

    while (f && strcmp(f->frec->name, name) != 0) {
        f = f->next;
    }
    return f;
}

static ap_filter_t *own_filter(const request_rec *r)
{
    ap_filter_t *f = r->input_filters;

    while (f && f->frec != body_handle) {
        f = f->next;
    }
    return f;
}

void client_body_install(client_t *client, request_rec *r)
{
    ap_filter_t *f = find(r, "http_in");
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    body_t *ctx;
    apr_off_t n = 0;

    if (!f || f->ctx) {
        return; /* somebody has begun to read */
    }
    ctx = apr_pcalloc(r->pool, sizeof(*ctx));
    ctx->client = client;
    ctx->http_in = f->frec;
    ctx->http_in_ctx = f->ctx;
    if (apr_table_get(r->headers_in, "Transfer-Encoding")) {
        h1_body_init(&ctx->body, H1_BODY_CHUNKED, 0,
                     apr_palloc(r->pool, TRAILER_MAX), TRAILER_MAX);
    }
    else if (length && ap_parse_strict_length(&n, length) && n > 0) {
        h1_body_init(&ctx->body, H1_BODY_LENGTH, n, NULL, 0);
    }
    else {
        h1_body_init(&ctx->body, H1_BODY_NONE, 0, NULL, 0);
        ctx->ended = 1;
    }
    f->frec = body_handle;
    f->ctx = ctx;
}

void client_body_restore(request_rec *r)
{
    ap_filter_t *f = own_filter(r);
    body_t *ctx = f ? f->ctx : NULL;

    if (ctx && !ctx->started) {
        f->frec = ctx->http_in;
        f->ctx = ctx->http_in_ctx;
    }
}

int client_body_at_end(const request_rec *r)
{
    ap_filter_t *f = own_filter(r);
    const body_t *ctx = f ? f->ctx : NULL;

    return !ctx || ctx->ended;
}

static size_t held(const client_t *client)
{
    return client->in ? client->in->end - client->in->begin : 0;
}

static void start(body_t *ctx, request_rec *r)
{
    ctx->started = 1;
    ctx->limit = ap_get_limit_req_body(r);
    if (ctx->limit && ctx->body.kind == H1_BODY_LENGTH
        && ctx->body.remaining > ctx->limit) {
        ctx->failed = APR_ENOSPC;
        return;
    }
    if (r->expecting_100 && !held(ctx->client)) {
        int status = r->status;
        const char *line = r->status_line;
        r->status = HTTP_CONTINUE;
        r->status_line = NULL;
        ap_send_interim_response(r, 0);
        r->status = status;
        r->status_line = line;
    }
    r->expecting_100 = 0;
}

static void take_trailers(body_t *ctx, request_rec *r)
{
    h1_field_t field;
    size_t pos = 0;

    while (h1_body_trailer(&ctx->body, &pos, &field)) {
        apr_table_addn(r->trailers_in,
                       apr_pstrmemdup(r->pool, field.name.p, field.name.len),
                       apr_pstrmemdup(r->pool, field.value.p, field.value.len));
    }
}

static apr_status_t fail(body_t *ctx, apr_status_t rv)
{
    ctx->failed = rv;
    ctx->client->conn->keepalive = AP_CONN_CLOSE;
    return rv;
}

/* The next run of body bytes in the client's buffer, at most max of them. */
static apr_status_t next_run(body_t *ctx, request_rec *r, size_t max,
                             slice_t *data)
{
    client_t *client = ctx->client;

    if (!ctx->started) {
        start(ctx, r);
    }
    while (!ctx->failed && !ctx->ended) {
        size_t used = 0, len = held(client);
        h1_result_e error = H1_DONE;
        apr_status_t rv;

        switch (len ? h1_body_step(&ctx->body,
                                   client->in->data + client->in->begin,
                                   len < max ? len : max, &used, data, &error)
                    : H1_BODY_MORE) {
        case H1_BODY_DATA:
            client->in->begin += used;
            if (ctx->limit && ctx->body.received > ctx->limit) {
                return fail(ctx, APR_ENOSPC);
            }
            ctx->ended = h1_body_at_end(&ctx->body);
            return APR_SUCCESS;
        case H1_BODY_END:
            client->in->begin += used;
            take_trailers(ctx, r);
            ctx->ended = 1;
            break;
        case H1_BODY_ERROR:
            return fail(ctx, APR_EINVAL);
        case H1_BODY_MORE:
            if (len) {
                client->in->begin += used;
            }
            if (held(client)) {
                break; /* max was less than one chunk line */
            }
            rv = client_fill(client);
            if (rv == APR_EOF) {
                return fail(ctx, APR_INCOMPLETE);
            }
            if (rv != APR_SUCCESS) {
                return APR_STATUS_IS_EAGAIN(rv) ? APR_EAGAIN : fail(ctx, rv);
            }
        }
    }
    return ctx->failed ? ctx->failed : APR_EOF;
}

int client_body_drop(request_rec *r)
{
    ap_filter_t *f = own_filter(r);
    body_t *ctx = f ? f->ctx : NULL;
    int runs = 0;

    while (ctx && !ctx->ended && !r->expecting_100 && runs++ < DROP_RUNS) {
        slice_t data;

        if (next_run(ctx, r, DROP_AT_ONCE, &data) != APR_SUCCESS) {
            break;
        }
    }
    return !ctx || ctx->ended;
}

static apr_status_t body_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t readbytes)
{
    body_t *ctx = f->ctx;
    slice_t data;
    apr_status_t rv;

    if (mode == AP_MODE_INIT) {
        return APR_SUCCESS;
    }
    if (mode != AP_MODE_READBYTES) {
        return APR_ENOTIMPL;
    }
    rv = next_run(ctx, f->r, readbytes > 0 ? (size_t)readbytes : 1, &data);
    if (rv == APR_SUCCESS) {
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_transient_create(
                                        data.p, data.len, f->c->bucket_alloc));
    }
    else if (rv != APR_EOF) {
        if (APR_STATUS_IS_EAGAIN(rv) && block == APR_BLOCK_READ) {
            /* The loop does not wait for a body that is to be discarded. */
            f->c->keepalive = AP_CONN_CLOSE;
            return APR_TIMEUP;
        }
        return rv;
    }
    if (ctx->ended) {
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(f->c->bucket_alloc));
    }
    return APR_SUCCESS;
}

static apr_status_t read_through(request_rec *r, client_t *client, char *buf,
                                 apr_size_t cap, apr_size_t *len)
{
    apr_bucket_brigade *bb = client->spare;
    apr_status_t rv = ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                                     APR_NONBLOCK_READ, (apr_off_t)cap);

    if (rv == APR_SUCCESS) {
        *len = cap;
        rv = apr_brigade_flatten(bb, buf, len);
    }
    if (rv == APR_SUCCESS && !*len) {
        rv = !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb))
                 ? APR_EOF
                 : APR_EAGAIN;
    }
    apr_brigade_cleanup(bb);
    return rv;
}

apr_status_t client_body_read(request_rec *r, char *buf, apr_size_t cap,
                              apr_size_t *len)
{
    ap_filter_t *f = r->input_filters;
    client_t *client = client_of(r->connection);
    apr_status_t rv = APR_SUCCESS;
    slice_t data;

    *len = 0;
    if (f->frec != body_handle) {
        return read_through(r, client, buf, cap, len);
    }
    while (*len < cap) {
        rv = next_run(f->ctx, r, cap - *len, &data);
        if (rv != APR_SUCCESS) {
            break;
        }
        memcpy(buf + *len, data.p, data.len);
        *len += data.len;
    }
    return *len ? APR_SUCCESS : rv;
}

void client_body_register(void)
{
    body_handle = ap_register_input_filter("RPROXY_BODY", body_filter, NULL,
                                           AP_FTYPE_PROTOCOL);
}
