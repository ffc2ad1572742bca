/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_handler.c: the hooks that give a request to an upstream, and the
 * exchange's beginning and end, which both drivers share.  Layer L2.
 *
 * translate_name finds the route (files=first: fixups, when no file is there);
 * the handler prepares the exchange, which rproxy_loop.c or rproxy_worker.c
 * runs.  proxied_end is where both meet again. */
#include "rproxy_handler.h"

#include <sys/socket.h>

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>

#include "client/blocking.h"
#include "client/client_head.h"
#include "client/loop.h"
#include "config/config_retry.h"
#include "driver/tidy.h"
#include "mirror/mirror.h"
#include "rproxy_balance.h"
#include "rproxy_buffer.h"
#include "rproxy_canary.h"
#include "rproxy_loop.h"
#include "rproxy_maintenance.h"
#include "rproxy_private.h"
#include "rproxy_request.h"
#include "rproxy_sink.h"
#include "rproxy_trailers.h"
#include "rproxy_worker.h"

#define RPROXY_HANDLER "rproxy"
#define RPROXY_FILENAME "rproxy:"
/* One for each way, so that bodies go through the same memory all the time. */
#define WORKER_IDLE_CHUNKS (2 * CHUNK_LARGE)

static conn_pool_t *worker_conns;
static const shared_t *shared;

const proxied_t *proxied_of(const request_rec *r)
{
    return ap_get_module_config(r->request_config, &rproxy_module);
}

int proxied_is_ours(const request_rec *r)
{
    return r->handler && strcmp(r->handler, RPROXY_HANDLER) == 0
           && proxied_of(r);
}

/* ---- the route ---- */

static int find_route(request_rec *r, route_match_t *match)
{
    int rv = rproxy_match_location(r, match);

    if (rv == DECLINED && !match->route) {
        rv = rproxy_match(r, match);
    }
    return rv;
}

static void take(request_rec *r, proxied_t *p)
{
    r->handler = RPROXY_HANDLER;
    r->filename = apr_pstrdup(r->pool, RPROXY_FILENAME);
    r->path_info = NULL;
    p->r = r;
}

static int translate_name(request_rec *r)
{
    route_match_t match = { 0 };
    proxied_t *p;
    int rv;

    if (r->proxyreq != PROXYREQ_NONE || r->uri == NULL) {
        return DECLINED;
    }
    if (r->method_number == M_CONNECT) {
        /* Refused by httpd; what follows is perhaps meant for the tunnel. */
        r->connection->keepalive = AP_CONN_CLOSE;
        return DECLINED;
    }
    rv = find_route(r, &match);
    if (rv != OK) {
        return rv;
    }
    p = apr_pcalloc(r->pool, sizeof(*p));
    p->match = match;
    ap_set_module_config(r->request_config, &rproxy_module, p);
    if (match.route->files_first) {
        return DECLINED; /* httpd maps the path to a file first */
    }
    take(r, p);
    return OK;
}

/* No directory is walked for a path that is not a file's. */
static int map_to_storage(request_rec *r)
{
    return proxied_is_ours(r) ? OK : DECLINED;
}

static int is_kept_handler(const char *handler)
{
    return handler
           && (strcmp(handler, "redirect-handler") == 0
               || strcmp(handler, "server-status") == 0
               || strcmp(handler, "server-info") == 0
               || strncmp(handler, "rproxy-", 7) == 0);
}

/* A path that goes on behind a file is a file's only if something else than
 * sending it is to be done with it (PHP). */
static int is_file(const request_rec *r)
{
    return r->finfo.filetype == APR_REG
           && (r->handler || !r->path_info || !*r->path_info);
}

/* files=first: what httpd has found no file for is the upstream's. */
static int fixups(request_rec *r)
{
    proxied_t *p = ap_get_module_config(r->request_config, &rproxy_module);

    if (p && p->match.route->files_first && !p->r && !is_file(r)
        && !is_kept_handler(r->handler)) {
        take(r, p);
    }
    return DECLINED;
}

int proxied_body_unread(const proxied_t *p)
{
    return p->x->source && !p->x->source_ended && !rproxy_buffer_is_complete(p);
}

/* Who waits for a member has cost nobody anything so far. */
int proxied_may_finish(const proxied_t *p)
{
    return (p->finish_alone
            || (SETTING(p->settings, client_abort_finish)
                && p->x->request_state != REQUEST_WAIT))
           && !proxied_body_unread(p);
}

/* ---- preparing an exchange ---- */

void proxied_policy(const settings_t *s, const upstream_t *upstream,
                    exchange_policy_t *policy)
{
    const retry_rules_t preset =
        config_retry_of(&s->retry, &rproxy_default_settings.retry);

    policy->connect_timeout = SETTING(s, connect_timeout);
    policy->send_timeout = SETTING(s, send_timeout);
    policy->first_byte_timeout = SETTING(s, first_byte_timeout);
    policy->between_timeout = SETTING(s, between_timeout);
    policy->total_timeout = SETTING(s, total_timeout);
    policy->retry = config_retry_of(&upstream->retry, &preset);
    policy->interim_limit = SETTING(s, interim_limit);
    policy->limits.head = (size_t)SETTING(s, response_head_limit);
    policy->limits.fields = (size_t)SETTING(s, response_field_limit);
    policy->limits.trailers = (size_t)SETTING(s, response_trailer_limit);
}

static void log_exchange(void *ctx, int level, const char *text)
{
    const proxied_t *p = ctx;

    if (level == EXCHANGE_LOG_TRACE) {
        ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, p->r, "exchange: %s", text);
    }
    else if (level == EXCHANGE_LOG_DEBUG) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, p->r,
                      RPLOGNO(1201) "upstream %s: %s", p->x->upstream->name,
                      text);
    }
    else {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, p->r,
                      RPLOGNO(1202) "upstream %s: %s", p->x->upstream->name,
                      text);
    }
}

static void replaced(exchange_t *x, exchange_t *by)
{
    proxied_t *p = x->ctx;

    p->x = by;
}

static int log_level(const request_rec *r)
{
    return APLOGrtrace1(r)  ? EXCHANGE_LOG_TRACE
           : APLOGrdebug(r) ? EXCHANGE_LOG_DEBUG
                            : EXCHANGE_LOG_WARNING;
}

static metrics_route_t *route_metrics(const proxied_t *p)
{
    return &shared->route_metrics[shared_child() * shared->routes
                                  + p->match.route->id];
}

static exchange_env_t *environment(proxied_t *p)
{
    if (p->client) {
        return &p->client->loop->reactor->env;
    }
    p->env.chunks.max_idle = WORKER_IDLE_CHUNKS;
    p->env.conns = worker_conns;
    p->env.shared = shared;
    p->env.probe_always = 1;
    return &p->env;
}

/* @return OK, or the status to answer with */
static int prepare(proxied_t *p)
{
    request_rec *r = p->r;
    exchange_t *x = exchange_create(r->pool);
    int rv = rproxy_request_build(r, &p->match, p->settings, &x->request);

    if (rv != OK) {
        return rv;
    }
    p->x = x;
    p->bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    x->env = environment(p);
    x->upstream = rproxy_canary_choose(p);
    rproxy_balance_request(r, x);
    x->sink = rproxy_sink_ops(p);
    x->source = x->request.body == BODY_NONE ? NULL : rproxy_source_ops(p);
    rproxy_buffer_prepare(p);
    x->ctx = p;
    x->replaced = replaced;
    x->log = log_exchange;
    x->log_level = log_level(r);
    proxied_policy(p->settings, x->upstream, &x->policy);
    METRIC_ADD(route_metrics(p)->active, 1);
    p->counted = 1;
    mirror_prepare(p);
    return OK;
}

/* ---- the end of an exchange ---- */

static void count(proxied_t *p)
{
    metrics_route_t *m = route_metrics(p);
    const exchange_t *x = p->x;

    METRIC_ADD(m->outcomes[x->outcome], 1);
    METRIC_ADD(m->bytes_in, (uint64_t)x->bytes_sent);
    METRIC_ADD(m->bytes_out, (uint64_t)x->bytes_received);
    if (x->attempts > 1) {
        METRIC_ADD(m->retries, (uint64_t)(x->attempts - 1));
        METRIC_ADD(x->upstream->shared->retries, (uint64_t)(x->attempts - 1));
    }
    if (x->outcome == OUTCOME_OK) {
        METRIC_ADD(m->status_class[x->status / 100], 1);
    }
    histogram_add(&m->total, x->finished_at - x->started);
    rproxy_canary_done(p);
    if (p->counted) {
        METRIC_ADD(m->active, -1);
        p->counted = 0;
    }
}

static void report(const proxied_t *p, int status)
{
    const exchange_t *x = p->x;
    int client_side =
        x->outcome == OUTCOME_CLIENT_GONE || x->outcome == OUTCOME_BAD_REQUEST;

    ap_log_rerror(APLOG_MARK, client_side ? APLOG_INFO : APLOG_ERR, 0, p->r,
                  RPLOGNO(1203) "upstream %s, member %s: %s: %s; %d tries, "
                                "%s",
                  x->upstream->name, x->member ? x->member->url : "none",
                  outcome_name(x->outcome), x->reason ? x->reason : "",
                  x->attempts,
                  x->response_started
                      ? "the response was cut short"
                      : apr_psprintf(p->r->pool, "answered %d", status));
}

/* Its connection shall end with RST. */
static void reset_client(proxied_t *p)
{
    const struct linger at_once = { 1, 0 };
    conn_rec *c = p->r->connection;
    apr_os_sock_t fd;

    if (p->client) {
        p->client->reset = 1;
    }
    else if (!c->master) {
        apr_os_sock_get(&fd, ap_get_conn_socket(c));
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        c->aborted = 1;
    }
}

/* What has come, under a head that may not have gone out yet: HTTP_HEADER would
 * not write it with the connection's end in the same brigade. */
static void pass_what_came(proxied_t *p)
{
    APR_BRIGADE_INSERT_TAIL(p->bb, apr_bucket_flush_create(
                                       p->r->connection->bucket_alloc));
    ap_pass_brigade(p->r->output_filters, p->bb);
    apr_brigade_cleanup(p->bb);
}

/* A response that was cut short must not look complete: no last chunk, no
 * further request, and a reset where only the close ends the body. */
static int cut_short(proxied_t *p)
{
    request_rec *r = p->r;
    conn_rec *c = r->connection;
    apr_bucket_alloc_t *list = c->bucket_alloc;

    pass_what_came(p);
    APR_BRIGADE_INSERT_TAIL(p->bb, ap_bucket_error_create(HTTP_BAD_GATEWAY,
                                                          NULL, r->pool, list));
    APR_BRIGADE_INSERT_TAIL(p->bb, ap_bucket_eoc_create(list));
    APR_BRIGADE_INSERT_TAIL(p->bb, apr_bucket_eos_create(list));
    c->keepalive = AP_CONN_CLOSE;
    ap_pass_brigade(r->output_filters, p->bb);
    apr_brigade_cleanup(p->bb);
    r->eos_sent = 1;
    if (!r->chunked && !apr_table_get(r->headers_out, "Content-Length")) {
        reset_client(p);
    }
    return OK;
}

void proxied_body_too_slow(proxied_t *p)
{
    p->body_status = HTTP_REQUEST_TIME_OUT;
    p->x->reason = "no more of the request body within Timeout";
}

static int error_status(proxied_t *p)
{
    int status = p->x->error_status;

    if (p->x->outcome == OUTCOME_BAD_REQUEST && p->body_status) {
        status = p->body_status;
    }
    if (status == HTTP_SERVICE_UNAVAILABLE) {
        int configured = SETTING(p->settings, retry_after_s);

        apr_table_setn(p->r->err_headers_out, "Retry-After",
                       apr_itoa(p->r->pool, p->x->retry_after_s
                                                ? (int)p->x->retry_after_s
                                                : configured));
    }
    return status;
}

int proxied_end(proxied_t *p)
{
    exchange_t *x = p->x;
    int status;

    rproxy_buffer_end(p);
    mirror_end(p);
    count(p);
    if (proxied_body_unread(p)) {
        /* httpd would wait for the rest of the body to throw it away. */
        p->r->connection->keepalive = AP_CONN_CLOSE;
    }
    if (x->outcome == OUTCOME_OK && p->override_status) {
        apr_brigade_cleanup(p->bb);
        return p->override_status;
    }
    if (x->outcome == OUTCOME_OK) {
        rproxy_sink_end(p);
        return OK;
    }
    if (x->outcome == OUTCOME_CLIENT_GONE) {
        report(p, 0);
        p->r->connection->aborted = 1;
        p->r->connection->keepalive = AP_CONN_CLOSE;
        p->r->eos_sent = 1; /* nor may a filter take this for the end */
        return DONE;
    }
    status = error_status(p);
    report(p, status);
    return x->response_started && !p->override_status ? cut_short(p) : status;
}

/* ---- the handler ---- */

static int handler(request_rec *r)
{
    client_t *client = client_of(r->connection);
    int on_loop = client && !client->on_worker;
    proxied_t *p;
    int rv;

    if (on_loop && client->r == r && !blocking_filters_safe(r)) {
        client->resume = 1;
        return SUSPENDED;
    }
    if (!proxied_is_ours(r)) {
        return DECLINED;
    }
    p = ap_get_module_config(r->request_config, &rproxy_module);
    p->settings = rproxy_settings(r);
    if (rproxy_in_maintenance(p)) {
        return rproxy_maintenance(p);
    }
    /* A request within another (SSI, an error document) cannot be suspended. */
    p->client = on_loop && client->r == r ? client : NULL;
    rv = prepare(p);
    if (rv != OK) {
        return rv;
    }
    if (p->client) {
        client_head_install(client, r);
        rproxy_loop_wait(p);
        return SUSPENDED;
    }
    return rproxy_worker_run(p);
}

void proxied_child_init(apr_pool_t *pchild, const shared_t *all)
{
    shared = all;
    worker_conns = conn_pool_create(all, 1, pchild);
    if (all->members) {
        tidy_start(worker_conns, all, pchild);
    }
}

void proxied_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    rproxy_trailers_register();
    ap_hook_translate_name(translate_name, NULL, NULL, APR_HOOK_LAST);
    ap_hook_map_to_storage(map_to_storage, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_handler(handler, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
