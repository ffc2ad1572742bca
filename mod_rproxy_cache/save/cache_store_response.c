/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_store_response.c: see cache_store_response.h.  Layer L2. */
#include "cache_store_response.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <util_filter.h>

#include "status/cache_counters.h"
#include "status/cache_why.h"
#include "serve/cache_head.h"
#include "purge/cache_purge.h"
#include "config/cache_sections.h"
#include "serve/cache_serve.h"
#include "save/cache_partial.h"
#include "save/cache_variants.h"
#include "policy/accept_encoding.h"
#include "policy/invalidation.h"
#include "policy/merge.h"
#include "policy/storable.h"
#include "policy/validators.h"
#include "policy/vary.h"
#include "variants/compressible.h"

#define VARY_ROOM 1024
/* How long requests for what is not to be stored do not wait for each other. */
#define MARKER_S 60
#define MARKER_ERROR_S 1

static uint32_t now_s(void)
{
    return (uint32_t)apr_time_sec(apr_time_now());
}

static uint32_t seconds(int64_t s)
{
    return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

/* ---- may it be stored? ---- */

static lifetime_t lifetime_of(const cache_request_t *q, const request_rec *r,
                              const response_facts_t *facts,
                              const cache_application_t *application)
{
    const cache_settings_t *s = q->settings;
    lifetime_rules_t rules = {
        .default_s = r->status < 400 ? CACHE_SETTING(s, default_s)
                                     : CACHE_SETTING(s, errors_s),
        .min_s = CACHE_SETTING(s, min_s),
        .max_s = CACHE_SETTING(s, max_s),
        .while_revalidate_s = CACHE_SETTING(s, while_revalidate_s),
        .if_error_s = CACHE_SETTING(s, if_error_s),
        .forced_s = application->ttl_s,
        .heuristic_percent = CACHE_SETTING(s, heuristic_percent),
        .heuristic_max_s = CACHE_SETTING(s, heuristic_max_s),
        .ignore_cache_control =
            (CACHE_SETTING(s, ignore) & IGNORE_CACHE_CONTROL) != 0,
    };
    lifetime_t lifetime;

    if (rules.default_s == 0) {
        rules.default_s = -1;
    }
    if (rules.min_s == 0) {
        rules.min_s = -1;
    }
    lifetime = freshness_lifetime(facts, &rules, q->begun_s);
    if (application->while_revalidate_s >= 0) {
        lifetime.while_revalidate_s = application->while_revalidate_s;
    }
    if (application->if_error_s >= 0) {
        lifetime.if_error_s = application->if_error_s;
    }
    return lifetime;
}

/* A response to POST that says it is what a GET of the same URI would get (RFC
 * 9110 section 9.3.3). */
static int is_about_target(const cache_request_t *q, request_rec *r,
                           const response_facts_t *facts)
{
    size_t cap = facts->content_location.len + q->uri.path.len + 16;
    key_uri_t target;

    return facts->content_location.len
           && invalidation_target(facts->content_location, &q->uri,
                                  apr_palloc(r->pool, cap), cap, &target)
           && slice_eq(target.path, q->uri.path)
           && slice_eq(target.query, q->uri.query);
}

static const char *why_not(cache_request_t *q, request_rec *r,
                           const response_facts_t *facts,
                           const lifetime_t *lifetime,
                           const cache_application_t *application)
{
    int ignore = CACHE_SETTING(q->settings, ignore);
    storable_in_t in = {
        .request = &q->facts,
        .response = facts,
        .lifetime = *lifetime,
        .ignore_set_cookie = (ignore & IGNORE_SET_COOKIE) != 0,
        .ignore_private = (ignore & IGNORE_PRIVATE) != 0,
        .ignore_no_store = (ignore & IGNORE_NO_STORE) != 0,
        .ignore_authorization = (ignore & IGNORE_AUTHORIZATION) != 0,
        .initial_age_s = freshness_initial_age(facts, q->begun_s, q->begun_s),
        .accept_partial = 1,
        .content_location_is_target = is_about_target(q, r, facts),
        .ignore_request_no_store = (ignore & IGNORE_REQUEST) != 0,
        .store_errors = CACHE_SETTING(q->settings, errors_s) > 0,
    };
    const cache_rule_t *rule;
    storable_e verdict;

    if (application->no_store) {
        return application->no_store_why;
    }
    rule =
        cache_rule_find(q->settings->no_store, q->r, q->uri.path, q->uri.query);
    if (rule) {
        q->rule = rule;
        return rule->text;
    }
    if (r->user && !(ignore & IGNORE_AUTHORIZATION) && !facts->cc.is_public
        && !facts->cc.has_s_maxage) {
        return "user"; /* whoever checked the name, it was not for all */
    }
    verdict = storable_decide(&in);
    return verdict == STORABLE_YES ? NULL : storable_name(verdict);
}

/* ---- what the store keeps of it ---- */

static unsigned coding_flag(const response_facts_t *facts, int *unknown)
{
    unsigned coding = content_encoding_read(facts->content_encoding);

    *unknown = coding == CODING_OTHER;
    return coding == CODING_GZIP     ? STORE_GZIP
           : coding == CODING_BROTLI ? STORE_BROTLI
                                     : 0;
}

static int is_compressible(const cache_request_t *q, const request_rec *r,
                           const response_facts_t *facts, int64_t length)
{
    compressible_in_t in = {
        .status = r->status,
        .content_type = facts->content_type,
        .content_encoding = facts->content_encoding,
        .length = length < 0 ? COMPRESSIBLE_LEAST : (uint64_t)length,
        .no_transform = facts->cc.no_transform,
        .is_partial = r->status == HTTP_PARTIAL_CONTENT,
    };

    return CACHE_SETTING(q->settings, compress) && cache_variants_possible()
           && compressible_decide(&in) == COMPRESSIBLE;
}

/* Where the entity tag stands within the head's text. */
static void find_etag(store_meta_t *meta, slice_t head)
{
    const char *at = head.p, *end = head.p + head.len;

    while (at && end - at > 6 && strncasecmp(at, "ETag:", 5) != 0) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (at && end - at > 6) {
        const char *stop = memchr(at, '\r', (size_t)(end - at));
        slice_t tag = slice_trim(slice_make(at + 5, (size_t)(stop - at - 5)));
        if (tag.len < 1024 && etag_is_valid(tag)) {
            meta->etag_at = (uint16_t)(tag.p - head.p);
            meta->etag_len = (uint16_t)tag.len;
            meta->flags |= etag_is_weak(tag) ? STORE_ETAG_WEAK : 0;
        }
    }
}

/* Filters behind ours that the quick way may leave out: what they do is in the
 * final head, or done anew for each form, or by the quick way itself. */
static const char *const known_filters[] = {
    "rproxy_cache_body",
    "rproxy_cache_head",
    "fixup_headers_out",
    "fixup_headers_err",
    "deflate",
    "brotli_compress",
    "byterange",
    "content_length",
    "http_header",
    "http_outerror",
    "chunk",
    "old_write",
    "rproxy_head",
    "mod_expires",
    "log_input_output",
    "rproxy_cache_peek",
    "h2_c2_response",
    "h2_c2_transcode_to_http2",
};

static const char *unknown_filter(const request_rec *r)
{
    const ap_filter_t *f;

    for (f = r->output_filters; f && f->frec->ftype < AP_FTYPE_CONNECTION;
         f = f->next) {
        size_t k = 0, n = sizeof(known_filters) / sizeof(known_filters[0]);
        const char *name = f->frec->name;
        if (strncasecmp(name, "BYTYPE:", 7) == 0) { /* mod_filter's */
            name += 7;
        }
        while (k < n && strcasecmp(known_filters[k], name) != 0) {
            k++;
        }
        if (k == n && f->frec->ftype >= AP_FTYPE_CONTENT_SET - 1) {
            return f->frec->name;
        }
    }
    return NULL;
}

static const char *why_checked(const cache_request_t *q, request_rec *r)
{
    const char *filter;

    if (q->settings != cache_settings_of_server(q->r->server)) {
        return "settings of a section";
    }
    if (!CACHE_SETTING(q->settings, keep_host)
        || !CACHE_SETTING(q->settings, keep_scheme)) {
        return "one key for several hosts or schemes";
    }
    filter = unknown_filter(r);
    if (filter) {
        return apr_pstrcat(r->pool, "filter ", filter, NULL);
    }
    return cache_sections_checked(r);
}

static void fill_meta(store_meta_t *meta, cache_request_t *q, request_rec *r,
                      const response_facts_t *facts, const lifetime_t *lifetime)
{
    int64_t now = now_s();
    int64_t took = apr_time_sec(apr_time_now() - q->r->request_time);

    memset(meta, 0, sizeof(*meta));
    meta->stored_at = (uint32_t)now;
    meta->initial_age = seconds(freshness_initial_age(facts, now - took, now));
    meta->lifetime = seconds(lifetime->lifetime_s);
    meta->while_revalidate = seconds(lifetime->while_revalidate_s);
    meta->if_error = seconds(lifetime->if_error_s);
    meta->date = seconds(facts->date >= 0 ? facts->date : now);
    meta->last_modified =
        facts->last_modified > 0 ? seconds(facts->last_modified) : 0;
    meta->config_epoch = cache_sections_epoch(r->server);
    meta->status = (uint16_t)r->status;
    meta->flags |= (lifetime->must_revalidate ? STORE_MUST_REVALIDATE : 0)
                   | (lifetime->no_cache ? STORE_NO_CACHE : 0)
                   | (lifetime->immutable ? STORE_IMMUTABLE : 0)
                   | (lifetime->if_error_refused ? STORE_NOT_ON_ERROR : 0);
    q->checked_why = why_checked(q, r);
    if (!q->checked_why) {
        meta->flags |= STORE_QUICK;
    }
    cache_why_note(q, REFUSAL_QUICK, r->status);
    q->ttl = lifetime->lifetime_s - (int64_t)meta->initial_age;
}

/* Vary: Accept-Encoding belongs to what has, or will have, several forms. */
static const h1_field_t *with_vary(apr_pool_t *pool, const h1_field_t *fields,
                                   size_t *count)
{
    h1_field_t *more = apr_palloc(pool, (*count + 1) * sizeof(*more));
    size_t i;

    for (i = 0; i < *count; i++) {
        more[i] = fields[i];
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Vary"))
            && h1_list_has(fields[i].value, SLICE_LIT("Accept-Encoding"))) {
            return fields;
        }
    }
    more[*count].name = SLICE_LIT("Vary");
    more[(*count)++].value = SLICE_LIT("Accept-Encoding");
    return more;
}

/* Without what is the application's talk with us, what names one request, and
 * refused cookies. */
static const h1_field_t *filtered(cache_request_t *q, apr_pool_t *pool,
                                  const h1_field_t *fields, size_t *count)
{
    int no_cookie =
        (CACHE_SETTING(q->settings, ignore) & IGNORE_SET_COOKIE) != 0;
    h1_field_t *kept = apr_palloc(pool, (*count + 1) * sizeof(*kept));
    size_t i, n = 0;

    for (i = 0; i < *count; i++) {
        if (cache_application_owns(fields[i].name)
            || slice_eq_nocase(fields[i].name, SLICE_LIT("Content-Range"))
            || slice_eq_nocase(fields[i].name, SLICE_LIT("X-Request-ID"))
            || (no_cookie
                && slice_eq_nocase(fields[i].name, SLICE_LIT("Set-Cookie")))) {
            continue;
        }
        kept[n++] = fields[i];
    }
    *count = n;
    return kept;
}

static int has_server(const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Server"))) {
            return 1;
        }
    }
    return 0;
}

typedef struct {
    slice_t raw, final; /* final.len 0: the same */
} heads_t;

static heads_t make_heads(cache_request_t *q, request_rec *r,
                          const h1_field_t *raw, size_t raw_count,
                          const h1_field_t *final, size_t final_count,
                          const response_facts_t *facts, int has_forms)
{
    slice_t no_cache = facts->cc.no_cache_fields;
    slice_t is_private = facts->cc.private_fields;
    heads_t heads;

    raw = filtered(q, r->pool, raw, &raw_count);
    final = filtered(q, r->pool, final, &final_count);
    if (has_forms) {
        raw = with_vary(r->pool, raw, &raw_count);
        final = with_vary(r->pool, final, &final_count);
    }
    heads.raw = cache_head_text(r, raw, raw_count, no_cache, is_private);
    heads.final = cache_head_text(r, final, final_count, no_cache, is_private);
    if (slice_eq(heads.raw, heads.final)) {
        heads.final = slice_make(NULL, 0);
    }
    return heads;
}

static int all_tags(const cache_request_t *q,
                    const cache_application_t *application, uint64_t *tags)
{
    int n = cache_purge_own_tags(q, tags);

    memcpy(tags + n, application->tags,
           (size_t)application->tag_count * sizeof(*tags));
    return n + application->tag_count;
}

/* ---- claims ---- */

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
    lifetime_t lifetime = lifetime_of(q, r, facts, application);
    const char *reason = why_not(q, r, facts, &lifetime, application);
    char names[VARY_ROOM];
    uint64_t tags[STORE_TAGS_MAX];
    store_meta_t meta;
    heads_t heads;
    int on_encoding = 0, unknown_coding, n, tag_count;
    unsigned coding = coding_flag(facts, &unknown_coding);
    int64_t length = length_of(r, facts);
    int compressible = is_compressible(q, r, facts, length);

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
    tag_count = all_tags(q, application, tags);
    fill_meta(&meta, q, r, facts, &lifetime);
    meta.flags |= (uint16_t)(coding | (compressible ? STORE_COMPRESSIBLE : 0u));
    if (r->status == HTTP_PARTIAL_CONTENT
        && cache_partial_begin(q, facts, &meta, &length) != 0) {
        refuse(q, r, "range");
        return;
    }
    meta.flags |= has_server(final, final_count) ? STORE_HAS_SERVER : 0;
    heads = make_heads(q, r, raw, raw_count, final, final_count, facts,
                       compressible || coding);
    find_etag(&meta, heads.raw);
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

/* ---- 304 ---- */

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

static slice_t whole_body(const store_object_t *o, apr_pool_t *pool)
{
    struct iovec iov[8];
    uint64_t length = store_object_length(o), at = 0;
    char *copy;
    int i, n = store_object_body(cache.store, o, 0, length, iov, 8);

    if (n == 1 || !length) {
        return slice_make(length ? iov[0].iov_base : "", length);
    }
    copy = apr_palloc(pool, length);
    while (at < length) {
        n = store_object_body(cache.store, o, at, length - at, iov, 8);
        for (i = 0; i < n; i++) {
            memcpy(copy + at, iov[i].iov_base, iov[i].iov_len);
            at += iov[i].iov_len;
        }
        if (n <= 0) {
            return slice_make(NULL, 0);
        }
    }
    return slice_make(copy, length);
}

void cache_store_confirmed(cache_request_t *q, request_rec *r,
                           const h1_field_t *raw, size_t raw_count,
                           const h1_field_t *final, size_t final_count,
                           const cache_application_t *application,
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

    raw = filtered(q, r->pool, raw, &raw_count);
    final = filtered(q, r->pool, final, &final_count);
    raw_head = merged(r, store_object_raw_head(o), raw, raw_count);
    final_head = merged(r, cache_final_head(o), final, final_count);
    fields = cache_head_read(r->pool, final_head, &count);
    r->status = store_object_meta(o)->status;
    response_facts_read(&facts, r->status, fields, count,
                        CACHE_TARGETS(q->settings), q->begun_s);
    lifetime = lifetime_of(q, r, &facts, application);
    fill_meta(&meta, q, r, &facts, &lifetime);
    meta.flags |= kept;
    meta.flags |= has_server(fields, count) ? STORE_HAS_SERVER : 0;
    find_etag(&meta, raw_head);
    if (q->fill) {
        store_fill_abort(&q->fill, now_s(), 0);
    }
    if (store_put(cache.store, &q->variant, q->clock, STORE_RESPONSE, &meta,
                  raw_head, final_head, tags, all_tags(q, application, tags),
                  whole_body(o, r->pool), now_s())
        == APR_SUCCESS) {
        store_find(cache.store, &q->variant, fresh);
        q->stored = 1;
        cache_store_finished(q, r);
    }
}

/* ---- afterwards ---- */

void cache_store_finished(cache_request_t *q, request_rec *r)
{
    cache_variants_make(&q->variant, CACHE_SETTING(q->settings, compress));
    (void)r;
}
