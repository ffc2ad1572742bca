/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_methods.c: see cache_methods.h.  Layer L2. */
#include "cache_methods.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>

#include "purge/cache_purge.h"
#include "config/cache_purge_rights.h"
#include "policy/tags.h"

#define HANDLER "rproxy-cache-purge"

static int is_method(const request_rec *r)
{
    return strcmp(r->method, "PURGE") == 0 || strcmp(r->method, "BAN") == 0;
}

static int fixups(request_rec *r)
{
    const cache_settings_t *s;

    if (!cache.store || r->main || r->prev || !is_method(r)) {
        return DECLINED;
    }
    s = cache_settings(r);
    if (CACHE_SETTING(s, enabled) != 1 || !s->purge_from) {
        return DECLINED; /* the origin's, if it knows them */
    }
    r->handler = HANDLER;
    return DECLINED;
}

static int is_soft(const request_rec *r)
{
    return apr_table_get(r->headers_in, "Soft-Purge")
           || apr_table_get(r->headers_in, "Fastly-Soft-Purge");
}

static int purge_tags(cache_request_t *q, request_rec *r, int soft)
{
    static const char *const names[] = { "Surrogate-Key", "xkey", "xkey-purge",
                                         "Cache-Tag", "RProxy-Tag" };
    size_t i;
    int n = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        slice_t rest = slice_str(apr_table_get(r->headers_in, names[i]));
        purge_command_t command = { .kind = PURGE_TAG, .soft = soft };
        while (tags_next(&rest, &command.text)) {
            cache_purge(r, &q->uri, &command, r->method);
            n++;
        }
    }
    return n;
}

/* A pattern is a prefix with ".*" behind it: "/blog/.*" becomes "/blog/".
 * @return 0: it asks for more than that */
static int read_pattern(slice_t *path)
{
    size_t i;

    if (path->len > 2 && memcmp(path->p + path->len - 2, ".*", 2) == 0) {
        path->len -= 2;
    }
    for (i = 0; i < path->len; i++) {
        if (strchr("*+^$|()[]{}\\", path->p[i])) {
            return 0;
        }
    }
    return 1;
}

/* @return what was purged, a word; NULL: nothing, it cannot be read */
static const char *purge_path(cache_request_t *q, request_rec *r, int soft)
{
    const char *how = apr_table_get(r->headers_in, "X-Purge-Method");
    slice_t text = q->uri.path;
    purge_command_t command = { .kind = PURGE_URL, .soft = soft };

    if (q->uri.query.p) {
        text.len = (size_t)(q->uri.query.p + q->uri.query.len - text.p);
    }
    if (how && strcasecmp(how, "host") == 0) {
        command.kind = PURGE_HOST;
        text = q->uri.host;
    }
    else if (how && strcasecmp(how, "regex") == 0) {
        command.kind = PURGE_PREFIX;
        if (!read_pattern(&text)) {
            return NULL;
        }
    }
    else if (strcmp(r->method, "BAN") == 0) {
        command.kind = PURGE_PREFIX;
    }
    command.text = text;
    cache_purge(r, &q->uri, &command, r->method);
    return command.kind == PURGE_HOST     ? "host"
           : command.kind == PURGE_PREFIX ? "prefix"
                                          : "url";
}

static int handler(request_rec *r)
{
    cache_request_t *q;
    const char *what;

    if (!r->handler || strcmp(r->handler, HANDLER) != 0 || !cache.store) {
        return DECLINED;
    }
    if (!cache_purge_allowed(cache_settings(r)->purge_from, r)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                      RPLOGNO(2102) "%s refused: neither address nor secret "
                                    "(X-Purge-Secret) fit RProxyCachePurge",
                      r->method);
        return HTTP_FORBIDDEN;
    }
    q = cache_request_of(r);
    q = q ? q : cache_request_create(r, cache_settings(r));
    q->way = CACHE_SERVE; /* not one that invalidates what it names */
    q->reason = NULL;
    cache_request_say(q, r, "purge");
    what = purge_tags(q, r, is_soft(r)) ? "tags" : purge_path(q, r, is_soft(r));
    if (!what) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(2080) "X-Purge-Method: regex of %s is not known: "
                                    "expected a path and .* behind it, as "
                                    "/blog/.*",
                      r->unparsed_uri);
        return HTTP_BAD_REQUEST;
    }
    ap_set_content_type(r, "application/json");
    ap_rprintf(r, "{\"purged\": \"%s\", \"soft\": %s}\n", what,
               is_soft(r) ? "true" : "false");
    return OK;
}

void cache_methods_register_hooks(apr_pool_t *pool)
{
    static const char *const ahead[] = { "mod_rproxy.c", NULL };

    ap_method_register(pool, "PURGE");
    ap_method_register(pool, "BAN");
    ap_hook_fixups(fixups, ahead, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_handler(handler, NULL, ahead, APR_HOOK_REALLY_FIRST);
}
