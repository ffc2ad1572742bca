/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_serve.c: see cache_serve.h.  Layer L2.
 *
 * Buckets point into the segment: the pin is given back when the request's
 * pool goes, and the bucket that frees the request (EOR) stands behind all of
 * the response. */
#include "cache_serve.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "status/cache_counters.h"
#include "serve/cache_condition.h"
#include "serve/cache_form.h"
#include "serve/cache_head.h"
#include "save/cache_partial.h"

#define BODY_VECTORS 64

slice_t cache_final_head(const store_object_t *o)
{
    slice_t head = store_object_quick_head(o);

    return head.len ? head : store_object_raw_head(o);
}

void cache_reuse_object(const store_object_t *o, int soft_purged,
                        reuse_object_t *out)
{
    const store_meta_t *m = store_object_meta(o);

    memset(out, 0, sizeof(*out));
    out->stored_at = m->stored_at;
    out->initial_age = m->initial_age;
    out->lifetime = m->lifetime;
    out->while_revalidate = m->while_revalidate;
    out->if_error = m->if_error;
    out->must_revalidate = (m->flags & STORE_MUST_REVALIDATE) != 0;
    out->no_cache = (m->flags & STORE_NO_CACHE) != 0;
    out->immutable = (m->flags & STORE_IMMUTABLE) != 0;
    out->if_error_refused = (m->flags & STORE_NOT_ON_ERROR) != 0;
    out->soft_purged = soft_purged != 0;
}

int cache_may_stand_in(const cache_request_t *q)
{
    const store_object_t *o = q->stale.object;
    store_purged_e purged =
        o ? store_object_purged(cache.store, o) : STORE_PURGED;
    reuse_object_t object;
    reuse_request_t request = {
        .cc = &q->facts.cc,
        .origin_failed = 1,
        .max_serve_stale = CACHE_SETTING(q->settings, keep_stale_s),
        .ignore_request_cc =
            (CACHE_SETTING(q->settings, ignore) & IGNORE_REQUEST) != 0,
    };

    if (purged == STORE_PURGED) {
        return 0;
    }
    cache_reuse_object(o, purged == STORE_PURGED_SOFT, &object);
    return reuse_decide(&object, &request, q->begun_s) == REUSE_STALE_ERROR;
}

/* ---- the body ---- */

void cache_serve_body(request_rec *r, const store_object_t *o, uint64_t offset,
                      uint64_t length, apr_bucket_brigade *bb)
{
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    struct iovec iov[BODY_VECTORS];
    int i, n;

    while (length) {
        n = store_object_body(cache.store, o, offset, length, iov,
                              BODY_VECTORS);
        for (i = 0; i < n; i++) {
            /* A stream of HTTP/2 may outlive its request. */
            apr_bucket *b =
                r->connection->master
                    ? apr_bucket_heap_create(iov[i].iov_base, iov[i].iov_len,
                                             NULL, list)
                    : apr_bucket_immortal_create(iov[i].iov_base,
                                                 iov[i].iov_len, list);
            APR_BRIGADE_INSERT_TAIL(bb, b);
            offset += iov[i].iov_len;
            length -= iov[i].iov_len;
        }
        if (n <= 0) {
            return; /* cannot be: the object is complete */
        }
    }
}

int64_t cache_serve_age(const cache_request_t *q, const store_object_t *o)
{
    reuse_object_t object;

    cache_reuse_object(o, 0, &object);
    return reuse_age(&object, q->begun_s);
}

/* ---- through all filters ---- */

void cache_serve_set_age(cache_request_t *q, request_rec *r,
                         const store_object_t *o)
{
    apr_table_setn(r->headers_out, "Age",
                   apr_psprintf(r->pool, "%" APR_INT64_T_FMT,
                                (apr_int64_t)cache_serve_age(q, o)));
    if (CACHE_SETTING(q->settings, status_field)) {
        apr_table_mergen(r->headers_out, "Cache-Status",
                         cache_request_status(q, q->fwd == NULL));
    }
}

/* Answers r with head and, unless the client has it already, body of a form of
 * master. */
static void answer(cache_request_t *q, request_rec *r,
                   const store_object_t *master, const store_object_t *o,
                   slice_t head, apr_bucket_brigade *bb)
{
    const store_meta_t *m = store_object_meta(o);
    slice_t held;
    precondition_e condition = cache_condition(q, master, o, &held);

    if (m->flags & STORE_PARTIAL) {
        cache_partial_answer(q, r, o, bb);
        cache_serve_set_age(q, r, o);
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(
                                        r->connection->bucket_alloc));
        return;
    }
    cache_head_apply(r, head, m->status);
    cache_serve_set_age(q, r, o);
    if (condition != PRECONDITION_NONE) {
        r->status = condition == PRECONDITION_FAILED ? HTTP_PRECONDITION_FAILED
                                                     : HTTP_NOT_MODIFIED;
        r->status_line = NULL;
        if (held.len) {
            apr_table_setn(r->headers_out, "ETag",
                           apr_pstrmemdup(r->pool, held.p, held.len));
        }
    }
    else {
        ap_set_content_length(r, (apr_off_t)store_object_length(o));
        cache_serve_body(r, o, 0, store_object_length(o), bb);
    }
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
}

/* httpd's own filter makes the 206, but its 416 does not say of how many bytes,
 * and it takes a range of HEAD for one (RFC 9110 sections 14.2 and 15.5.17). */
static int refuse_range(const cache_request_t *q, request_rec *r,
                        const store_object_t *o)
{
    const store_meta_t *m = store_object_meta(o);
    byte_range_t ranges[RANGES_MAX];
    int count;

    if (q->facts.method == METHOD_IS_HEAD) {
        apr_table_unset(r->headers_in, "Range");
    }
    if (!q->facts.has_range || m->status != HTTP_OK
        || (m->flags & STORE_PARTIAL)
        || byte_range_decide(&q->facts, (int64_t)store_object_length(o),
                             cache_condition_etag(o),
                             m->last_modified ? (int64_t)m->last_modified : -1,
                             m->date ? (int64_t)m->date : -1, ranges, &count)
               != RANGE_UNSATISFIABLE) {
        return 0;
    }
    apr_table_setn(r->err_headers_out, "Content-Range",
                   apr_psprintf(r->pool, "bytes */%" APR_UINT64_T_FMT,
                                (apr_uint64_t)store_object_length(o)));
    return 1;
}

int cache_serve(cache_request_t *q, request_rec *r)
{
    apr_bucket_brigade *bb =
        apr_brigade_create(r->pool, r->connection->bucket_alloc);
    precondition_e condition;
    slice_t held;
    int wanting;
    const store_object_t *o = cache_form(q, q->pin.object, &wanting);
    apr_status_t rv;

    if (!o) {
        return HTTP_NOT_ACCEPTABLE;
    }
    condition = cache_condition(q, q->pin.object, o, &held);
    if (condition == PRECONDITION_FAILED) {
        return HTTP_PRECONDITION_FAILED;
    }
    if (condition == PRECONDITION_NONE && refuse_range(q, r, o)) {
        return HTTP_RANGE_NOT_SATISFIABLE;
    }
    answer(q, r, q->pin.object, o, store_object_raw_head(o), bb);
    rv = ap_pass_brigade(r->output_filters, bb);
    return rv == APR_SUCCESS || r->connection->aborted ? OK : AP_FILTER_ERROR;
}

void cache_serve_instead(cache_request_t *q, request_rec *r,
                         const store_pin_t *pin, apr_bucket_brigade *bb)
{
    int wanting;
    const store_object_t *o = cache_form(q, pin->object, &wanting);

    apr_brigade_cleanup(bb);
    o = o ? o : pin->object;
    answer(q, r, pin->object, o, cache_final_head(o), bb);
}
