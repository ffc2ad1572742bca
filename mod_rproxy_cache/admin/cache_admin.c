/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_admin.c: see cache_admin.h.  Layer L2. */
#include "cache_admin.h"

#include <ap_provider.h>
#include <apr_strings.h>

#include "admin/command_reader.h"
#include "admin/explain.h"
#include "admin/host_find.h"
#include "admin/stored_json.h"
#include "cache_private.h"
#include "config/cache_config.h"
#include "purge/cache_purge.h"
#include "status/cache_report.h"

#define PREFIX_ROOM STORE_KEY_MAX

static int refuse(writer_t *w, int status, const char *why)
{
    write_format(w, "{\"status\": %d, \"error\": ", status);
    write_json(w, why);
    write_text(w, "}");
    writer_end(w);
    return status;
}

static int done(writer_t *w)
{
    write_text(w, "}");
    writer_end(w);
    return HTTP_OK;
}

static int no_cache(writer_t *w)
{
    return refuse(w, HTTP_SERVICE_UNAVAILABLE,
                  "there is no cache: RProxyCacheSize is not set");
}

/* ---- purge ---- */

static void purge_at(request_rec *r, const purge_order_t *order, slice_t scheme)
{
    key_uri_t uri = order->uri;
    unsigned port;
    request_rec of_host = *r; /* by the rules of the host it is about */

    uri.scheme = scheme;
    port = uri.port ? uri.port : cache_key_default_port(scheme);
    if (uri.host.len) {
        of_host.server =
            host_find(apr_pstrmemdup(r->pool, uri.host.p, uri.host.len), port);
    }
    cache_purge(&of_host, &uri, &order->command, "api");
}

/* A port without a scheme may be of either. */
static void purge(request_rec *r, const purge_order_t *order)
{
    if (order->uri.scheme.len) {
        purge_at(r, order, order->uri.scheme);
        return;
    }
    purge_at(r, order, SLICE_LIT("http"));
    if (order->uri.host.len
        && (order->command.kind == PURGE_URL
            || order->command.kind == PURGE_PREFIX)) {
        purge_at(r, order, SLICE_LIT("https"));
    }
}

static int call_purge(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    const purge_order_t *orders;
    int i, count;
    const char *fault = command_read_purge(request->json, request->len, &orders,
                                           &count, r->pool);

    if (fault) {
        return refuse(&w, HTTP_BAD_REQUEST, fault);
    }
    if (!cache.store) {
        return no_cache(&w);
    }
    for (i = 0; i < count; i++) {
        purge(r, &orders[i]);
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  RPLOGNO(2110) "purged by the admin handler: %.400s",
                  request->json);
    write_format(&w, "{\"purged\": %d", count);
    return done(&w);
}

/* ---- stats ---- */

static int call_stats(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    const char *fault =
        command_read_nothing(request->json, request->len, r->pool);

    if (fault) {
        return refuse(&w, HTTP_BAD_REQUEST, fault);
    }
    if (!cache.store) {
        return no_cache(&w);
    }
    cache_report_json(r, bb);
    return HTTP_OK;
}

/* ---- objects ---- */

/* What keys of the objects of a URL, and all below it, begin with. */
static slice_t key_prefix(request_rec *r, const objects_order_t *order)
{
    key_rules_t rules = { .keep_scheme = 1, .keep_host = 1 };
    char *text = apr_palloc(r->pool, PREFIX_ROOM);
    int len = cache_key_write(text, PREFIX_ROOM, &order->uri, &rules);

    return slice_make(text, len > 0 ? (size_t)len : 0);
}

static int call_objects(request_rec *r, const rproxy_admin_request_t *request,
                        apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    objects_order_t order;
    slice_t prefix = { "", 0 };
    const char *fault =
        command_read_objects(request->json, request->len, &order, r->pool);
    int count;

    if (!fault && *order.prefix) {
        prefix = key_prefix(r, &order);
        fault = prefix.len ? NULL : "\"prefix\" cannot be the begin of a key";
    }
    if (fault) {
        return refuse(&w, HTTP_BAD_REQUEST, fault);
    }
    if (!cache.store) {
        return no_cache(&w);
    }
    write_text(&w, "{\"objects\": ");
    count = stored_json_list(&w, prefix, 0, order.limit);
    write_format(&w, ", \"matching\": %d, \"limit\": %d", count, order.limit);
    return done(&w);
}

/* ---- explain ---- */

static int call_explain(request_rec *r, const rproxy_admin_request_t *request,
                        apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    explain_order_t order;
    const char *fault =
        command_read_explain(request->json, request->len, &order, r->pool);

    if (fault) {
        return refuse(&w, HTTP_BAD_REQUEST, fault);
    }
    if (!cache.store) {
        return no_cache(&w);
    }
    explain(r, &order, &w);
    writer_end(&w);
    return HTTP_OK;
}

void cache_admin_register(apr_pool_t *pool)
{
    static const rproxy_admin_verb_t verbs[] = {
        { "purge", RPROXY_ADMIN_POST,
          "drop, or mark stale, what is stored of a URL, prefix, tag, host, or "
          "all",
          call_purge },
        { "stats", RPROXY_ADMIN_GET, "counters of the cache and its memory",
          call_stats },
        { "objects", RPROXY_ADMIN_GET, "what is stored below a URL",
          call_objects },
        { "explain", RPROXY_ADMIN_GET | RPROXY_ADMIN_POST,
          "what the cache would make of a request, and why", call_explain },
        { NULL }
    };

    ap_register_provider(pool, RPROXY_ADMIN_GROUP, "cache",
                         RPROXY_ADMIN_VERSION, verbs);
}
