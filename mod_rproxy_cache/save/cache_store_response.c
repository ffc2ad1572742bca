/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_store_response.c: see cache_store_response.h.  Layer L2. */
#include "cache_store_response.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "policy/vary.h"
#include "save/cache_object.h"
#include "save/cache_partial.h"
#include "save/cache_variants.h"
#include "save/cache_verdict.h"
#include "status/cache_counters.h"
#include "status/cache_why.h"

#define VARY_ROOM 1024
/* How long requests for what is not to be stored do not wait for each other. */
#define MARKER_S 60
#define MARKER_ERROR_S 1

static uint32_t now_s(void)
{
    return (uint32_t)apr_time_sec(apr_time_now());
}

static void refuse(cache_request_t *q, request_rec *r, const char *reason)
{
    q->reason = reason;
    q->stored = 0;
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, RPLOGNO(2202) "not stored: %s",
                  reason);
    cache_why_note(q, REFUSAL_RESPONSE, r->status);
    if (q->fill) {
        store_fill_abort(&q->fill, now_s(),
                         r->status >= 500 ? MARKER_ERROR_S : MARKER_S);
    }
    if (cache.peers.finish_alone) {
        cache.peers.finish_alone(q->r, 0);
    }
    cache_count(cache_server_conf(r->server)->number, COUNT_NOT_STORED, 1);
}

/* The response varies by names: the claim goes to its variant, and the primary
 * key tells which fields to look at.  @return 0, or -1: not stored */
static int move_to_variant(cache_request_t *q, slice_t names,
                           const uint64_t *tags, int tag_count)
{
    store_meta_t meta = { .stored_at = now_s() };
    slice_t before = q->variant.text;

    if (cache_request_variant_key(q, names) != 0) {
        return -1;
    }
    if (slice_eq(before, q->variant.text)) {
        return 0;
    }
    if (store_put(cache.store, &q->key, q->clock, STORE_VARY, &meta, names,
                  slice_make(NULL, 0), tags, tag_count, slice_make(NULL, 0),
                  now_s())
        != APR_SUCCESS) {
        return -1;
    }
    return !q->fill || store_fill_move(q->fill, &q->variant) == APR_SUCCESS
               ? 0
               : -1;
}

static fill_e begin(cache_request_t *q)
{
    store_pin_t pin = { 0 };

    return store_fill_begin(cache.store, &q->variant, q->clock, 0, &q->fill,
                            &pin);
}

/* What an earlier response was marked for does not hold for this one. */
static void remove_marker(const cache_request_t *q)
{
    store_pin_t pin = { 0 };

    if (store_find(cache.store, &q->variant, &pin) == APR_SUCCESS) {
        if (store_object_kind(pin.object) == STORE_MARKER) {
            store_object_remove(cache.store, pin.object);
        }
        store_unpin(cache.store, &pin);
    }
}

static int claim(cache_request_t *q)
{
    fill_e verdict = q->fill ? FILL_OWNER : begin(q);

    if (verdict == FILL_MARKED) {
        remove_marker(q);
        verdict = begin(q);
    }
    return verdict == FILL_OWNER;
}

static int64_t length_of(const request_rec *r, const response_facts_t *facts)
{
    int64_t length;

    return facts->content_length.len
                   && h1_parse_length(facts->content_length, &length) == 0
                   && !r->header_only
               ? length
               : -1;
}

void cache_store_begin(cache_request_t *q, request_rec *r,
                       const h1_field_t *raw, size_t raw_count,
                       const h1_field_t *final, size_t final_count,
                       const response_facts_t *facts,
                       const cache_application_t *application)
{
    lifetime_t lifetime = cache_verdict_lifetime(q, r, facts, application);
    const char *reason =
        cache_verdict_why_not(q, r, facts, &lifetime, application);
    char names[VARY_ROOM];
    uint64_t tags[STORE_TAGS_MAX];
    store_meta_t meta;
    cache_heads_t heads;
    int on_encoding = 0, unknown_coding, n, tag_count;
    unsigned coding = cache_object_coding(facts, &unknown_coding);
    int64_t length = length_of(r, facts);
    int compressible = cache_object_is_compressible(q, r, facts, length);

    if (reason) {
        refuse(q, r, reason);
        return;
    }
    n = vary_names(names, sizeof(names), final, final_count,
                   q->settings->vary_ignore, &on_encoding);
    if (n < 0 || (unknown_coding && on_encoding)) {
        refuse(q, r, n < 0 ? "vary" : "coding");
        return;
    }
    tag_count = cache_object_tags(q, application, tags);
    cache_object_meta(&meta, q, r, facts, &lifetime);
    meta.flags |= (uint16_t)(coding | (compressible ? STORE_COMPRESSIBLE : 0u));
    if (r->status == HTTP_PARTIAL_CONTENT
        && cache_partial_begin(q, facts, &meta, &length) != 0) {
        refuse(q, r, "range");
        return;
    }
    meta.flags |=
        cache_object_has_server(final, final_count) ? STORE_HAS_SERVER : 0;
    heads = cache_object_heads(q, r, raw, raw_count, final, final_count, facts,
                               compressible || coding);
    cache_object_find_etag(&meta, heads.raw);
    if (n
        && move_to_variant(q,
                           slice_make(apr_pstrmemdup(r->pool, names, (size_t)n),
                                      (size_t)n),
                           tags, tag_count)
               != 0) {
        refuse(q, r, "vary");
        return;
    }
    if (!claim(q)
        || store_fill_head(q->fill, STORE_RESPONSE, &meta, heads.raw,
                           heads.final, tags, tag_count, length)
               != APR_SUCCESS
        || cache_partial_front(q) != APR_SUCCESS) {
        refuse(q, r, "no-room");
        return;
    }
    if ((compressible || coding) && !on_encoding) {
        apr_table_mergen(r->headers_out, "Vary", "Accept-Encoding");
    }
    q->stored = 1;
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                  RPLOGNO(2201) "stored for %" APR_INT64_T_FMT " s (%s); hits "
                                "%s%s",
                  (apr_int64_t)lifetime.lifetime_s,
                  lifetime_source_name(lifetime.source),
                  q->checked_why ? "behind all phases: " : "before all phases",
                  q->checked_why ? q->checked_why : "");
}

/* ---- afterwards ---- */

void cache_store_finished(cache_request_t *q, request_rec *r)
{
    cache_variants_make(&q->variant, CACHE_SETTING(q->settings, compress));
    (void)r;
}
