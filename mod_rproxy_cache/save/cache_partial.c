/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_partial.c: see cache_partial.h.  Layer L2. */
#include "cache_partial.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "policy/validators.h"
#include "serve/cache_head.h"
#include "serve/cache_serve.h"

#define VECTORS 16

static byte_range_t range_of(const store_object_t *o)
{
    const store_meta_t *m = store_object_meta(o);
    byte_range_t range = { (int64_t)m->part_first,
                           (int64_t)(m->part_first + store_object_length(o))
                               - 1 };

    return range;
}

static slice_t etag_of(const store_object_t *o)
{
    const store_meta_t *m = store_object_meta(o);

    return slice_make(store_object_raw_head(o).p + m->etag_at, m->etag_len);
}

int cache_partial_serves(const cache_request_t *q, const store_object_t *o,
                         byte_range_t *range)
{
    const store_meta_t *m = store_object_meta(o);
    byte_range_t part = range_of(o), asked[RANGES_MAX];
    int count = 0;

    if (!q->facts.has_range || q->facts.has_condition || !m->part_total
        || q->facts.method != METHOD_IS_GET
        || byte_range_decide(&q->facts, (int64_t)m->part_total, etag_of(o),
                             m->last_modified ? (int64_t)m->last_modified : -1,
                             m->date ? (int64_t)m->date : -1, asked, &count)
               != RANGE_PARTS
        || count != 1 || asked[0].first < part.first
        || asked[0].last > part.last) {
        return 0;
    }
    *range = asked[0];
    return 1;
}

void cache_partial_answer(cache_request_t *q, request_rec *r,
                          const store_object_t *o, apr_bucket_brigade *bb)
{
    const store_meta_t *m = store_object_meta(o);
    byte_range_t range = { 0, 0 };

    cache_partial_serves(q, o, &range);
    cache_head_apply(r, store_object_raw_head(o), HTTP_PARTIAL_CONTENT);
    apr_table_setn(r->headers_out, "Content-Range",
                   apr_psprintf(r->pool,
                                "bytes %" APR_INT64_T_FMT "-%" APR_INT64_T_FMT
                                "/%" APR_UINT64_T_FMT,
                                (apr_int64_t)range.first,
                                (apr_int64_t)range.last,
                                (apr_uint64_t)m->part_total));
    ap_set_content_length(r, range.last - range.first + 1);
    cache_serve_body(r, o, (uint64_t)range.first - m->part_first,
                     (uint64_t)(range.last - range.first) + 1, bb);
}

/* ---- joining ---- */

static int is_joinable(const cache_request_t *q, const response_facts_t *facts,
                       int64_t total)
{
    const store_object_t *o = q->part.object;

    return o && (int64_t)store_object_meta(o)->part_total == total
           && etag_matches(etag_of(o), facts->etag, 1);
}

int cache_partial_begin(cache_request_t *q, const response_facts_t *facts,
                        store_meta_t *meta, int64_t *length)
{
    byte_range_t part, older;
    int64_t total;

    if (content_range_read(facts->content_range, &part, &total) != 0
        || total <= 0 || !etag_is_valid(facts->etag)
        || etag_is_weak(facts->etag)
        || (*length >= 0 && *length != part.last - part.first + 1)
        || (q->stale.object && q->stale.object != q->part.object)) {
        return -1;
    }
    q->joined = part;
    if (is_joinable(q, facts, total)) {
        older = range_of(q->part.object);
        q->part_last = part.last;
        q->part_first = part.first;
        if (!byte_range_join(&q->joined, &older)) {
            store_unpin(cache.store, &q->part);
        }
    }
    else {
        store_unpin(cache.store, &q->part);
    }
    *length = q->joined.last - q->joined.first + 1;
    meta->flags &= (uint16_t)~STORE_QUICK;
    if (*length == total) {
        meta->status = HTTP_OK;
        return 0;
    }
    meta->flags |= STORE_PARTIAL;
    meta->part_first = (uint64_t)q->joined.first;
    meta->part_total = (uint64_t)total;
    return 0;
}

/* Bytes [first, last] of the whole, which lie in the older part. */
static apr_status_t copy(cache_request_t *q, int64_t first, int64_t last)
{
    const store_object_t *o = q->part.object;
    uint64_t at = (uint64_t)first - store_object_meta(o)->part_first;
    uint64_t left = (uint64_t)(last - first) + 1;
    struct iovec iov[VECTORS];
    apr_status_t rv = APR_SUCCESS;

    while (left && rv == APR_SUCCESS) {
        int i, n = store_object_body(cache.store, o, at, left, iov, VECTORS);
        for (i = 0; i < n && rv == APR_SUCCESS; i++) {
            rv = store_fill_body(q->fill, iov[i].iov_base, iov[i].iov_len);
            at += iov[i].iov_len;
            left -= iov[i].iov_len;
        }
        if (n <= 0) {
            return APR_EGENERAL;
        }
    }
    return rv;
}

apr_status_t cache_partial_front(cache_request_t *q)
{
    return q->part.object && q->joined.first < q->part_first
               ? copy(q, q->joined.first, q->part_first - 1)
               : APR_SUCCESS;
}

apr_status_t cache_partial_back(cache_request_t *q)
{
    return q->part.object && q->joined.last > q->part_last
               ? copy(q, q->part_last + 1, q->joined.last)
               : APR_SUCCESS;
}
