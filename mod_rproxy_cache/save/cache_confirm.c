/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_confirm.c: see cache_confirm.h.  Layer L2. */
#include "cache_confirm.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "policy/merge.h"
#include "save/cache_object.h"
#include "save/cache_store_response.h"
#include "save/cache_verdict.h"
#include "serve/cache_head.h"
#include "serve/cache_serve.h"

#define VECTORS 16

static uint32_t now_s(void)
{
    return (uint32_t)apr_time_sec(apr_time_now());
}

static slice_t merged(request_rec *r, slice_t head, const h1_field_t *fresh,
                      size_t fresh_count)
{
    size_t count;
    const h1_field_t *stored = cache_head_read(r->pool, head, &count);
    h1_field_t *fields =
        apr_palloc(r->pool, (count + fresh_count + 1) * sizeof(*fields));
    size_t n = merge_fields(fields, stored, count, fresh, fresh_count);

    return cache_head_write(r->pool, cache_head_status(head), fields, n);
}

/* Piece by piece from the older object, which stays for those who read it.  The
 * pieces of a body have one owner: two objects cannot share them, since either
 * may be evicted first, and who dies in between would leave neither. */
static apr_status_t copy_body(store_fill_t *fill, const store_object_t *o)
{
    uint64_t length = store_object_length(o), at = 0;
    struct iovec iov[VECTORS];
    apr_status_t rv = APR_SUCCESS;

    while (at < length && rv == APR_SUCCESS) {
        int i, n = store_object_body(cache.store, o, at, length - at, iov,
                                     VECTORS);
        for (i = 0; i < n && rv == APR_SUCCESS; i++) {
            rv = store_fill_body(fill, iov[i].iov_base, iov[i].iov_len);
            at += iov[i].iov_len;
        }
        if (n <= 0) {
            return APR_EGENERAL;
        }
    }
    return rv;
}

/* Requests that wait for this fetch get it from there. */
static apr_status_t publish(cache_request_t *q, const store_meta_t *meta,
                            slice_t raw_head, slice_t final_head,
                            const uint64_t *tags, int tag_count)
{
    const store_object_t *o = q->stale.object;
    apr_status_t rv;

    if (!q->fill) {
        return APR_ENOSPC; /* given up meanwhile: the older one stays */
    }
    rv = store_fill_head(q->fill, STORE_RESPONSE, meta, raw_head, final_head,
                         tags, tag_count, (int64_t)store_object_length(o));
    if (rv == APR_SUCCESS) {
        rv = copy_body(q->fill, o);
    }
    if (rv != APR_SUCCESS) {
        store_fill_abort(&q->fill, now_s(), 0);
        return rv;
    }
    return store_fill_commit(&q->fill, now_s());
}

/* Those that came with the 304, or those of before. */
static int tags_of(const cache_request_t *q,
                   const cache_application_t *application, uint64_t *tags)
{
    return application->tag_count ? cache_object_tags(q, application, tags)
                                  : store_object_tags(q->stale.object, tags);
}

void cache_confirm(cache_request_t *q, request_rec *r, const h1_field_t *raw,
                   size_t raw_count, const h1_field_t *final,
                   size_t final_count, const cache_application_t *application,
                   store_pin_t *fresh)
{
    const store_object_t *o = q->stale.object;
    uint16_t kept = store_object_meta(o)->flags
                    & (STORE_GZIP | STORE_BROTLI | STORE_COMPRESSIBLE);
    slice_t raw_head, final_head;
    response_facts_t facts;
    size_t count;
    const h1_field_t *fields;
    lifetime_t lifetime;
    uint64_t tags[STORE_TAGS_MAX];
    store_meta_t meta;
    int tag_count;

    raw = cache_object_fields(q, r->pool, raw, &raw_count);
    final = cache_object_fields(q, r->pool, final, &final_count);
    raw_head = merged(r, store_object_raw_head(o), raw, raw_count);
    final_head = merged(r, cache_final_head(o), final, final_count);
    fields = cache_head_read(r->pool, final_head, &count);
    r->status = store_object_meta(o)->status;
    response_facts_read(&facts, r->status, fields, count,
                        CACHE_TARGETS(q->settings), q->begun_s);
    lifetime = cache_verdict_lifetime(q, r, &facts, application);
    cache_object_meta(&meta, q, r, &facts, &lifetime);
    meta.flags |= kept;
    meta.flags |= cache_object_has_server(fields, count) ? STORE_HAS_SERVER : 0;
    cache_object_find_etag(&meta, raw_head);
    if (cache_verdict_why_not(q, r, &facts, &lifetime, application)) {
        store_object_remove(cache.store, o); /* used this once */
        if (q->fill) {
            store_fill_abort(&q->fill, now_s(), 0);
        }
        return;
    }
    tag_count = tags_of(q, application, tags);
    if (publish(q, &meta, raw_head, final_head, tags, tag_count)
        == APR_SUCCESS) {
        store_find(cache.store, &q->variant, fresh);
        q->stored = 1;
        cache_store_finished(q, r);
    }
}
