/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain.c: see explain.h.  Layer L2.
 * The functions that decide for requests decide here about a stand-in. */
#include "explain.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "admin/host_find.h"
#include "admin/reason_words.h"
#include "admin/settings_json.h"
#include "admin/stand_in.h"
#include "admin/stored_json.h"
#include "config/cache_sections.h"
#include "policy/byte_range.h"
#include "save/cache_partial.h"
#include "serve/cache_lookup.h"
#include "serve/cache_quick.h"
#include "status/cache_why.h"

#define STORED_MAX 50

typedef struct {
    const char *name;   /* "hit", "miss", ... */
    const char *reason; /* a word, or NULL */
    const char *why;    /* a sentence, or NULL */
} decision_t;

/* ---- where it goes ---- */

static void write_host(writer_t *w, const request_rec *s)
{
    const char *where = host_where(w->pool, s->server);

    write_text(w, ", \"virtual_host\": {\"name\": ");
    write_json(w, host_name(w->pool, s->server));
    write_text(w, ", \"where\": ");
    write_json(w, where ? where : "the main server");
    write_text(w, "}");
}

/* ---- what it would be ---- */

static decision_t of_verdict(cache_request_t *q, int soft)
{
    byte_range_t range;

    if ((store_object_meta(q->pin.object)->flags & STORE_PARTIAL)
        && !cache_partial_serves(q, q->pin.object, &range)) {
        return (decision_t){ "miss", "partial",
                             "only a part of the response is stored" };
    }
    q->verdict = cache_lookup_verdict(q, &q->pin, soft);
    switch (q->verdict) {
    case REUSE_HIT:
        return (decision_t){ "hit", NULL, NULL };
    case REUSE_STALE:
        return (decision_t){ "stale", "max-stale",
                             "beyond its lifetime, and the client takes it" };
    case REUSE_STALE_REVALIDATE:
        return (decision_t){ "stale", "stale-while-revalidate",
                             "beyond its lifetime; a new one is fetched in the "
                             "background" };
    case REUSE_REQUEST:
        return (decision_t){ "revalidate", "request",
                             "the client wants it confirmed by the origin" };
    default:
        return (decision_t){ "revalidate", soft ? "purged" : "stale",
                             soft ? "it was purged (soft)"
                                  : "it is beyond its lifetime" };
    }
}

static decision_t of_lookup(cache_request_t *q)
{
    int soft;

    switch (cache_lookup(q, &q->pin, &soft)) {
    case FOUND_OBJECT:
        return of_verdict(q, soft);
    case FOUND_MARKER:
        return (decision_t){ "miss", "marker",
                             "the last response was not to be stored; for a "
                             "while requests do not wait for each other" };
    default:
        return (decision_t){ "miss", q->fwd,
                             strcmp(q->fwd, "vary-miss") == 0
                                 ? "stored for other request fields, not for "
                                   "these"
                                 : "nothing is stored for it" };
    }
}

static decision_t decide(cache_request_t *q, int has_key)
{
    const char *bypass;

    if (CACHE_SETTING(q->settings, enabled) != 1) {
        return (decision_t){ "off", NULL, "RProxyCache is not On here" };
    }
    bypass = cache_request_bypass(q);
    bypass = bypass || has_key ? bypass : "key-too-long";
    if (bypass) {
        return (decision_t){ "bypass", bypass,
                             q->rule ? "a rule of RProxyCacheBypass"
                                     : reason_sentence(bypass) };
    }
    return of_lookup(q);
}

static void write_decision(writer_t *w, const cache_request_t *q,
                           const decision_t *d)
{
    write_format(w, ", \"decision\": \"%s\"", d->name);
    if (d->reason) {
        write_text(w, ", \"reason\": ");
        write_json(w, d->reason);
    }
    if (d->why) {
        write_text(w, ", \"why\": ");
        write_json(w, d->why);
    }
    if (q->rule) {
        write_text(w, ", \"by\": ");
        settings_json_rule(w, q->rule->text, q->rule->where);
    }
    else if (CACHE_SETTING(q->settings, enabled) != 1
             && q->settings->where[SETTING_enabled]) {
        write_text(w, ", \"by\": ");
        settings_json_rule(w, "RProxyCache Off",
                           q->settings->where[SETTING_enabled]);
    }
    if (q->variant.text.len) {
        write_text(w, ", \"answer_key\": ");
        stored_json_text(w, q->variant.text);
    }
}

/* ---- quick or checked ---- */

/* Why a hit waits for all phases, or NULL. */
static const char *why_checked(const cache_request_t *q)
{
    const store_meta_t *m = store_object_meta(q->pin.object);
    const char *slow =
        cache_quick_why_not(cache_settings_of_server(q->r->server));
    refusal_t note;

    if (slow) {
        return slow;
    }
    if (q->settings->checked == 1) {
        return q->settings->checked_why;
    }
    if (q->settings != cache_settings_of_server(q->r->server)) {
        const char *where = settings_json_section(q);
        return where ? apr_psprintf(q->r->pool, "settings of a section at %s",
                                    where)
                     : "settings of a section";
    }
    if (!(m->flags & STORE_QUICK)) {
        return cache_why_find(q, REFUSAL_QUICK, &note)
                   ? apr_pstrdup(q->r->pool, note.reason)
                   : "something on the way of the request that stored it looks "
                     "at clients";
    }
    return m->config_epoch == cache_sections_epoch(q->r->server)
               ? NULL
               : "the configuration, or an .htaccess file, has changed since "
                 "it was stored";
}

static void write_quick(writer_t *w, const cache_request_t *q)
{
    const char *why = q->pin.object ? why_checked(q) : NULL;

    if (q->pin.object) {
        write_format(w, ", \"quick\": %s", why ? "false" : "true");
    }
    if (why) {
        write_text(w, ", \"checked_why\": ");
        write_json(w, why);
    }
}

/* ---- what was refused ---- */

static void write_refusal(writer_t *w, const char *name,
                          const cache_request_t *q, refusal_e kind)
{
    refusal_t note;
    const char *sentence;

    if (!cache_why_find(q, kind, &note)) {
        return;
    }
    sentence = reason_sentence(note.reason);
    write_format(w, ", \"%s\": {\"when\": %u, \"seconds_ago\": ", name,
                 note.when_s);
    write_number(w, apr_time_sec(apr_time_now()) - note.when_s);
    if (note.status) {
        write_format(w, ", \"status\": %d", note.status);
    }
    write_text(w, ", \"reason\": ");
    write_json(w, note.reason);
    if (sentence) {
        write_text(w, ", \"why\": ");
        write_json(w, sentence);
    }
    if (note.rule[0]) {
        write_text(w, ", \"by\": {\"rule\": ");
        write_json(w, note.rule);
        write_text(w, ", \"where\": ");
        write_json(w, note.where);
        write_text(w, "}");
    }
    write_text(w, "}");
}

/* ---- the stand-in ---- */

static void stand_in(stand_in_t *s, request_rec *r,
                     const explain_order_t *order)
{
    const key_uri_t *uri = &order->uri;
    const stand_in_order_t as = {
        .method = order->method,
        .target = order->target,
        .path = uri->path,
        .query = uri->query,
        .host = apr_pstrmemdup(r->pool, uri->host.p, uri->host.len),
        .port = uri->port,
        .usual_port = cache_key_default_port(uri->scheme),
        .fields = order->fields,
        .field_count = order->field_count,
    };

    stand_in_make(s, r, &as);
    stand_in_walk(s);
}

static settings_of_e settings_of(const stand_in_t *s)
{
    const cache_settings_t *host = cache_settings_of_server(s->r->server);
    const cache_settings_t *first =
        ap_get_module_config(s->of_location, &rproxy_cache_module);
    const cache_settings_t *last = cache_settings(s->r);

    return last == host                               ? SETTINGS_OF_HOST
           : memcmp(last, first, sizeof(*first)) == 0 ? SETTINGS_OF_LOCATION
                                                      : SETTINGS_OF_SECTION;
}

/* ---- all of it ---- */

static void write_notes(writer_t *w, const cache_request_t *q,
                        const explain_order_t *order, int status)
{
    write_text(w, ", \"notes\": [\"variables of SetEnvIf, and what rewriting "
                  "in <Directory> or .htaccess makes of the request, are not "
                  "looked at\"");
    if (status != OK) {
        write_format(w,
                     ", \"the way to its sections ends with %d: the settings "
                     "may not be all\"",
                     status);
    }
    if (!slice_eq_nocase(q->uri.scheme, order->uri.scheme)) {
        write_format(w,
                     ", \"this virtual host speaks %.*s: that is the scheme "
                     "in the key\"",
                     (int)q->uri.scheme.len, q->uri.scheme.p);
    }
    write_text(w, "]");
}

void explain(request_rec *r, const explain_order_t *order, writer_t *w)
{
    stand_in_t made;
    request_rec *s;
    cache_request_t *q;
    decision_t decision;
    int has_key;

    stand_in(&made, r, order);
    s = made.r;
    q = cache_request_create(s, cache_settings(s));
    has_key = cache_request_key(q) == 0;
    write_text(w, "{\"url\": ");
    write_json(w, apr_psprintf(r->pool, "%.*s://%s%s",
                               (int)order->uri.scheme.len, order->uri.scheme.p,
                               apr_table_get(s->headers_in, "Host"),
                               order->target));
    write_text(w, ", \"method\": ");
    write_json(w, order->method);
    write_host(w, s);
    settings_json(w, q, settings_of(&made));
    write_text(w, ", \"key\": ");
    stored_json_text(w, has_key ? q->key.text : slice_make(NULL, 0));
    write_text(w, ", \"stored\": ");
    stored_json_list(w,
                     has_key ? cache_key_url(q->key.text)
                             : SLICE_LIT("no such key"),
                     1, STORED_MAX);
    decision = decide(q, has_key);
    write_decision(w, q, &decision);
    write_quick(w, q);
    if (strcmp(decision.name, "hit") != 0) {
        write_refusal(w, "last_not_stored", q, REFUSAL_RESPONSE);
    }
    write_refusal(w, "last_bypass", q, REFUSAL_REQUEST);
    write_notes(w, q, order, made.status);
    write_text(w, "}");
}
