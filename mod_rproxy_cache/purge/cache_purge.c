/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_purge.c: see cache_purge.h.  Layer L2. */
#include "cache_purge.h"

#include <apr_strings.h>

#include "status/cache_counters.h"

static uint64_t hash(apr_pool_t *pool, const char *kind, slice_t a, slice_t b)
{
    size_t n = strlen(kind), len = n + a.len + b.len + 1;
    char *text = apr_palloc(pool, len);

    memcpy(text, kind, n);
    if (a.len) {
        memcpy(text + n, a.p, a.len);
    }
    text[n + a.len] = '\n';
    if (b.len) {
        memcpy(text + n + a.len + 1, b.p, b.len);
    }
    return store_tag_hash(cache.store, slice_make(text, len));
}

static const slice_t nothing = { "", 0 };

uint64_t cache_purge_tag(apr_pool_t *pool, slice_t host, slice_t tag)
{
    return hash(pool, "t", host, tag);
}

static slice_t without_query(slice_t url)
{
    const char *mark = url.len ? memchr(url.p, '?', url.len) : NULL;

    return mark ? slice_make(url.p, (size_t)(mark - url.p)) : url;
}

int cache_purge_own_tags(const cache_request_t *q, uint64_t *tags)
{
    slice_t url = cache_key_url(q->key.text);

    tags[0] = hash(q->r->pool, "u", url, nothing);
    tags[1] = hash(q->r->pool, "p", without_query(url), nothing);
    tags[2] = hash(q->r->pool, "h", q->uri.host, nothing);
    return CACHE_OWN_TAGS;
}

/* Whose rules the key may have been made by: first the virtual host's, then
 * those of the request's section if it is in one.  NULL behind the last. */
static const cache_settings_t *rules_of(const request_rec *r, int i)
{
    const cache_settings_t *host = cache_settings_of_server(r->server);
    const cache_settings_t *section = cache_settings(r);

    return i == 0 ? host : i == 1 && section != host ? section : NULL;
}

static slice_t url_of(request_rec *r, const key_uri_t *uri,
                      const cache_settings_t *s)
{
    key_rules_t rules = {
        .query = (query_rule_e)CACHE_SETTING(s, query),
        .keep_scheme = CACHE_SETTING(s, keep_scheme),
        .keep_host = CACHE_SETTING(s, keep_host),
        .query_ignore = s->query_ignore,
        .query_keep = s->query_keep,
    };
    size_t cap =
        uri->host.len + uri->path.len + uri->query.len + uri->scheme.len + 64;
    char *text = apr_palloc(r->pool, cap);
    int len = cache_key_write(text, cap, uri, &rules);

    return slice_make(text, len > 0 ? (size_t)len : 0);
}

static void purge_hash(uint64_t tag, int soft)
{
    store_purge_tag(cache.store, tag, soft);
}

void cache_purge_uri(request_rec *r, const key_uri_t *uri, int soft)
{
    const cache_settings_t *s;
    int i;

    for (i = 0; (s = rules_of(r, i)) != NULL; i++) {
        purge_hash(hash(r->pool, uri->query.p ? "u" : "p", url_of(r, uri, s),
                        nothing),
                   soft);
    }
}

static void purge_prefix(request_rec *r, const key_uri_t *uri, int soft)
{
    const cache_settings_t *s;
    int i;

    for (i = 0; (s = rules_of(r, i)) != NULL; i++) {
        slice_t url = url_of(r, uri, s);
        if (url.len) { /* else it would be everything */
            store_purge_prefix(cache.store, url, soft);
        }
    }
}

static int is_same_origin(const key_uri_t *a, const key_uri_t *b)
{
    unsigned port = a->port ? a->port : cache_key_default_port(a->scheme);

    return port == b->port && slice_eq(a->scheme, b->scheme);
}

/* The same under http and https. */
static void for_schemes(request_rec *r, const key_uri_t *uri, slice_t text,
                        int soft, int is_prefix)
{
    static const struct {
        slice_t scheme;
        unsigned port;
    } usual[] = { { { "http", 4 }, 80 }, { { "https", 5 }, 443 } };
    const char *mark = memchr(text.p, '?', text.len);
    size_t path = mark ? (size_t)(mark - text.p) : text.len;
    int i;

    for (i = -1; i < 2; i++) {
        key_uri_t one = *uri;
        one.path = slice_make(text.p, path);
        one.query = mark ? slice_make(mark + 1, text.len - path - 1)
                         : slice_make(NULL, 0);
        if (i >= 0) {
            one.scheme = usual[i].scheme;
            one.port = usual[i].port;
            if (is_same_origin(uri, &one)) {
                continue;
            }
        }
        if (is_prefix) {
            purge_prefix(r, &one, soft);
        }
        else {
            cache_purge_uri(r, &one, soft);
        }
    }
}

void cache_purge(request_rec *r, const key_uri_t *uri,
                 const purge_command_t *command, const char *who)
{
    static const char *const names[] = { "tag", "url", "prefix", "host",
                                         "all" };

    switch (command->kind) {
    case PURGE_TAG:
        purge_hash(cache_purge_tag(r->pool, uri->host, command->text),
                   command->soft);
        break;
    case PURGE_URL:
    case PURGE_PREFIX:
        if (command->text.len && command->text.p[0] == '/') {
            for_schemes(r, uri, command->text, command->soft,
                        command->kind == PURGE_PREFIX);
        }
        break;
    case PURGE_HOST:
        purge_hash(hash(r->pool, "h",
                        command->text.len ? command->text : uri->host, nothing),
                   command->soft);
        break;
    case PURGE_ALL:
        store_purge_all(cache.store, command->soft);
        break;
    }
    cache_count(cache_server_conf(r->server)->number, COUNT_PURGES, 1);
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                  RPLOGNO(2101) "purged by %s: %s %.*s%s", who,
                  names[command->kind], (int)command->text.len,
                  command->text.len ? command->text.p : "",
                  command->soft ? " (soft)" : "");
}
