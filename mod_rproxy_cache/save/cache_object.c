/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_object.c: see cache_object.h.  Layer L2. */
#include "cache_object.h"

#include <apr_strings.h>
#include <http_core.h>

#include "config/cache_sections.h"
#include "policy/accept_encoding.h"
#include "policy/validators.h"
#include "purge/cache_purge.h"
#include "save/cache_quickness.h"
#include "save/cache_variants.h"
#include "serve/cache_head.h"
#include "status/cache_why.h"
#include "variants/compressible.h"

static uint32_t seconds(int64_t s)
{
    return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

unsigned cache_object_coding(const response_facts_t *facts, int *unknown)
{
    unsigned coding = content_encoding_read(facts->content_encoding);

    *unknown = coding == CODING_OTHER;
    return coding == CODING_GZIP     ? STORE_GZIP
           : coding == CODING_BROTLI ? STORE_BROTLI
                                     : 0;
}

int cache_object_is_compressible(const cache_request_t *q, const request_rec *r,
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
void cache_object_find_etag(store_meta_t *meta, slice_t head)
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

void cache_object_meta(store_meta_t *meta, cache_request_t *q, request_rec *r,
                       const response_facts_t *facts,
                       const lifetime_t *lifetime)
{
    int64_t now = apr_time_sec(apr_time_now());
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
    q->checked_why = cache_quickness_why_not(q, r);
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
const h1_field_t *cache_object_fields(cache_request_t *q, apr_pool_t *pool,
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

int cache_object_has_server(const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Server"))) {
            return 1;
        }
    }
    return 0;
}

cache_heads_t cache_object_heads(cache_request_t *q, request_rec *r,
                                 const h1_field_t *raw, size_t raw_count,
                                 const h1_field_t *final, size_t final_count,
                                 const response_facts_t *facts, int has_forms)
{
    slice_t no_cache = facts->cc.no_cache_fields;
    slice_t is_private = facts->cc.private_fields;
    cache_heads_t heads;

    raw = cache_object_fields(q, r->pool, raw, &raw_count);
    final = cache_object_fields(q, r->pool, final, &final_count);
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

int cache_object_tags(const cache_request_t *q,
                      const cache_application_t *application, uint64_t *tags)
{
    int n = cache_purge_own_tags(q, tags);

    memcpy(tags + n, application->tags,
           (size_t)application->tag_count * sizeof(*tags));
    return n + application->tag_count;
}
