/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_maintenance.c: RProxyMaintenance.  Layer L2. */
#include "rproxy_maintenance.h"

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "rproxy_private.h"

static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Back soon</title></head>\n"
    "<body style=\"font:18px/1.5 sans-serif;max-width:32em;margin:4em auto;"
    "padding:0 1em\">\n"
    "<h1>Back soon</h1>\n"
    "<p>This site is being worked on. Please try again in a moment.</p>\n"
    "</body></html>\n";

int rproxy_in_maintenance(const proxied_t *p)
{
    return p->match.route->maintenance != -1
               ? p->match.route->maintenance
               : SETTING(p->settings, maintenance);
}

static int append_file(request_rec *r, const char *path, apr_bucket_brigade *bb)
{
    apr_file_t *file;
    apr_finfo_t info;

    if (apr_file_open(&file, path, APR_READ | APR_BINARY, 0, r->pool)
            != APR_SUCCESS
        || apr_file_info_get(&info, APR_FINFO_SIZE, file) != APR_SUCCESS) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(1204) "RProxyMaintenance: page \"%s\" cannot be "
                                    "read: the built-in one is sent",
                      path);
        return 0;
    }
    apr_brigade_insert_file(bb, file, 0, info.size, r->pool);
    ap_set_content_length(r, info.size);
    return 1;
}

int rproxy_maintenance(proxied_t *p)
{
    request_rec *r = p->r;
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, list);
    const char *path = p->settings->maintenance_page;

    r->status = HTTP_SERVICE_UNAVAILABLE;
    ap_set_content_type(r, "text/html; charset=utf-8");
    apr_table_setn(r->headers_out, "Retry-After",
                   apr_itoa(r->pool, SETTING(p->settings, retry_after_s)));
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    if (!path || !append_file(r, path, bb)) {
        APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_immortal_create(page,
                                                               sizeof(page) - 1,
                                                               list));
        ap_set_content_length(r, sizeof(page) - 1);
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(list));
    ap_pass_brigade(r->output_filters, bb);
    return OK;
}
