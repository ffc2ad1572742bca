/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_head.c: writes the head of a proxied response.  Layer L2.
 *
 * HTTP_HEADER makes a bucket brigade of slices, checks each field twice and
 * passes head and body apart.  For a final response with a body and no special
 * wish of the configuration the same head is written here, into one chunk.
 * The order and the rules are those of ap_http_header_filter. */
#include "client_private.h"

#include <stddef.h>
#include <stdlib.h>

#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <mod_core.h>
#include <util_time.h>

#include "../http1/h1_request.h"
#include "client_head.h"

static ap_filter_rec_t *head_handle;

/* Wishes that HTTP_HEADER grants and this file does not know. */
static int is_plain(const request_rec *r, const apr_bucket_brigade *bb)
{
    const apr_bucket *b;

    if (r->header_only || AP_STATUS_IS_HEADER_ONLY(r->status) || r->assbackwards
        || r->no_cache || !r->status_line || r->proxyreq == PROXYREQ_NONE
        || r->content_languages || !apr_is_empty_table(r->err_headers_out)
        || APLOGrtrace3(r) || apr_table_get(r->notes, "no-etag")) {
        return 0;
    }
    if (atoi(r->status_line) != r->status) {
        return 0; /* a filter has another answer: 206 for a range */
    }
    if (!apr_is_empty_table(r->subprocess_env)
        && (apr_table_get(r->subprocess_env, "force-no-vary")
            || apr_table_get(r->subprocess_env, "force-response-1.0")
            || apr_table_get(r->subprocess_env, "downgrade-1.0"))) {
        return 0;
    }
    if (apr_table_get(r->headers_out, "Vary")) {
        return 0; /* several are joined without repetition */
    }
    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
         b = APR_BUCKET_NEXT(b)) {
        if (AP_BUCKET_IS_ERROR(b) || AP_BUCKET_IS_EOC(b)) {
            return 0;
        }
    }
    return 1;
}

/* What HTTP_HEADER adds to the table before it writes it. */
static void complete(request_rec *r)
{
    ap_set_keepalive(r);
    if (r->chunked) {
        apr_table_mergen(r->headers_out, "Transfer-Encoding", "chunked");
        apr_table_unset(r->headers_out, "Content-Length");
    }
    if (r->content_type) {
        apr_table_setn(r->headers_out, "Content-Type",
                       ap_make_content_type(r, r->content_type));
    }
    if (r->content_encoding) {
        apr_table_setn(r->headers_out, "Content-Encoding", r->content_encoding);
    }
}

static void write_text(h1_writer_t *w, const char *name, const char *value)
{
    h1_write_field(w, slice_str(name), slice_str(value));
}

static void write_date_and_server(h1_writer_t *w, request_rec *r)
{
    const char *date = apr_table_get(r->headers_out, "Date");
    const char *server = apr_table_get(r->headers_out, "Server");
    char now[APR_RFC822_DATE_LEN];

    if (!date) {
        ap_recent_rfc822_date(now, r->request_time);
        date = now;
    }
    write_text(w, "Date", date);
    if (!server) {
        server = ap_get_server_banner();
    }
    if (*server) {
        write_text(w, "Server", server);
    }
}

static int is_written_first(const char *name)
{
    switch (name[0] | 0x20) {
    case 'd':
        return strcasecmp(name, "Date") == 0;
    case 's':
        return strcasecmp(name, "Server") == 0;
    default:
        return 0;
    }
}

/* @return 1 when the head is in the chunk, 0 when something may not go out or
 * there is no room */
static int write_head(request_rec *r, chunk_t *chunk)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_out);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    slice_t status = slice_str(r->status_line);
    h1_writer_t w;
    int i;

    if (!h1_is_field_value(status) || status.len > 512) {
        return 0;
    }
    memcpy(chunk->data, "HTTP/1.1 ", 9);
    memcpy(chunk->data + 9, status.p, status.len);
    memcpy(chunk->data + 9 + status.len, "\r\n", 2);
    h1_writer_init(&w, chunk->data, chunk->cap);
    w.len = 11 + status.len;
    write_date_and_server(&w, r);
    for (i = 0; i < fields->nelts; i++) {
        if (!is_written_first(entry[i].key)) {
            write_text(&w, entry[i].key, entry[i].val);
        }
    }
    chunk->end = w.len;
    if (h1_write_head_end(&w) != H1_WRITE_OK) {
        return 0;
    }
    chunk->end = w.len;
    return 1;
}

static void chunk_free(void *data)
{
    chunk_t *chunk = (chunk_t *)((char *)data - offsetof(chunk_t, data));

    chunk_release(&chunk);
}

static apr_status_t leave_to_httpd(ap_filter_t *f, apr_bucket_brigade *bb)
{
    f->frec = ap_http_header_filter_handle;
    f->ctx = NULL;
    return f->frec->filter_func.out_func(f, bb);
}

/* A head larger than a chunk of either size is httpd's own affair. */
static chunk_t *make_head(client_t *client, request_rec *r)
{
    static const size_t sizes[] = { CHUNK_SMALL, CHUNK_LARGE };
    size_t i;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        chunk_t *chunk =
            chunk_get(&client->loop->reactor->env.chunks, sizes[i]);
        if (write_head(r, chunk)) {
            return chunk;
        }
        chunk_release(&chunk);
    }
    return NULL;
}

/* The head goes past the chunk coding, which begins behind it. */
static apr_status_t pass_chunked(ap_filter_t *f, apr_bucket *head,
                                 apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    apr_bucket_brigade *alone = apr_brigade_create(r->pool, f->c->bucket_alloc);
    apr_status_t rv;

    APR_BRIGADE_INSERT_TAIL(alone, head);
    rv = ap_pass_brigade(f->next, alone);
    apr_brigade_cleanup(alone);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    ap_add_output_filter("CHUNK", NULL, r, f->c);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, bb);
}

static apr_status_t head_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    request_rec *r = f->r;
    apr_bucket *b;
    chunk_t *chunk;

    if (!is_plain(r, bb)) {
        return leave_to_httpd(f, bb);
    }
    complete(r);
    chunk = make_head(f->ctx, r);
    if (!chunk) {
        return leave_to_httpd(f, bb);
    }
    b = apr_bucket_heap_create(chunk->data, chunk->cap, chunk_free,
                               f->c->bucket_alloc);
    b->length = chunk->end;
    r->sent_bodyct = 1;
    if (r->chunked) {
        return pass_chunked(f, b, bb);
    }
    ap_remove_output_filter(f);
    APR_BRIGADE_INSERT_HEAD(bb, b);
    return ap_pass_brigade(f->next, bb);
}

void client_head_install(client_t *client, request_rec *r)
{
    ap_filter_t *f;

    for (f = r->output_filters; f; f = f->next) {
        if (f->frec == ap_http_header_filter_handle && f->r == r && !f->ctx) {
            f->frec = head_handle;
            f->ctx = client;
            return;
        }
    }
}

void client_head_register(void)
{
    head_handle = ap_register_output_filter("RPROXY_HEAD", head_filter, NULL,
                                            AP_FTYPE_PROTOCOL);
}
