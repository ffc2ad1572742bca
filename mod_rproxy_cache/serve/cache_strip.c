/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_strip.c: see cache_strip.h.  Layer L2.
 *
 * A query stands in several places: httpd's own, the request line that CGI's
 * REQUEST_URI is made of, and the target that mod_proxy or mod_rproxy has made
 * already.  Rewriting may have put words before it (QSA): those stay. */
#include "cache_strip.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>

#include "policy/key_query.h"

/* What the log is to say. */
typedef struct {
    request_rec *r;
    char *args, *the_request, *unparsed_uri;
} sent_t;

typedef struct {
    const char *from, *to; /* without "?" */
    sent_t root, last;     /* last.r NULL: the same */
} strip_t;

/* @return what stays, NULL: all */
static const char *kept(const cache_request_t *q)
{
    const cache_settings_t *s = q->settings;
    key_rules_t rules = { .query = (query_rule_e)CACHE_SETTING(s, query),
                          .query_ignore = s->query_ignore,
                          .query_keep = s->query_keep };
    slice_t query = q->uri.query;
    char *text;
    int len;

    if (!query.p || !CACHE_SETTING(s, query_strip)
        || (rules.query != QUERY_IGNORED && !rules.query_ignore
            && !rules.query_keep)) {
        return NULL;
    }
    text = apr_palloc(q->r->pool, query.len + 1);
    len = key_query_kept(text, query.len, query, &rules);
    if (len < 0 || (size_t)len == query.len) {
        return NULL;
    }
    text[len] = '\0';
    return text;
}

/* text with to in place of from, which is at its end or before stop, and behind
 * a "?" or "&" that goes with the last of it. */
static char *changed(apr_pool_t *pool, char *text, const strip_t *s,
                     const char *stop)
{
    size_t len = strlen(s->from);
    char *at = text ? strchr(text, '?') : NULL;
    char *end = !at ? NULL : stop ? strpbrk(at, stop) : NULL;

    end = at && !end ? at + strlen(at) : end;
    if (!at || (size_t)(end - at) < len + 1
        || strncmp(end - len, s->from, len) != 0
        || (end[-(long)len - 1] != '?' && end[-(long)len - 1] != '&')) {
        return text;
    }
    at = end - len - (*s->to ? 0 : 1);
    return apr_pstrcat(pool, apr_pstrmemdup(pool, text, (size_t)(at - text)),
                       s->to, end, NULL);
}

static char *changed_args(apr_pool_t *pool, char *args, const strip_t *s)
{
    char *text = args ? apr_pstrcat(pool, "?", args, NULL) : NULL;
    char *other = changed(pool, text, s, NULL);

    return other == text ? args : *other ? other + 1 : NULL;
}

static void change(request_rec *r, const strip_t *s, sent_t *sent)
{
    sent->r = r;
    sent->args = r->args;
    sent->the_request = r->the_request;
    sent->unparsed_uri = r->unparsed_uri;
    r->args = changed_args(r->pool, r->args, s);
    r->parsed_uri.query = changed_args(r->pool, r->parsed_uri.query, s);
    r->unparsed_uri = changed(r->pool, r->unparsed_uri, s, "#");
    r->the_request = changed(r->pool, r->the_request, s, " #");
    if (r->proxyreq && r->filename && strncmp(r->filename, "proxy:", 6) == 0) {
        r->filename = changed(r->pool, r->filename, s, NULL);
    }
    if (cache.peers.change_query) {
        cache.peers.change_query(r, s->from, s->to);
    }
}

void cache_strip_query(cache_request_t *q, request_rec *r)
{
    const char *to = q->stripped ? NULL : kept(q);
    strip_t *s;

    if (!to) {
        return;
    }
    s = apr_pcalloc(q->r->pool, sizeof(*s));
    s->from = apr_pstrmemdup(q->r->pool, q->uri.query.p, q->uri.query.len);
    s->to = to;
    q->stripped = s;
    change(q->r, s, &s->root);
    if (r != q->r) {
        change(r, s, &s->last);
    }
}

static void restore(const sent_t *sent)
{
    if (sent->r) {
        sent->r->args = sent->args;
        sent->r->the_request = sent->the_request;
        sent->r->unparsed_uri = sent->unparsed_uri;
    }
}

static int log_transaction(request_rec *r)
{
    const cache_request_t *q = cache.store ? cache_request_of(r) : NULL;
    const strip_t *s = q ? q->stripped : NULL;

    if (s) {
        restore(&s->root);
        restore(&s->last);
    }
    return DECLINED;
}

void cache_strip_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
