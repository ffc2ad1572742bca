/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_head.c: what httpd knows of heads, for waf/inspect/.  Layer L2. */
#include "guard_private.h"
#include "waf_request.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "waf/inspect/request_head.h"
#include "waf/inspect/response_head.h"

/* As long as the inspection, whatever becomes of the request. */
static slice_t keep(const waf_request_t *waf, const char *text)
{
    return slice_str(text && waf->pool != waf->r->pool
                         ? apr_pstrdup(waf->pool, text)
                         : text);
}

static void add_fields(const waf_request_t *waf, const apr_table_t *table,
                       waf_field_t *field, int *count)
{
    const apr_array_header_t *all = apr_table_elts(table);
    int i;

    for (i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (entry->key) {
            field[*count].name = keep(waf, entry->key);
            field[(*count)++].value = keep(waf, entry->val);
        }
    }
}

static waf_field_t *room_for(const waf_request_t *waf, int fields)
{
    return apr_palloc(waf->pool, sizeof(waf_field_t) * (size_t)(fields + 1));
}

int waf_head_request(waf_request_t *waf)
{
    request_rec *r = waf->r;
    const waf_settings_t *settings = waf->settings;
    body_limits_t limits = waf_settings_body_limits(settings);
    waf_field_t *field = room_for(waf, apr_table_elts(r->headers_in)->nelts);
    waf_head_t head = {
        .line = keep(waf, r->the_request),
        .method = keep(waf, r->method),
        .uri_raw = keep(waf, r->unparsed_uri),
        .protocol = keep(waf, r->protocol),
        .client = keep(waf, r->useragent_ip),
        .client_port = r->useragent_addr->port,
        .server_addr = keep(waf, r->connection->local_ip),
        .server_name = keep(waf, ap_get_server_name(r)),
        .server_port = ap_get_server_port(r),
        .unique_id = slice_str(waf->unique_id),
        .webapp_id = slice_str(settings->webapp_id),
        .time = r->request_time,
        .separator = limits.separator,
        .arguments_most = limits.arguments_most,
        .field = field,
    };

    add_fields(waf, r->headers_in, field, &head.field_count);
    return request_head_values(waf->inspect->values, &head);
}

/* ---- what httpd finds out later ---- */

/* As ap_process_request_internal makes it: phase 2 comes before that where a
 * cache may answer. */
static const char *mapped_path(const waf_request_t *waf, const request_rec *r)
{
    char *path = apr_pstrdup(waf->pool, r->parsed_uri.path);

    if (path && !r->filename) {
        ap_unescape_url(path);
        ap_no2slash(path);
    }
    return path;
}

int waf_head_mapped(waf_request_t *waf, request_rec *r)
{
    const waf_mapped_t mapped = {
        .path = slice_str(mapped_path(waf, r)),
        .path_info = keep(waf, r->path_info),
        .script_filename = keep(waf, r->filename),
        .user = keep(waf, r->user),
        .auth_type = keep(waf, r->ap_auth_type),
    };

    return request_mapped_values(waf->inspect->values, &mapped);
}

/* ---- the response ---- */

static const char *type_of(const request_rec *r)
{
    return r->content_type ? r->content_type
                           : apr_table_get(r->headers_out, "Content-Type");
}

static int64_t length_of(const request_rec *r)
{
    const char *length = apr_table_get(r->headers_out, "Content-Length");

    return length ? apr_atoi64(length) : 0;
}

/* httpd has it apart until it writes the head. */
static void add_type(const waf_request_t *waf, const request_rec *r,
                     waf_response_head_t *head, waf_field_t *field)
{
    if (r->content_type && !apr_table_get(r->headers_out, "Content-Type")) {
        field[head->field_count].name = SLICE_LIT("Content-Type");
        field[head->field_count++].value = keep(waf, r->content_type);
    }
}

int waf_head_response(waf_request_t *waf, request_rec *r)
{
    waf_field_t *field =
        room_for(waf, apr_table_elts(r->headers_out)->nelts
                          + apr_table_elts(r->err_headers_out)->nelts + 1);
    waf_response_head_t head = {
        .protocol = keep(waf, r->protocol),
        .status = r->status,
        .status_line =
            keep(waf, r->status_line ? r->status_line
                                     : ap_get_status_line(r->status)),
        .content_type = keep(waf, type_of(r)),
        .length = length_of(r),
        .field = field,
    };

    add_fields(waf, r->headers_out, field, &head.field_count);
    add_fields(waf, r->err_headers_out, field, &head.field_count);
    add_type(waf, r, &head, field);
    return response_head_values(waf->inspect->values, &head);
}
