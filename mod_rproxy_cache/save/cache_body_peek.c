/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_body_peek.c: see cache_body_peek.h.  Layer L2. */
#include "cache_body_peek.h"

#include <util_filter.h>

#include "policy/wordpress.h"

static ap_filter_rec_t *peek_handle;

typedef struct {
    cache_request_t *q;
    char text[WORDPRESS_BODY_BYTES];
} peek_t;

static void take(peek_t *peek, apr_bucket *b)
{
    apr_size_t len, room = sizeof(peek->text) - peek->q->body.len;
    const char *data;

    if (APR_BUCKET_IS_METADATA(b) || !room
        || apr_bucket_read(b, &data, &len, APR_NONBLOCK_READ) != APR_SUCCESS) {
        return;
    }
    len = len < room ? len : room;
    memcpy(peek->text + peek->q->body.len, data, len);
    peek->q->body = slice_make(peek->text, peek->q->body.len + len);
}

static apr_status_t peek_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                ap_input_mode_t mode, apr_read_type_e block,
                                apr_off_t bytes)
{
    peek_t *peek = f->ctx;
    apr_status_t rv = ap_get_brigade(f->next, bb, mode, block, bytes);
    apr_bucket *b;

    if (rv == APR_SUCCESS
        && (mode == AP_MODE_READBYTES || mode == AP_MODE_EXHAUSTIVE)) {
        for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
             b = APR_BUCKET_NEXT(b)) {
            take(peek, b);
        }
    }
    return rv;
}

void cache_body_peek_install(cache_request_t *q, request_rec *r)
{
    const apr_table_t *in = q->r->headers_in;
    wordpress_request_t request = {
        .method = slice_str(q->r->method),
        .override = slice_str(apr_table_get(in, "X-HTTP-Method-Override")),
        .path = q->uri.path,
        .query = q->uri.query,
        .content_type = slice_str(apr_table_get(in, "Content-Type")),
    };
    peek_t *peek;

    if (q->facts.has_body && CACHE_SETTING(q->settings, wordpress) == 1
        && wordpress_wants_body(&request)) {
        peek = apr_pcalloc(r->pool, sizeof(*peek));
        peek->q = q;
        ap_add_input_filter_handle(peek_handle, peek, r, r->connection);
    }
}

void cache_body_peek_register(apr_pool_t *pool)
{
    (void)pool;
    peek_handle = ap_register_input_filter("RPROXY_CACHE_PEEK", peek_filter,
                                           NULL, AP_FTYPE_RESOURCE);
}
