/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_trailers.c: RPROXY_TRAILERS, behind httpd's CHUNK filter.  Layer L2.
 *
 * CHUNK ends every body by "0 CRLF CRLF" and knows no trailers: they are put
 * between the two line ends.  A response that is cut short has no last chunk,
 * and so no trailers.  mod_http2 sends r->trailers_out itself. */
#include "rproxy_trailers.h"

#include <apr_strings.h>
#include <util_filter.h>

#define LAST_CHUNK "0" CRLF
#define CHUNKED_END LAST_CHUNK CRLF

static ap_filter_rec_t *trailers_handle;

static int is_chunked_end(apr_bucket *b, const apr_bucket_brigade *bb)
{
    const char *data;
    apr_size_t len;

    return b != APR_BRIGADE_SENTINEL(bb) && APR_BUCKET_IS_IMMORTAL(b)
           && apr_bucket_read(b, &data, &len, APR_BLOCK_READ) == APR_SUCCESS
           && len == strlen(CHUNKED_END) && memcmp(data, CHUNKED_END, len) == 0;
}

/* One line for each field, in front of b. */
static void insert_lines(const request_rec *r, apr_bucket *b)
{
    const apr_array_header_t *fields = apr_table_elts(r->trailers_out);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    int i;

    for (i = 0; i < fields->nelts; i++) {
        const char *line =
            apr_pstrcat(r->pool, entry[i].key, ": ", entry[i].val, CRLF, NULL);
        apr_bucket *bucket =
            apr_bucket_pool_create(line, strlen(line), r->pool,
                                   r->connection->bucket_alloc);
        APR_BUCKET_INSERT_BEFORE(b, bucket);
    }
}

static apr_status_t trailers_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    apr_bucket *last = bb ? APR_BRIGADE_LAST(bb) : NULL;

    if (last && !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(last)) {
        apr_bucket *end = APR_BUCKET_PREV(last);

        if (is_chunked_end(end, bb)) {
            apr_bucket_split(end, strlen(LAST_CHUNK));
            insert_lines(f->r, APR_BUCKET_NEXT(end));
        }
        ap_remove_output_filter(f);
    }
    return ap_pass_brigade(f->next, bb);
}

void rproxy_trailers_expect(request_rec *r)
{
    if (r->chunked) {
        ap_add_output_filter_handle(trailers_handle, NULL, r, r->connection);
    }
}

void rproxy_trailers_register(void)
{
    trailers_handle =
        ap_register_output_filter("RPROXY_TRAILERS", trailers_filter, NULL,
                                  AP_FTYPE_TRANSCODE + 1);
}
