/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_answer.c: see guard_answer.h.  Layer L2.
 *
 * A refusal shall cost less than what it refuses: where no filter has a say,
 * head and page are written here, into one piece of memory. */
#include "guard_answer.h"

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mod_core.h>
#include <util_time.h>

enum {
    FIELDS_MAX = 24,   /* of a response that is written in one piece */
    FIELDS_TO_COME = 3 /* Content-Type, Connection, Keep-Alive */
};

static const char version[] = "HTTP/1.1 ";

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

/* ---- past the filters of the request ---- */

static int has_wish(const request_rec *r)
{
    return apr_table_get(r->subprocess_env, "force-response-1.0")
           || apr_table_get(r->subprocess_env, "downgrade-1.0");
}

/* Are they those alone that httpd gives each request? */
static int has_own_filters_only(const request_rec *r)
{
    static const char *const own[] = { "byterange", "content_length",
                                       "http_header", "http_outerror" };
    const ap_filter_t *f = r->output_filters;
    size_t i;

    for (i = 0; f && f->r && i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(f->frec->name, own[i]) != 0) {
            return 0;
        }
        f = f->next;
    }
    return f && !f->r;
}

static int may_be_direct(const request_rec *r)
{
    return !r->connection->master && r->proto_num >= HTTP_VERSION(1, 1)
           && !has_wish(r) && has_own_filters_only(r)
           && apr_table_elts(r->headers_out)->nelts
                  <= FIELDS_MAX - FIELDS_TO_COME;
}

static char *put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

/* A field and how long its words are. */
typedef struct {
    const char *name, *value;
    size_t name_len, value_len;
} field_t;

/* Those of a table.  @return the bytes that they need */
static size_t measure(const apr_array_header_t *fields, field_t *out)
{
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    size_t room = 0;
    int i;

    for (i = 0; i < fields->nelts; i++) {
        out[i] = (field_t){ entry[i].key, entry[i].val, strlen(entry[i].key),
                            strlen(entry[i].val) };
        room += out[i].name_len + out[i].value_len + 4;
    }
    return room;
}

static char *put_field(char *at, const field_t *field)
{
    at = put(at, field->name, field->name_len);
    at = put(at, ": ", 2);
    at = put(at, field->value, field->value_len);
    return put(at, "\r\n", 2);
}

/* A heap bucket's memory that the request's pool has. */
static void keep(void *unused)
{
    (void)unused;
}

/* The status line and what stock httpd writes past r->headers_out, too. */
static char *put_begin(char *at, request_rec *r, const field_t *server,
                       size_t line)
{
    at = put(at, version, sizeof(version) - 1);
    at = put(at, r->status_line, line);
    at = put(at, "\r\nDate: ", 8);
    ap_recent_rfc822_date(at, r->request_time);
    at = put(at + APR_RFC822_DATE_LEN - 1, "\r\n", 2);
    return server->value_len ? put_field(at, server) : at;
}

static apr_bucket *write_all(request_rec *r, const guard_page_t *page)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_out);
    const char *banner = ap_get_server_banner();
    field_t field[FIELDS_MAX];
    field_t server = { "Server", banner, 6, strlen(banner) };
    size_t line = strlen(r->status_line);
    size_t room = sizeof(version) + line + 8 + APR_RFC822_DATE_LEN + 2
                  + server.value_len + 10 + measure(fields, field) + 2
                  + page->length;
    char *begin = apr_palloc(r->pool, room), *at;
    int i;

    at = put_begin(begin, r, &server, line);
    for (i = 0; i < fields->nelts; i++) {
        at = put_field(at, &field[i]);
    }
    at = put(at, "\r\n", 2);
    if (!r->header_only) {
        at = guard_page_put(at, page);
        r->bytes_sent = (apr_off_t)page->length;
    }
    return apr_bucket_heap_create(begin, (apr_size_t)(at - begin), keep,
                                  r->connection->bucket_alloc);
}

static void complete_fields(request_rec *r)
{
    apr_table_unset(r->headers_out, "Date");
    apr_table_unset(r->headers_out, "Server");
    apr_table_setn(r->headers_out, "Content-Type", r->content_type);
    ap_set_keepalive(r);
}

/* ---- all ---- */

int guard_answer(request_rec *r, int status, const guard_page_t *page)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, alloc);
    ap_filter_t *next;

    r->status = status;
    r->status_line = ap_get_status_line(status);
    take_fields(r);
    ap_set_content_type(r, "text/html; charset=utf-8");
    r->clength = (apr_off_t)page->length;
    apr_table_setn(r->headers_out, "Content-Length", page->digits);
    if (may_be_direct(r)) {
        complete_fields(r);
        APR_BRIGADE_INSERT_TAIL(bb, write_all(r, page));
        r->sent_bodyct = 1;
        next = r->connection->output_filters;
    }
    else {
        r->proxyreq = PROXYREQ_REVERSE; /* the engine writes heads of those */
        APR_BRIGADE_INSERT_TAIL(bb,
                                apr_bucket_pool_create(guard_page_text(r->pool,
                                                                       page),
                                                       page->length, r->pool,
                                                       alloc));
        next = r->output_filters;
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    ap_pass_brigade(next, bb);
    r->eos_sent = 1;
    return OK;
}
