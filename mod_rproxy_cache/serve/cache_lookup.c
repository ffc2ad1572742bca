/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_lookup.c: see cache_lookup.h.  Layer L2.
 *
 * What may be served before all phases has been (cache_quick.c).  fixups, when
 * all phases have agreed, decides: serve, wait for somebody else's fetch, or
 * fetch. */
#include "cache_lookup.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "serve/cache_background.h"
#include "status/cache_counters.h"
#include "status/cache_why.h"
#include "save/cache_partial.h"
#include "save/cache_save.h"
#include "serve/cache_form.h"
#include "serve/cache_quick.h"
#include "serve/cache_serve.h"
#include "serve/cache_strip.h"
#include "serve/cache_wait.h"

#define SERVE_HANDLER "rproxy-cache"
#define WAIT_HANDLER "rproxy-cache-wait"

static int number_of(const cache_request_t *q)
{
    return cache_server_conf(q->r->server)->number;
}

/* ---- finding ---- */

static int is_over(const store_object_t *o, int64_t now)
{
    const store_meta_t *m = store_object_meta(o);

    return (int64_t)m->stored_at + m->lifetime <= now;
}

/* @return 1 when it is there and not purged */
static int find(const store_key_t *key, store_pin_t *pin, int *soft)
{
    store_purged_e purged;

    if (store_find(cache.store, key, pin) != APR_SUCCESS) {
        return 0;
    }
    purged = store_object_purged(cache.store, pin->object);
    if (purged == STORE_PURGED) {
        store_object_remove(cache.store, pin->object);
        store_unpin(cache.store, pin);
        return 0;
    }
    *soft |= purged == STORE_PURGED_SOFT;
    return 1;
}

static cache_found_e found(const cache_request_t *q, store_pin_t *pin)
{
    switch (store_object_kind(pin->object)) {
    case STORE_RESPONSE:
        return FOUND_OBJECT;
    case STORE_MARKER:
        if (!is_over(pin->object, q->begun_s)) {
            store_unpin(cache.store, pin);
            return FOUND_MARKER;
        }
        break;
    case STORE_VARY:
        break;
    }
    store_unpin(cache.store, pin);
    return FOUND_NOTHING;
}

cache_found_e cache_lookup(cache_request_t *q, store_pin_t *pin, int *soft)
{
    slice_t names;
    int rv;

    *soft = 0;
    q->fwd = "uri-miss";
    q->variant = q->key;
    if (!find(&q->key, pin, soft)) {
        return FOUND_NOTHING;
    }
    if (store_object_kind(pin->object) != STORE_VARY) {
        return found(q, pin);
    }
    *soft = 0; /* the variant has a clock of its own */
    names = store_object_raw_head(pin->object);
    rv = cache_request_variant_key(q, names);
    store_unpin(cache.store, pin);
    q->fwd = "vary-miss";
    return rv == 0 && find(&q->variant, pin, soft) ? found(q, pin)
                                                   : FOUND_NOTHING;
}

reuse_e cache_lookup_verdict(const cache_request_t *q, const store_pin_t *pin,
                             int soft)
{
    reuse_object_t object;
    reuse_request_t request = {
        .cc = &q->facts.cc,
        .is_reload = 1,
        .max_serve_stale = CACHE_SETTING(q->settings, keep_stale_s),
        .ignore_request_cc =
            (CACHE_SETTING(q->settings, ignore) & IGNORE_REQUEST) != 0,
    };

    cache_reuse_object(pin->object, soft, &object);
    return reuse_decide(&object, &request, q->begun_s);
}

int cache_lookup_is_served(reuse_e verdict)
{
    return verdict == REUSE_HIT || verdict == REUSE_STALE
           || verdict == REUSE_STALE_REVALIDATE;
}

/* ---- telling ---- */

void cache_lookup_say_hit(cache_request_t *q, request_rec *r)
{
    const store_meta_t *m = store_object_meta(q->pin.object);
    int stale = q->verdict != REUSE_HIT;

    q->fwd = NULL;
    q->ttl = (int64_t)m->stored_at + m->lifetime - m->initial_age - q->begun_s;
    q->reason = stale ? reuse_name(q->verdict) : NULL;
    cache_request_say(q, r, stale ? "stale" : "hit");
    cache_count(number_of(q), stale ? COUNT_STALE : COUNT_HIT, 1);
}

/* ---- behind the phases: fetches ---- */

/* The origin is asked without the client's conditions: what comes back is for
 * all.  They are looked at again when the answer is there. */
static void remove_conditions(cache_request_t *q)
{
    apr_table_t *in = q->r->headers_in;

    if (q->facts.has_condition) {
        q->conditions_removed = 1;
        apr_table_unset(in, "If-None-Match");
        apr_table_unset(in, "If-Modified-Since");
        apr_table_unset(in, "If-Match");
        apr_table_unset(in, "If-Unmodified-Since");
    }
}

/* Asks whether what is stored is still right. */
static void add_validators(cache_request_t *q)
{
    const store_object_t *o = q->stale.object;
    const store_meta_t *m = store_object_meta(o);
    apr_pool_t *p = q->r->pool;
    char date[APR_RFC822_DATE_LEN];

    if (m->status != HTTP_OK) {
        return;
    }
    if (m->etag_len) {
        apr_table_setn(q->r->headers_in, "If-None-Match",
                       apr_pstrmemdup(p,
                                      store_object_raw_head(o).p + m->etag_at,
                                      m->etag_len));
        q->validating = 1;
    }
    if (m->last_modified) {
        apr_rfc822_date(date, apr_time_from_sec(m->last_modified));
        apr_table_setn(q->r->headers_in, "If-Modified-Since",
                       apr_pstrdup(p, date));
        q->validating = 1;
    }
    q->conditions_removed |= q->validating;
}

static int may_claim(const cache_request_t *q)
{
    return q->facts.method == METHOD_IS_GET && !q->facts.has_range
           && !q->facts.conditions_lost && !q->facts.cc.no_store;
}

/* @return DECLINED, or the status that ends the request */
static int fetch(cache_request_t *q, request_rec *r, int marked)
{
    int wait = CACHE_SETTING(q->settings, wait_s) > 0 && !marked && !q->waited;

    q->way = CACHE_FETCH;
    cache_strip_query(q, r);
    cache_count(number_of(q),
                !q->stale.object              ? COUNT_MISS
                : q->verdict == REUSE_REQUEST ? COUNT_REQUEST
                                              : COUNT_EXPIRED,
                1);
    if (!may_claim(q)) {
        q->reason = q->facts.has_range ? "range" : "request";
        return DECLINED;
    }
    if (!marked) {
        switch (store_fill_begin(cache.store, &q->variant, q->clock, wait,
                                 &q->fill, &q->pin)) {
        case FILL_FOLLOW:
            if (q->background) {
                return HTTP_CONFLICT; /* another one is at it */
            }
            q->way = CACHE_WAIT;
            q->handler = r->handler;
            r->handler = WAIT_HANDLER;
            return DECLINED;
        case FILL_OWNER:
            if (cache.peers.finish_alone) {
                cache.peers.finish_alone(q->r, 1);
            }
            break;
        default:
            break;
        }
    }
    if (!marked) {
        remove_conditions(q); /* else: between the client and the origin */
    }
    if (q->stale.object && q->fill) {
        add_validators(q);
    }
    return DECLINED;
}

void cache_fetch_alone(cache_request_t *q, request_rec *r)
{
    store_unpin(cache.store, &q->pin);
    q->waited = 1;
    fetch(q, r, 0);
}

/* ---- behind the phases: the decision ---- */

static int serve(cache_request_t *q, request_rec *r, const char *by)
{
    q->way = CACHE_SERVE;
    cache_lookup_say_hit(q, r);
    q->handler = r->handler;
    r->handler = by;
    if (q->offers_h2c) {
        apr_table_unset(r->headers_in, "Upgrade");
    }
    return DECLINED;
}

/* Of a response in parts: is what was asked for among them? */
static int is_answer(const cache_request_t *q)
{
    byte_range_t range;

    return !(store_object_meta(q->pin.object)->flags & STORE_PARTIAL)
           || cache_partial_serves(q, q->pin.object, &range);
}

/* The cache has nothing to do with it. */
static void pass_by(cache_request_t *q, request_rec *r, const char *reason)
{
    int unsafe = q->facts.method == METHOD_IS_UNSAFE
                 || q->facts.method == METHOD_IS_POST;

    q->reason = reason;
    q->way = unsafe ? CACHE_PASS : CACHE_BYPASS;
    q->fwd = unsafe ? "method" : "bypass";
    cache_request_say(q, r, "bypass");
    if (!unsafe) {
        cache_why_note(q, REFUSAL_REQUEST, 0);
    }
    cache_count(number_of(q), unsafe ? COUNT_METHOD : COUNT_BYPASS, 1);
}

/* Would httpd change to HTTP/2 in place of the handler?  Its streams are
 * requests of their own, which come here again. */
static int will_switch(const cache_request_t *q, request_rec *r)
{
    const apr_array_header_t *upgrades = NULL;

    return q->offers_h2c && !r->connection->master
           && apr_table_get(r->headers_in, "Upgrade")
           && ap_get_protocol_upgrades(r->connection, r, r->server, 0,
                                       &upgrades)
                  == APR_SUCCESS
           && upgrades && ap_array_str_contains(upgrades, "h2c");
}

static int decide(cache_request_t *q, request_rec *r)
{
    const char *reason = cache_request_bypass(q);
    cache_found_e what;
    int soft, wanting, is_ready;

    if (reason || cache_request_key(q) != 0) {
        pass_by(q, r, reason ? reason : "key-too-long");
        return DECLINED;
    }
    what = cache_lookup(q, &q->pin, &soft);
    if (what == FOUND_OBJECT && !is_answer(q)) {
        q->part = q->pin; /* perhaps more of it will come */
        memset(&q->pin, 0, sizeof(q->pin));
        what = FOUND_NOTHING;
        q->fwd = "partial";
    }
    if (what == FOUND_OBJECT) {
        q->verdict = q->background ? REUSE_VALIDATE
                                   : cache_lookup_verdict(q, &q->pin, soft);
        is_ready = cache_form_find(q, q->pin.object, &wanting) != NULL;
        if (cache_lookup_is_served(q->verdict)
            && (!is_ready || cache_global->file)
            && cache_form_waits(q, r, q->pin.object)) {
            return serve(q, r, CACHE_THREAD_HANDLER);
        }
        if (!is_ready && !cache_form(q, q->pin.object, &wanting)) {
            store_unpin(cache.store,
                        &q->pin); /* packed, and not to be undone */
            q->fwd = "vary-miss";
        }
        else if (cache_lookup_is_served(q->verdict)) {
            return serve(q, r, SERVE_HANDLER);
        }
        else {
            q->stale = q->pin;
            memset(&q->pin, 0, sizeof(q->pin));
            q->fwd = q->verdict == REUSE_REQUEST ? "request" : "stale";
        }
    }
    if (q->facts.cc.only_if_cached) {
        return HTTP_GATEWAY_TIME_OUT;
    }
    if (will_switch(q, r)) {
        pass_by(q, r, "upgrade");
        return DECLINED;
    }
    return fetch(q, r, what == FOUND_MARKER);
}

/* The plugins send their fields only to a server that they know. */
static void announce_litespeed(request_rec *r)
{
    apr_table_setn(r->subprocess_env, "X-LSCACHE", "on");
    apr_table_setn(r->subprocess_env, "LSWS_EDITION", "Openlitespeed");
    apr_table_setn(r->headers_in, "X-LSCACHE", "on");
}

/* Redirects within httpd, and what tells of this very moment: status, metrics,
 * admin, purges. */
static int is_left_out(const char *handler)
{
    return strcmp(handler, "redirect-handler") == 0
           || strncmp(handler, "rproxy-", 7) == 0;
}

static int fixups(request_rec *r)
{
    request_rec *root;
    const cache_settings_t *s;
    cache_request_t *q;

    if (!cache.store || r->main || (r->handler && is_left_out(r->handler))) {
        return DECLINED;
    }
    s = cache_settings(r);
    root = cache_request_root(r);
    q = cache_request_of(root);
    if (CACHE_SETTING(s, enabled) != 1 || (q && q->way != CACHE_UNDECIDED)
        || ap_is_HTTP_ERROR(root->status)) {
        return DECLINED;
    }
    if (!q) {
        q = cache_request_create(root, s);
    }
    q->settings = s;
    if (CACHE_SETTING(s, litespeed) == 1) {
        announce_litespeed(r);
    }
    q->background = cache_background_is_ours(r);
    return decide(q, r);
}

/* ---- handlers ---- */

/* On a thread, before it is served: what would have held up the loop.
 * @return OK; or as a handler's: it cannot be unpacked, the origin is asked */
static int make_ready(cache_request_t *q, request_rec *r)
{
    int wanting;
    const store_object_t *form = cache_form(q, q->pin.object, &wanting);

    if (!form && q->facts.cc.only_if_cached) {
        return HTTP_GATEWAY_TIME_OUT;
    }
    if (!form) {
        r->handler = q->handler;
        q->fwd = "vary-miss";
        cache_fetch_alone(q, r);
        cache_save_install(q, r);
        return DECLINED;
    }
    store_object_touch(cache.store, form);
    return OK;
}

static int handler(request_rec *r)
{
    cache_request_t *q;
    int rv;

    if (!r->handler || strncmp(r->handler, SERVE_HANDLER, 12) != 0
        || !cache.store || (q = cache_request_of(r)) == NULL) {
        return DECLINED;
    }
    if (strcmp(r->handler, WAIT_HANDLER) == 0) {
        return cache_wait(q, r);
    }
    if (strcmp(r->handler, CACHE_THREAD_HANDLER) == 0) {
        if ((rv = make_ready(q, r)) != OK) {
            return rv;
        }
    }
    else if (strcmp(r->handler, SERVE_HANDLER) != 0) {
        return DECLINED;
    }
    rv = cache_serve(q, r);
    cache_count(number_of(q), COUNT_BYTES, (uint64_t)r->bytes_sent);
    if (q->verdict == REUSE_STALE_REVALIDATE) {
        cache_background_start(q);
    }
    return rv;
}

void cache_lookup_register_hooks(apr_pool_t *pool)
{
    static const char *const ahead[] = { "mod_rproxy.c", NULL };

    (void)pool;
    cache_quick_register_hooks();
    ap_hook_fixups(fixups, ahead, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_handler(handler, NULL, ahead, APR_HOOK_REALLY_FIRST);
}
