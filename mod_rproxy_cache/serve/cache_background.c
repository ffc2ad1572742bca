/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_background.c: see cache_background.h.  Layer L2. */
#include "cache_background.h"

#include <stdlib.h>

#include <apr_strings.h>
#include <ap_mpm.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>
#include <http_vhost.h>
#include <util_filter.h>

#include "status/cache_counters.h"

#define UNDER_WAY 65536
/* Of what the event MPM keeps for a connection: some 200 bytes, in a struct of
 * its own source alone.  When a request is read it writes one pointer near its
 * begin and looks at nothing else, since nobody hands it this connection. */
#define MPM_STATE_SIZE 1024

typedef struct {
    apr_pool_t *pool; /* unmanaged: of no request and no connection */
    conn_rec *model;  /* addresses of the client's connection */
    char *request;    /* text of the head */
    apr_size_t len;
    int is_tls;
    int is_spare; /* RPROXY_NOTE_SPARE of the client's request */
    uint64_t key_hash;
} fetch_t;

/* In conn_config of a connection of ours. */
typedef struct {
    fetch_t *fetch;
    apr_size_t at; /* bytes of the request that have been read */
} source_t;

static ap_filter_rec_t *in_handle, *out_handle;
static const module *mpm_module; /* event's */

static source_t *source_of(const conn_rec *c)
{
    return ap_get_module_config(c->conn_config, &rproxy_cache_module);
}

int cache_background_is_ours(const request_rec *r)
{
    return source_of(r->connection) != NULL;
}

/* ---- a connection without a socket ---- */

static apr_status_t read_line(source_t *s, apr_bucket_brigade *bb,
                              apr_bucket_alloc_t *list)
{
    const char *from = s->fetch->request + s->at;
    apr_size_t left = s->fetch->len - s->at;
    const char *end = memchr(from, '\n', left);
    apr_size_t len = end ? (apr_size_t)(end - from) + 1 : left;

    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_immortal_create(from, len, list));
    s->at += len;
    return APR_SUCCESS;
}

static apr_status_t in_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                              ap_input_mode_t mode, apr_read_type_e block,
                              apr_off_t bytes)
{
    source_t *s = f->ctx;

    (void)block;
    (void)bytes;
    if (mode == AP_MODE_INIT) {
        return APR_SUCCESS;
    }
    if (s->at >= s->fetch->len || mode == AP_MODE_SPECULATIVE
        || mode == AP_MODE_EATCRLF) {
        return APR_EOF;
    }
    return read_line(s, bb, f->c->bucket_alloc);
}

static apr_status_t out_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    (void)f;
    if (bb) {
        apr_brigade_cleanup(bb);
    }
    return APR_SUCCESS;
}

static conn_rec *connection(fetch_t *fetch, apr_pool_t *pool,
                            apr_thread_t *thread)
{
    conn_rec *c = apr_pmemdup(pool, fetch->model, sizeof(*c));
    source_t *source = apr_pcalloc(pool, sizeof(*source));
    apr_socket_t *socket;

    c->pool = pool;
    c->bucket_alloc = apr_bucket_alloc_create(pool);
    c->conn_config = ap_create_conn_config(pool);
    c->notes = apr_table_make(pool, 2);
    apr_table_setn(c->notes, RPROXY_NOTE_BACKGROUND, "1");
    if (fetch->is_spare) {
        apr_table_setn(c->notes, RPROXY_NOTE_SPARE, "1");
    }
    c->keepalive = AP_CONN_CLOSE;
    c->current_thread = thread;
    c->log_id = NULL;
    source->fetch = fetch;
    /* Never connected: httpd sets timeouts on whatever a connection has. */
    if (apr_socket_create(&socket, APR_INET, SOCK_STREAM, APR_PROTO_TCP, pool)
        != APR_SUCCESS) {
        return NULL;
    }
    ap_set_core_module_config(c->conn_config, socket);
    if (mpm_module) {
        /* Its request hooks write there. */
        ap_set_module_config(c->conn_config, mpm_module,
                             apr_pcalloc(pool, MPM_STATE_SIZE));
    }
    ap_set_module_config(c->conn_config, &rproxy_cache_module, source);
    ap_add_input_filter_handle(in_handle, source, NULL, c);
    ap_add_output_filter_handle(out_handle, NULL, NULL, c);
    return c;
}

static int ssl_conn_is_ssl(conn_rec *c)
{
    const source_t *source = c->conn_config ? source_of(c) : NULL;

    return source && source->fetch->is_tls ? OK : DECLINED;
}

static const char *http_scheme(const request_rec *r)
{
    const source_t *source = source_of(r->connection);

    return source && source->fetch->is_tls ? "https" : NULL;
}

static apr_port_t default_port(const request_rec *r)
{
    const source_t *source = source_of(r->connection);

    return source && source->fetch->is_tls ? DEFAULT_HTTPS_PORT : 0;
}

/* CGI and PHP look at the variable that mod_ssl sets. */
static int fixups(request_rec *r)
{
    const source_t *source = source_of(r->connection);

    if (source && source->fetch->is_tls) {
        apr_table_setn(r->subprocess_env, "HTTPS", "on");
    }
    return DECLINED;
}

/* ---- one for each key ---- */

/* Of this process; two keys that share a place wait for each other.  Another
 * child's fetch of the same key is seen in the store. */
static uint64_t under_way[UNDER_WAY];

static int mark_begun(uint64_t hash)
{
    uint64_t none = 0;

    hash |= 1;
    return __atomic_compare_exchange_n(&under_way[(hash >> 1) % UNDER_WAY],
                                       &none, hash, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

static void mark_ended(uint64_t hash)
{
    hash |= 1;
    __atomic_store_n(&under_way[(hash >> 1) % UNDER_WAY], 0, __ATOMIC_RELEASE);
}

/* ---- the job ---- */

static void run(void *data, const int *stop)
{
    fetch_t *fetch = data;
    apr_pool_t *pool;
    apr_thread_t *thread = NULL;
    request_rec *r;
    conn_rec *c;

    if (!*stop) {
        apr_pool_create(&pool, fetch->pool);
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 122)
        thread = ap_thread_current();
#endif
        c = connection(fetch, pool, thread);
        r = c ? ap_read_request(c) : NULL;
        if (r && r->status == HTTP_OK) {
            ap_process_request(r);
        }
    }
    mark_ended(fetch->key_hash);
    apr_pool_destroy(fetch->pool);
}

/* ---- starting one ---- */

/* What the client asks of this one response, or of its connection. */
static int is_left_out(const char *name)
{
    static const char *const names[] = {
        "If-None-Match",
        "If-Modified-Since",
        "If-Match",
        "If-Unmodified-Since",
        "If-Range",
        "Range",
        "Cache-Control",
        "Pragma",
        "Connection",
        "Keep-Alive",
        "TE",
        "Upgrade",
        "Expect",
        "Content-Length",
        "Transfer-Encoding",
        "Proxy-Connection",
        "HTTP2-Settings",
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static void write_request(fetch_t *fetch, const cache_request_t *q)
{
    apr_array_header_t *parts =
        apr_array_make(fetch->pool, 64, sizeof(const char *));
    size_t i;

    APR_ARRAY_PUSH(parts, const char *) = "GET ";
    APR_ARRAY_PUSH(parts, const char *) = q->r->unparsed_uri;
    APR_ARRAY_PUSH(parts, const char *) = " HTTP/1.1\r\n";
    for (i = 0; i < q->field_count; i++) {
        if (is_left_out(q->fields[i].name.p)) {
            continue;
        }
        APR_ARRAY_PUSH(parts, const char *) = q->fields[i].name.p;
        APR_ARRAY_PUSH(parts, const char *) = ": ";
        APR_ARRAY_PUSH(parts, const char *) = q->fields[i].value.p;
        APR_ARRAY_PUSH(parts, const char *) = "\r\n";
    }
    APR_ARRAY_PUSH(parts, const char *) = "\r\n";
    fetch->request = apr_array_pstrcat(fetch->pool, parts, 0);
    fetch->len = strlen(fetch->request);
}

/* What of the client's connection outlives it. */
static void copy_model(fetch_t *fetch, const request_rec *r)
{
    const conn_rec *c = r->connection;
    conn_rec *model = apr_pcalloc(fetch->pool, sizeof(*model));

    model->base_server = c->base_server;
    model->vhost_lookup_data = c->vhost_lookup_data;
    apr_sockaddr_info_copy(&model->local_addr, c->local_addr, fetch->pool);
    apr_sockaddr_info_copy(&model->client_addr, c->client_addr, fetch->pool);
    model->client_ip = apr_pstrdup(fetch->pool, c->client_ip);
    model->local_ip = apr_pstrdup(fetch->pool, c->local_ip);
    model->id = c->id;
    fetch->model = model;
}

static int can_tell_tls(void)
{
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 102)
    return 1;
#else
    return 0;
#endif
}

void cache_background_start(cache_request_t *q)
{
    fetch_t *fetch;
    apr_pool_t *pool;
    int is_tls = q->uri.scheme.len == 5;

    if (!cache.fetches || (is_tls && !can_tell_tls())
        || !mark_begun(q->variant.hash)) {
        return;
    }
    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        mark_ended(q->variant.hash);
        return;
    }
    fetch = apr_pcalloc(pool, sizeof(*fetch));
    fetch->pool = pool;
    fetch->is_tls = is_tls;
    fetch->is_spare = apr_table_get(q->r->notes, RPROXY_NOTE_SPARE) != NULL;
    copy_model(fetch, q->r);
    write_request(fetch, q);
    fetch->key_hash = q->variant.hash;
    if (jobs_submit(cache.fetches, run, fetch) != APR_SUCCESS) {
        mark_ended(fetch->key_hash);
        apr_pool_destroy(pool);
        return;
    }
    cache_count(cache_server_conf(q->r->server)->number, COUNT_BACKGROUND, 1);
}

void cache_background_child_init(void)
{
    mpm_module = ap_find_linked_module("event.c");
}

/* Without threads of our own (prefork) jobs run here: the client has got its
 * response, and its log line is written. */
static int run_jobs(request_rec *r)
{
    static int running;

    if (cache.fetches && !cache.threaded && !running
        && !source_of(r->connection)) {
        running = 1;
        while (jobs_run_one(cache.fetches) || jobs_run_one(cache.jobs)) {
        }
        running = 0;
    }
    return DECLINED;
}

/* No client has asked: no line in the access log. */
static int log_transaction(request_rec *r)
{
    return source_of(r->connection) ? DONE : DECLINED;
}

void cache_background_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    in_handle = ap_register_input_filter("RPROXY_CACHE_SOURCE", in_filter, NULL,
                                         AP_FTYPE_NETWORK);
    out_handle = ap_register_output_filter("RPROXY_CACHE_DROP", out_filter,
                                           NULL, AP_FTYPE_NETWORK);
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 102)
    ap_hook_ssl_conn_is_ssl(ssl_conn_is_ssl, NULL, NULL, APR_HOOK_FIRST);
#endif
    ap_hook_http_scheme(http_scheme, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_default_port(default_port, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(run_jobs, NULL, NULL, APR_HOOK_REALLY_LAST);
}
