/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status.c: the handlers rproxy-status and rproxy-metrics.  Layer L2.
 * They take a loop well below a millisecond; where there are so many routes
 * that it would be more, a worker thread does it. */
#include "status.h"

#include <stdlib.h>

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <util_script.h>

#include "../client/client.h"
#include "../mod_rproxy.h"
#include "../rproxy_config.h"
#include "../rproxy_random.h"
#include "log_fields.h"
#include "status_collect.h"
#include "status_sections.h"
#include "status_server.h"
#include "status_stream.h"

#define STATUS_HANDLER "rproxy-status"
#define METRICS_HANDLER "rproxy-metrics"
#define REFRESH_MAX_S 3600
#define NONCE_BYTES 16

apr_status_t status_configure(apr_pool_t *pconf, server_rec *main,
                              const shared_t *shared)
{
    return status_collect_configure(pconf, main, shared);
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    (void)pchild;
    (void)s;
    status_collect_child_init();
}

/* ---- the answer ---- */

static int respond(request_rec *r, writer_t *w, const char *type)
{
    apr_bucket_brigade *bb = w->bb;
    apr_off_t length = 0;

    writer_end(w);
    apr_brigade_length(bb, 1, &length);
    ap_set_content_type(r, type);
    ap_set_content_length(r, length);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
    return ap_pass_brigade(r->output_filters, bb) == APR_SUCCESS
               ? OK
               : AP_FILTER_ERROR;
}

/* ?refresh=: seconds, 0 for everything else than 1 to an hour. */
static int refresh_of(const char *text)
{
    int seconds;

    if (!text || strlen(text) > 4 || text[strspn(text, "0123456789")]) {
        return 0;
    }
    seconds = atoi(text);
    return seconds <= REFRESH_MAX_S ? seconds : 0;
}

static const status_view_t *collect(request_rec *r, status_format_e format)
{
    status_view_t *view = status_collect(r->pool);

    view->sections = status_sections(r, format);
    view->admin = apr_table_get(r->notes, RPROXY_NOTE_STATUS_ADMIN);
    return view;
}

static const char *make_nonce(apr_pool_t *pool)
{
    char *nonce = apr_palloc(pool, 2 * NONCE_BYTES + 1);
    const unsigned char *random = rproxy_random_bytes(NONCE_BYTES);

    if (!random) {
        return "";
    }
    ap_bin2hex(random, NONCE_BYTES, nonce);
    return nonce;
}

/* Nothing but our own script and style counts in the page, whatever stands in
 * a name; without random bytes not even those. */
static int send_page(request_rec *r, writer_t *w, int refresh_s)
{
    const char *nonce = make_nonce(r->pool);

    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   apr_psprintf(r->pool,
                                "default-src 'none'; script-src 'nonce-%s'; "
                                "style-src 'nonce-%s'; connect-src 'self'; "
                                "frame-ancestors 'none'; base-uri 'none'; "
                                "form-action 'none'",
                                nonce, nonce));
    status_html(w, collect(r, STATUS_HTML), refresh_s, nonce);
    return respond(r, w, "text/html; charset=utf-8");
}

static void write_part(request_rec *r, writer_t *w)
{
    status_html_part(w, collect(r, STATUS_HTML), 0);
}

/* What a worker thread would have to make is no stream. */
static int send_events(request_rec *r)
{
    return status_collect_is_large() ? HTTP_NO_CONTENT
                                     : status_stream(r, write_part);
}

static int send_json(request_rec *r, writer_t *w)
{
    status_json(w, collect(r, STATUS_JSON));
    return respond(r, w, "application/json");
}

/* A browser names text/html, with or without JSON. */
static int accepts_json(const request_rec *r)
{
    const char *accept = apr_table_get(r->headers_in, "Accept");

    return accept && ap_strstr_c(accept, "application/json")
           && !ap_strstr_c(accept, "text/html");
}

static int status_page(request_rec *r, writer_t *w)
{
    const char *admin = rproxy_settings(r)->status_admin;
    apr_table_t *query;
    const char *format;

    ap_args_to_table(r, &query);
    format = apr_table_get(query, "format");
    if (admin && *admin) {
        apr_table_setn(r->notes, RPROXY_NOTE_STATUS_ADMIN, admin);
    }
    if (format && strcmp(format, "events") == 0) {
        return send_events(r);
    }
    if (format && strcmp(format, "part") == 0) {
        write_part(r, w);
        return respond(r, w, "text/html; charset=utf-8");
    }
    apr_table_mergen(r->headers_out, "Vary", "Accept");
    if (format ? strcmp(format, "json") == 0 : accepts_json(r)) {
        return send_json(r, w);
    }
    return send_page(r, w, refresh_of(apr_table_get(query, "refresh")));
}

static int metrics(request_rec *r, writer_t *w)
{
    status_prometheus(w, collect(r, STATUS_METRICS));
    return respond(r, w, "text/plain; version=0.0.4; charset=utf-8");
}

/* ---- the handler ---- */

/* On a loop, and of a size for a worker thread?  (SUSPENDED with resume set is
 * how a handler asks its client for one.) */
static int leave_loop(request_rec *r)
{
    client_t *client = client_of(r->connection);

    if (!client || client->on_worker || client->r != r
        || !status_collect_is_large()) {
        return 0;
    }
    client->resume = 1;
    return 1;
}

static int handler(request_rec *r)
{
    int is_metrics;
    writer_t w;

    if (!r->handler || strncmp(r->handler, "rproxy-", 7) != 0) {
        return DECLINED;
    }
    is_metrics = strcmp(r->handler, METRICS_HANDLER) == 0;
    if (!is_metrics && strcmp(r->handler, STATUS_HANDLER) != 0) {
        return DECLINED;
    }
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (leave_loop(r)) {
        return SUSPENDED;
    }
    w = writer_make(apr_brigade_create(r->pool, r->connection->bucket_alloc));
    return is_metrics ? metrics(r, &w) : status_page(r, &w);
}

void status_register_hooks(apr_pool_t *pool)
{
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_LAST);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_MIDDLE);
    status_server_register_hooks(pool);
    log_fields_register_hooks(pool);
}
