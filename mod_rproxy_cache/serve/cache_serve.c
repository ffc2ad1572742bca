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
#include "serve/cache_head.h"
#include "config/cache_sections.h"
#include "save/cache_partial.h"
#include "save/cache_variants.h"
#include "policy/accept_encoding.h"
#include "policy/http_date.h"
#include "policy/validators.h"
#include "variants/variant_etag.h"

#define BODY_VECTORS 64
/* Status line, Age, Content-Length, Connection, Keep-Alive, Cache-Status, and
 * the names of Server and ETag. */
#define HEAD_EXTRA 1024

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

/* ---- which form ---- */

static const store_object_t *variant(const store_object_t *o, int which)
{
    return store_object_variant(cache.store, o, which);
}

static unsigned coding_of(const store_object_t *o)
{
    unsigned flags = store_object_meta(o)->flags;

    return flags & STORE_GZIP     ? CODING_GZIP
           : flags & STORE_BROTLI ? CODING_BROTLI
                                  : CODING_IDENTITY;
}

const store_object_t *cache_serve_form(const cache_request_t *q,
                                       const store_object_t *o, int *wanting)
{
    unsigned accepted = accept_encoding_read(q->facts.accept_encoding);
    unsigned coding = coding_of(o);
    const store_object_t *form = NULL;

    *wanting = 0;
    if ((accepted & CODING_BROTLI)
        && (form = variant(o, STORE_VARIANT_BROTLI)) != NULL) {
        return form;
    }
    if (accepted & coding & ~(unsigned)CODING_IDENTITY) {
        return o;
    }
    if ((accepted & CODING_GZIP)
        && (form = variant(o, STORE_VARIANT_GZIP)) != NULL) {
        return form;
    }
    if (coding == CODING_IDENTITY) {
        *wanting = (store_object_meta(o)->flags & STORE_COMPRESSIBLE)
                   && (accepted & (CODING_GZIP | CODING_BROTLI));
        return o;
    }
    form = variant(o, STORE_VARIANT_IDENTITY);
    return form ? form : cache_variants_unpack(o);
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

/* ---- preconditions ---- */

static slice_t etag_of(const store_object_t *o)
{
    const store_meta_t *m = store_object_meta(o);

    return m->etag_len ? slice_make(store_object_raw_head(o).p + m->etag_at,
                                    m->etag_len)
                       : slice_make(NULL, 0);
}

/* o is a form of master.  *held: the tag of the form that the client has, if it
 * is not o's. */
static precondition_e precondition(const cache_request_t *q,
                                   const store_object_t *master,
                                   const store_object_t *o, slice_t *held)
{
    const store_meta_t *m = store_object_meta(o);

    *held = slice_make(NULL, 0);
    if (!q->facts.has_condition || m->status != HTTP_OK) {
        return PRECONDITION_NONE;
    }
    if (!q->facts.if_match.p && !q->facts.conditions_lost
        && variant_etag_held(q->facts.if_none_match, etag_of(master),
                             coding_of(master),
                             accept_encoding_read(q->facts.accept_encoding),
                             held)) {
        return PRECONDITION_NOT_MODIFIED;
    }
    return precondition_decide(&q->facts, etag_of(o),
                               m->last_modified ? (int64_t)m->last_modified
                                                : -1,
                               m->date ? (int64_t)m->date : -1, q->begun_s);
}

static int64_t age_of(const cache_request_t *q, const store_object_t *o)
{
    reuse_object_t object;

    cache_reuse_object(o, 0, &object);
    return reuse_age(&object, q->begun_s);
}

/* ---- the quick way ---- */

typedef struct {
    char *at, *end;
} text_t;

static void put(text_t *t, const char *p, size_t len)
{
    if ((size_t)(t->end - t->at) >= len) {
        memcpy(t->at, p, len);
        t->at += len;
    }
}

static void put_field(text_t *t, const char *name, const char *value)
{
    put(t, name, strlen(name));
    put(t, ": ", 2);
    put(t, value, strlen(value));
    put(t, "\r\n", 2);
}

static void put_number(text_t *t, const char *name, uint64_t number)
{
    char digits[24], *at = digits + sizeof(digits);

    *--at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    put_field(t, name, at);
}

/* RFC 9110 section 15.4.5. */
static int is_sent_with_304(slice_t name)
{
    static const char *const names[] = { "Cache-Control", "Content-Location",
                                         "Date",          "ETag",
                                         "Expires",       "Vary",
                                         "Last-Modified" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_eq_nocase(name, slice_str(names[i]))) {
            return 1;
        }
    }
    return 0;
}

/* The lines of a head, or those of them that go with a 304: with etag, where
 * there is one, in place of their own. */
static void put_lines(text_t *t, slice_t lines, int not_modified, slice_t etag)
{
    const char *line = lines.p, *end = lines.p + lines.len;

    if (!not_modified) {
        put(t, lines.p, lines.len);
        return;
    }
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *next = stop ? stop + 1 : end;
        const char *colon = memchr(line, ':', (size_t)(next - line));

        slice_t name = slice_make(line, colon ? (size_t)(colon - line) : 0);

        if (is_sent_with_304(name)
            && !(etag.len && slice_eq_nocase(name, SLICE_LIT("ETag")))) {
            put(t, line, (size_t)(next - line));
        }
        line = next;
    }
}

/* For log formats that ask for response fields. */
static void fill_table(request_rec *r, slice_t lines, int not_modified)
{
    char *line = apr_pmemdup(r->pool, lines.p, lines.len);
    char *end = line + lines.len;

    while (line < end) {
        char *stop = memchr(line, '\r', (size_t)(end - line));
        char *colon = stop ? memchr(line, ':', (size_t)(stop - line)) : NULL;

        if (!colon) {
            return;
        }
        if (!not_modified
            || is_sent_with_304(slice_make(line, (size_t)(colon - line)))) {
            *stop = *colon = '\0';
            apr_table_addn(r->headers_out, line,
                           colon[1] == ' ' ? colon + 2 : colon + 1);
            if (strcasecmp(line, "Content-Type") == 0) {
                r->content_type = colon + 2;
            }
        }
        line = stop + 2;
    }
}

static void put_connection(request_rec *r, text_t *t)
{
    const char *value;

    ap_set_keepalive(r);
    if ((value = apr_table_get(r->headers_out, "Connection")) != NULL) {
        put_field(t, "Connection", value);
    }
    if ((value = apr_table_get(r->headers_out, "Keep-Alive")) != NULL) {
        put_field(t, "Keep-Alive", value);
    }
}

static slice_t make_head(cache_request_t *q, const store_object_t *o,
                         int not_modified, slice_t etag)
{
    request_rec *r = q->r;
    slice_t head = cache_final_head(o), line = cache_head_status(head);
    slice_t lines = slice_make(head.p + line.len + 2, head.len - line.len - 2);
    text_t t;
    const char *server = ap_get_server_banner();
    size_t room = head.len + etag.len + strlen(server) + HEAD_EXTRA;
    char *begin = apr_palloc(r->pool, room);

    t.at = begin;
    t.end = begin + room;
    put(&t, "HTTP/1.1 ", 9);
    if (not_modified) {
        line = SLICE_LIT("304 Not Modified");
    }
    put(&t, line.p, line.len);
    put(&t, "\r\n", 2);
    put_lines(&t, lines, not_modified, etag);
    if (cache_sections_logs_fields()) {
        fill_table(r, lines, not_modified);
    }
    if (!(store_object_meta(q->pin.object)->flags & STORE_HAS_SERVER)
        && *server) {
        put_field(&t, "Server", server);
    }
    if (etag.len) {
        put_field(&t, "ETag", apr_pstrmemdup(r->pool, etag.p, etag.len));
    }
    put_number(&t, "Age", (uint64_t)age_of(q, o));
    if (!not_modified && !AP_STATUS_IS_HEADER_ONLY(r->status)) {
        ap_set_content_length(r, (apr_off_t)store_object_length(o));
        put_field(&t, "Content-Length",
                  apr_table_get(r->headers_out, "Content-Length"));
    }
    if (CACHE_SETTING(q->settings, status_field)) {
        put_field(&t, "Cache-Status", cache_request_status(q, 1));
    }
    put_connection(r, &t);
    put(&t, "\r\n", 2);
    return slice_make(begin, (size_t)(t.at - begin));
}

static void keep(void *unused)
{
    (void)unused; /* the request's pool has it */
}

/* The finished response goes to the filters of the connection. */
static int send_quick(cache_request_t *q, const store_object_t *o, slice_t head,
                      int with_body)
{
    request_rec *r = q->r;
    conn_rec *c = r->connection;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, c->bucket_alloc);
    apr_status_t rv;

    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_heap_create(head.p, head.len, keep,
                                                       c->bucket_alloc));
    r->sent_bodyct = 1;
    if (with_body) {
        cache_serve_body(r, o, 0, store_object_length(o), bb);
        r->bytes_sent = (apr_off_t)store_object_length(o);
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(c->bucket_alloc));
    r->eos_sent = 1;
    rv = ap_pass_brigade(c->output_filters, bb);
    return rv == APR_SUCCESS || c->aborted ? OK : AP_FILTER_ERROR;
}

int cache_serve_quick(cache_request_t *q)
{
    request_rec *r = q->r;
    const store_object_t *o;
    precondition_e condition;
    slice_t held;
    int wanting;

    if (r->connection->master || r->proto_num < HTTP_VERSION(1, 1)
        || r->assbackwards || q->facts.has_range) {
        return DECLINED;
    }
    o = cache_serve_form(q, q->pin.object, &wanting);
    if (!o || wanting) {
        return DECLINED;
    }
    condition = precondition(q, q->pin.object, o, &held);
    if (condition == PRECONDITION_FAILED) {
        return DECLINED;
    }
    r->status = condition == PRECONDITION_NOT_MODIFIED
                    ? HTTP_NOT_MODIFIED
                    : store_object_meta(o)->status;
    r->no_local_copy = 0;
    return send_quick(q, o,
                      make_head(q, o, r->status == HTTP_NOT_MODIFIED, held),
                      !r->header_only && r->status != HTTP_NOT_MODIFIED
                          && !AP_STATUS_IS_HEADER_ONLY(r->status));
}

/* ---- through all filters ---- */

void cache_serve_set_age(cache_request_t *q, request_rec *r,
                         const store_object_t *o)
{
    apr_table_setn(r->headers_out, "Age",
                   apr_psprintf(r->pool, "%" APR_INT64_T_FMT,
                                (apr_int64_t)age_of(q, o)));
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
    precondition_e condition = precondition(q, master, o, &held);

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
                             etag_of(o),
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
    const store_object_t *o = cache_serve_form(q, q->pin.object, &wanting);
    apr_status_t rv;

    if (!o) {
        return HTTP_NOT_ACCEPTABLE;
    }
    condition = precondition(q, q->pin.object, o, &held);
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
    const store_object_t *o = cache_serve_form(q, pin->object, &wanting);

    apr_brigade_cleanup(bb);
    o = o ? o : pin->object;
    answer(q, r, pin->object, o, cache_final_head(o), bb);
}
