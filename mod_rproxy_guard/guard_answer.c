/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_answer.c: see guard_answer.h.  Layer L2. */
#include "guard_answer.h"

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>

static int has_body(const request_rec *r)
{
    return apr_table_get(r->headers_in, "Content-Length")
           || apr_table_get(r->headers_in, "Transfer-Encoding");
}

int guard_answer_may(request_rec *r, int status)
{
    return (status == HTTP_FORBIDDEN || status == HTTP_TOO_MANY_REQUESTS)
           && !r->filename && !r->main && !r->prev && !r->assbackwards
           && !has_body(r)
           && !ap_response_code_string(r, ap_index_of_response(status));
}

/* As httpd does it for errors, so that what is set "always" is set here. */
static void take_fields(request_rec *r)
{
    apr_table_t *fields = r->err_headers_out;

    ap_run_insert_error_filter(r);
    r->err_headers_out = r->headers_out;
    r->headers_out = fields;
    apr_table_clear(r->err_headers_out);
}

int guard_answer(request_rec *r, int status, const char *page)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, alloc);
    apr_size_t length = strlen(page);

    r->status = status;
    r->status_line = ap_get_status_line(status);
    r->proxyreq = PROXYREQ_REVERSE; /* the engine writes heads of those */
    take_fields(r);
    ap_set_content_type(r, "text/html; charset=utf-8");
    ap_set_content_length(r, (apr_off_t)length);
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_pool_create(page, length, r->pool,
                                                       alloc));
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    ap_pass_brigade(r->output_filters, bb);
    r->eos_sent = 1;
    return OK;
}
