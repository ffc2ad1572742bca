/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stand_in.c: see stand_in.h.  Layer L2.
 * Filled in as httpd does it for a request that it has read. */
#include "stand_in.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>

#include "host_find.h"

static void make_tables(request_rec *s)
{
    s->headers_in = apr_table_make(s->pool, 8);
    s->trailers_in = apr_table_make(s->pool, 1);
    s->headers_out = apr_table_make(s->pool, 4);
    s->err_headers_out = apr_table_make(s->pool, 1);
    s->trailers_out = apr_table_make(s->pool, 1);
    s->subprocess_env = apr_table_make(s->pool, 8);
    s->notes = apr_table_make(s->pool, 4);
    s->allowed_methods = ap_make_method_list(s->pool, 2);
}

static void set_target(request_rec *s, const stand_in_order_t *order)
{
    char *path = apr_pstrmemdup(s->pool, order->path.p, order->path.len);

    s->hostname = order->host;
    s->unparsed_uri = (char *)order->target;
    s->args = order->query.p
                  ? apr_pstrmemdup(s->pool, order->query.p, order->query.len)
                  : NULL;
    ap_unescape_url(path); /* what cannot be decoded stays */
    ap_getparents(path);
    s->uri = path;
    s->parsed_uri.path = path;
    s->parsed_uri.query = s->args;
    s->method = order->method;
    s->method_number = ap_method_number_of(order->method);
    if (s->method_number == M_TRACE) {
        s->method_number = M_INVALID; /* map_to_storage would answer it */
    }
    s->header_only = strcmp(order->method, "HEAD") == 0;
    s->the_request =
        apr_psprintf(s->pool, "%s %s HTTP/1.1", order->method, order->target);
}

/* Only a port that is not the usual one stands in Host. */
static void set_port(request_rec *s, const stand_in_order_t *order)
{
    if (order->port && order->port != order->usual_port) {
        s->parsed_uri.port = (apr_port_t)order->port;
        s->parsed_uri.port_str = apr_itoa(s->pool, (int)order->port);
    }
}

static void set_fields(request_rec *s, const stand_in_order_t *order)
{
    int has_colon = strchr(s->hostname, ':') != NULL, i;

    apr_table_setn(s->headers_in, "Host",
                   apr_pstrcat(s->pool, has_colon ? "[" : "", s->hostname,
                               has_colon ? "]" : "",
                               s->parsed_uri.port_str ? ":" : "",
                               s->parsed_uri.port_str, NULL));
    for (i = 0; i < order->field_count; i++) {
        apr_table_setn(s->headers_in, order->fields[i].name.p,
                       order->fields[i].value.p);
    }
}

/* A connection of somebody else, as far as one can be told. */
static void set_client(request_rec *s, apr_sockaddr_t *client)
{
    conn_rec *c = apr_pmemdup(s->pool, s->connection, sizeof(*c));

    apr_sockaddr_ip_get(&c->client_ip, client);
    c->pool = s->pool;
    c->client_addr = client;
    c->remote_host = (char *)""; /* its name is not looked up */
    c->conn_config = ap_create_conn_config(s->pool);
    c->notes = apr_table_make(s->pool, 4);
    s->connection = c;
    s->useragent_addr = client;
    s->useragent_ip = c->client_ip;
}

static request_rec *make(request_rec *r, const stand_in_order_t *order)
{
    request_rec *s = apr_pcalloc(r->pool, sizeof(*s));

    s->pool = r->pool;
    s->connection = r->connection;
    s->useragent_addr = r->useragent_addr;
    s->useragent_ip = r->useragent_ip;
    if (order->client) {
        set_client(s, order->client);
    }
    make_tables(s);
    set_target(s, order);
    set_port(s, order);
    set_fields(s, order);
    s->server =
        host_find(s->hostname, order->port ? order->port : order->usual_port);
    s->request_config = ap_create_request_config(s->pool);
    s->request_time = apr_time_now();
    s->protocol = "HTTP/1.1";
    s->proto_num = HTTP_VERSION(1, 1);
    s->status = HTTP_OK;
    s->output_filters = s->proto_output_filters = r->connection->output_filters;
    s->input_filters = s->proto_input_filters = r->connection->input_filters;
    ap_run_create_request(s);
    s->per_dir_config = s->server->lookup_defaults;
    return s;
}

/* ---- the way to its sections ---- */

/* As ap_process_request_internal goes it, up to the settings. */
static int walk(request_rec *s)
{
    int rv = ap_location_walk(s);

    if (rv == OK) {
        rv = ap_if_walk(s);
    }
    if (rv == OK) {
        rv = ap_run_translate_name(s);
    }
    if (rv == OK) {
        s->per_dir_config = s->server->lookup_defaults;
        rv = ap_run_map_to_storage(s);
    }
    if (rv == OK) {
        rv = ap_location_walk(s);
    }
    return rv == OK ? ap_if_walk(s) : rv;
}

void stand_in_make(stand_in_t *s, request_rec *r, const stand_in_order_t *order)
{
    s->r = make(r, order);
    s->of_location = s->r->per_dir_config;
    s->status = OK;
}

void stand_in_walk(stand_in_t *s)
{
    s->status = ap_location_walk(s->r);
    s->of_location = s->r->per_dir_config;
    if (s->status == OK) {
        s->r->per_dir_config = s->r->server->lookup_defaults;
        s->status = walk(s->r);
    }
}
