/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* stand_in.c: see stand_in.h.  Layer L2.
 * Filled in as httpd does it for a request that it has read. */
#include "stand_in.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>

#include "admin/host_find.h"
#include "config/cache_config.h"

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

static void set_target(request_rec *s, const explain_order_t *order)
{
    const key_uri_t *uri = &order->uri;
    char *path = apr_pstrmemdup(s->pool, uri->path.p, uri->path.len);

    s->hostname = apr_pstrmemdup(s->pool, uri->host.p, uri->host.len);
    s->unparsed_uri = (char *)order->target;
    s->args = uri->query.p
                  ? apr_pstrmemdup(s->pool, uri->query.p, uri->query.len)
                  : NULL;
    ap_unescape_url(path); /* what cannot be decoded stays */
    ap_getparents(path);
    s->uri = path;
    s->parsed_uri.path = path;
    s->parsed_uri.query = s->args;
    s->method = order->method;
    s->method_number = ap_method_number_of(order->method);
    s->header_only = strcmp(order->method, "HEAD") == 0;
    s->the_request =
        apr_psprintf(s->pool, "%s %s HTTP/1.1", order->method, order->target);
}

/* Only a port that is not the usual one stands in Host. */
static void set_port(request_rec *s, const key_uri_t *uri)
{
    if (uri->port && uri->port != cache_key_default_port(uri->scheme)) {
        s->parsed_uri.port = (apr_port_t)uri->port;
        s->parsed_uri.port_str = apr_itoa(s->pool, (int)uri->port);
    }
}

static void set_fields(request_rec *s, const explain_order_t *order)
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

static request_rec *make(request_rec *r, const explain_order_t *order)
{
    request_rec *s = apr_pcalloc(r->pool, sizeof(*s));
    unsigned port = order->uri.port;

    s->pool = r->pool;
    s->connection = r->connection;
    make_tables(s);
    set_target(s, order);
    set_port(s, &order->uri);
    set_fields(s, order);
    s->server =
        host_find(s->hostname,
                  port ? port : cache_key_default_port(order->uri.scheme));
    s->request_config = ap_create_request_config(s->pool);
    s->request_time = apr_time_now();
    s->protocol = "HTTP/1.1";
    s->proto_num = HTTP_VERSION(1, 1);
    s->status = HTTP_OK;
    s->useragent_addr = r->useragent_addr;
    s->useragent_ip = r->useragent_ip;
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

static settings_of_e settings_of(request_rec *s, const cache_settings_t *first)
{
    const cache_settings_t *host = cache_settings_of_server(s->server);
    const cache_settings_t *last = cache_settings(s);

    return last == host                               ? SETTINGS_OF_HOST
           : memcmp(last, first, sizeof(*first)) == 0 ? SETTINGS_OF_LOCATION
                                                      : SETTINGS_OF_SECTION;
}

void stand_in_make(stand_in_t *s, request_rec *r, const explain_order_t *order)
{
    const cache_settings_t *of_location;

    s->r = make(r, order);
    s->status = ap_location_walk(s->r);
    of_location = cache_settings(s->r);
    if (s->status == OK) {
        s->r->per_dir_config = s->r->server->lookup_defaults;
        s->status = walk(s->r);
    }
    s->of = settings_of(s->r, of_location);
}
