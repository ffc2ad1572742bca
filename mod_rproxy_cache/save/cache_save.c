/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_save.c: see cache_save.h.  Layer L2.
 *
 *   handler -> ... -> RPROXY_CACHE_HEAD -> FIXUP_HEADERS_OUT (mod_headers)
 *           -> RPROXY_CACHE_BODY -> DEFLATE and the like -> client
 *
 * mod_headers' filter is moved forward between ours, so that what
 * administrators set by Header counts for storing, while the body is still the
 * identity. */
#include "cache_save.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_connection.h>
#include <util_filter.h>

#include "save/cache_application.h"
#include "save/cache_body_peek.h"
#include "save/cache_confirm.h"
#include "save/cache_invalidate.h"
#include "save/cache_stale.h"
#include "serve/cache_condition.h"
#include "status/cache_counters.h"
#include "status/cache_why.h"
#include "serve/cache_head.h"
#include "serve/cache_serve.h"
#include "save/cache_partial.h"
#include "save/cache_store_response.h"
#include "policy/merge.h"
#include "policy/validators.h"

static ap_filter_rec_t *head_handle, *body_handle;

struct cache_saving_t {
    cache_request_t *q;
    slice_t raw_head;
    const h1_field_t *raw_fields;
    size_t raw_count;
    unsigned decided : 1, client_gone : 1, replaced : 1, not_modified : 1;
};

static uint32_t now_s(void)
{
    return (uint32_t)apr_time_sec(apr_time_now());
}

/* ---- RPROXY_CACHE_HEAD ---- */

static apr_status_t head_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    cache_saving_t *saving = f->ctx;

    saving->raw_fields = cache_head_fields(f->r, &saving->raw_count);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, bb);
}

/* ---- the decision, once the head is known ---- */

/* The origin says that what is stored is still right. */
static int is_confirmed(const cache_request_t *q, const request_rec *r)
{
    return q->validating && q->stale.object && r->status == HTTP_NOT_MODIFIED;
}

static void stored_facts(const cache_request_t *q, request_rec *r,
                         response_facts_t *stored)
{
    size_t count;
    const h1_field_t *fields =
        cache_head_read(r->pool, cache_final_head(q->stale.object), &count);

    response_facts_read(stored, HTTP_OK, fields, count, NULL, q->begun_s);
}

/* And its 304 does speak of it (RFC 9111 section 4.3.4).  Only our own
 * validators were sent. */
static int is_selected(const cache_request_t *q, request_rec *r,
                       const response_facts_t *fresh)
{
    response_facts_t stored;

    stored_facts(q, r, &stored);
    return merge_selects(&stored, fresh) || merge_is_bare(fresh);
}

/* A HEAD's response tells of the GET's (RFC 9111 section 4.3.5). */
static int is_same_as_stored(const cache_request_t *q, request_rec *r,
                             const response_facts_t *fresh)
{
    response_facts_t stored;

    stored_facts(q, r, &stored);
    return !merge_head_contradicts(&stored, fresh);
}

static void serve_confirmed(cache_saving_t *saving, request_rec *r,
                            const h1_field_t *fields, size_t count,
                            const response_facts_t *facts,
                            const cache_application_t *application,
                            apr_bucket_brigade *bb)
{
    cache_request_t *q = saving->q;
    store_pin_t fresh = { 0 };

    q->fwd_status = r->status;
    if (is_selected(q, r, facts)) {
        cache_confirm(q, r, saving->raw_fields, saving->raw_count, fields,
                      count, application, &fresh);
    }
    else {
        store_object_remove(cache.store, q->stale.object); /* for the last */
    }
    if (fresh.object) {
        store_unpin(cache.store, &q->stale);
        q->stale = fresh;
    }
    cache_serve_instead(q, r, &q->stale, bb);
    cache_request_say(q, r, "revalidated");
    cache_count(cache_server_conf(r->server)->number, COUNT_REVALIDATED, 1);
}

/* The client's condition, which the origin was not shown, holds. */
static void had_it_already(cache_saving_t *saving, request_rec *r,
                           const response_facts_t *facts)
{
    const cache_request_t *q = saving->q;

    if (q->fill && q->facts.has_condition && r->status == HTTP_OK
        && precondition_decide(&q->facts, facts->etag, facts->last_modified,
                               facts->date, q->begun_s)
               == PRECONDITION_NOT_MODIFIED) {
        saving->not_modified = 1;
        r->status = HTTP_NOT_MODIFIED;
        r->status_line = NULL;
    }
}

static void tell_status(const cache_request_t *q, request_rec *r)
{
    if (CACHE_SETTING(q->settings, status_field)) {
        apr_table_mergen(r->headers_out, "Cache-Status",
                         cache_request_status(q, 0));
    }
}

static void decide(cache_saving_t *saving, request_rec *r,
                   apr_bucket_brigade *bb)
{
    cache_request_t *q = saving->q;
    size_t count;
    const h1_field_t *fields = cache_head_fields(r, &count);
    cache_application_t application;
    response_facts_t facts;

    saving->decided = 1;
    if (q->way == CACHE_SERVE) {
        return; /* of a purge, which has said what it is about */
    }
    cache_application_read(q, r, fields, count, &application);
    response_facts_read(&facts, r->status, fields, count,
                        CACHE_TARGETS(q->settings), q->begun_s);
    if (q->way != CACHE_FETCH) {
        cache_invalidate(q, r, &facts);
        if (q->way == CACHE_PASS && q->facts.method == METHOD_IS_POST
            && facts.content_location.len && cache_request_key(q) == 0) {
            q->clock = store_clock(cache.store); /* behind the purge */
            cache_store_begin(q, r, saving->raw_fields, saving->raw_count,
                              fields, count, &facts, &application);
        }
        tell_status(q, r);
        return;
    }
    cache_condition_restore(q);
    if (q->facts.method == METHOD_IS_HEAD && q->stale.object
        && r->status == HTTP_OK && !is_same_as_stored(q, r, &facts)) {
        store_object_remove(cache.store, q->stale.object);
    }
    if (is_confirmed(q, r)) {
        saving->replaced = 1;
        serve_confirmed(saving, r, fields, count, &facts, &application, bb);
        return;
    }
    if (cache_stale_is_failure(r->status) && cache_may_stand_in(q)) {
        saving->replaced = 1;
        cache_stale_serve(q, r, bb);
        return;
    }
    cache_store_begin(q, r, saving->raw_fields, saving->raw_count, fields,
                      count, &facts, &application);
    had_it_already(saving, r, &facts);
    cache_request_say(q, r, q->stale.object ? "expired" : "miss");
    tell_status(q, r);
}

/* ---- RPROXY_CACHE_BODY ---- */

static void note_why(cache_request_t *q, request_rec *r, const char *reason)
{
    q->reason = reason;
    q->stored = 0;
    cache_why_note(q, REFUSAL_RESPONSE, r->status);
}

static void stop_saving(cache_request_t *q, request_rec *r, const char *reason)
{
    note_why(q, r, reason);
    store_fill_abort(&q->fill, now_s(), 0);
    if (cache.peers.finish_alone) {
        cache.peers.finish_alone(q->r, 0);
    }
}

static void end_of_body(cache_request_t *q, request_rec *r)
{
    apr_status_t rv;

    if (cache_partial_back(q) != APR_SUCCESS) {
        stop_saving(q, r, "no-room");
        return;
    }
    rv = store_fill_commit(&q->fill, now_s());
    if (rv != APR_SUCCESS) {
        note_why(q, r,
                 rv == APR_EGENERAL   ? "length"
                 : rv == APR_NOTFOUND ? "purged-meanwhile"
                                      : "no-room");
        return;
    }
    cache_count(cache_server_conf(r->server)->number, COUNT_STORED, 1);
    cache_store_finished(q, r);
}

/* Copies what is in bb into the store. */
static void save(cache_request_t *q, request_rec *r, apr_bucket_brigade *bb)
{
    apr_bucket *b;

    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb) && q->fill;
         b = APR_BUCKET_NEXT(b)) {
        const char *data;
        apr_size_t len;
        apr_status_t rv;

        if (APR_BUCKET_IS_EOS(b)) {
            end_of_body(q, r);
            return;
        }
        if (AP_BUCKET_IS_ERROR(b) || AP_BUCKET_IS_EOC(b)) {
            stop_saving(q, r, "cut-short");
            return;
        }
        if (APR_BUCKET_IS_METADATA(b)) {
            continue;
        }
        if (apr_bucket_read(b, &data, &len, APR_BLOCK_READ) != APR_SUCCESS) {
            stop_saving(q, r, "cut-short");
        }
        else if ((rv = store_fill_body(q->fill, data, len)) != APR_SUCCESS) {
            stop_saving(q, r, rv == APR_EGENERAL ? "length" : "no-room");
        }
    }
}

static void drop_body(apr_bucket_brigade *bb)
{
    apr_bucket *b, *next;

    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb); b = next) {
        next = APR_BUCKET_NEXT(b);
        if (!APR_BUCKET_IS_METADATA(b)) {
            apr_bucket_delete(b);
        }
    }
}

/* The response in its place has been sent: the rest of this one is not. */
static apr_status_t swallow(apr_bucket_brigade *bb)
{
    apr_brigade_cleanup(bb);
    return APR_SUCCESS;
}

static apr_status_t body_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    cache_saving_t *saving = f->ctx;
    cache_request_t *q = saving->q;
    apr_status_t rv;

    if (saving->decided && saving->replaced) {
        return swallow(bb);
    }
    if (APR_BRIGADE_EMPTY(bb)) {
        return APR_SUCCESS;
    }
    if (!saving->decided) {
        decide(saving, f->r, bb);
    }
    if (q->fill && !saving->replaced) {
        save(q, f->r, bb);
    }
    if (saving->not_modified) {
        drop_body(bb);
    }
    if (saving->client_gone) {
        apr_brigade_cleanup(bb);
        return q->fill ? APR_SUCCESS : APR_ECONNABORTED;
    }
    if (!q->fill && !saving->replaced) {
        ap_remove_output_filter(f);
        return ap_pass_brigade(f->next, bb);
    }
    rv = ap_pass_brigade(f->next, bb);
    if (rv != APR_SUCCESS && q->fill) {
        saving->client_gone = 1; /* others wait for it: it goes on */
        return APR_SUCCESS;
    }
    return rv;
}

/* ---- putting them in ---- */

static ap_filter_t *filter_of(request_rec *r, const char *name)
{
    ap_filter_t *f;

    for (f = r->output_filters; f; f = f->next) {
        if (f->r == r && strcmp(f->frec->name, name) == 0) {
            return f;
        }
    }
    return NULL;
}

/* Behind at, wherever it was. */
static void move_filter(request_rec *r, ap_filter_t *filter, ap_filter_t *at)
{
    ap_filter_t **link = &r->output_filters;

    while (*link && *link != filter) {
        link = &(*link)->next;
    }
    if (*link && filter != at && at->next != filter) {
        *link = filter->next;
        filter->next = at->next;
        at->next = filter;
    }
}

void cache_save_install(cache_request_t *q, request_rec *r)
{
    cache_saving_t *saving = apr_pcalloc(r->pool, sizeof(*saving));
    ap_filter_t *head, *fixup;

    saving->q = q;
    q->saving = saving;
    head = ap_add_output_filter_handle(head_handle, saving, r, r->connection);
    ap_add_output_filter_handle(body_handle, saving, r, r->connection);
    fixup = filter_of(r, "fixup_headers_out");
    if (fixup) {
        move_filter(r, fixup, head);
    }
}

static void insert_filter(request_rec *r)
{
    cache_request_t *q = cache.store && !r->main ? cache_request_of(r) : NULL;

    if (q
        && (q->way == CACHE_FETCH || q->way == CACHE_PASS
            || q->way == CACHE_BYPASS)) {
        cache_save_install(q, r);
        cache_body_peek_install(q, r);
    }
}

void cache_save_register_hooks(apr_pool_t *pool)
{
    cache_body_peek_register(pool);
    cache_stale_register_hooks(pool);
    head_handle = ap_register_output_filter("RPROXY_CACHE_HEAD", head_filter,
                                            NULL, AP_FTYPE_CONTENT_SET - 1);
    body_handle = ap_register_output_filter("RPROXY_CACHE_BODY", body_filter,
                                            NULL, AP_FTYPE_CONTENT_SET - 1);
    ap_hook_insert_filter(insert_filter, NULL, NULL, APR_HOOK_REALLY_LAST);
}
