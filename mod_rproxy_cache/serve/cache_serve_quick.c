/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_serve_quick.c: the quick way of cache_serve.h: a head that is written
 * here, and the body, past the filters of the request.  Layer L2. */
#include "cache_serve.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "config/cache_sections.h"
#include "serve/cache_condition.h"
#include "serve/cache_form.h"
#include "serve/cache_head.h"

/* Status line, Age, Content-Length, and the names of all fields that are
 * added. */
#define HEAD_EXTRA 512

typedef struct {
    char *at, *end;
    int is_full;
} text_t;

/* There is room for all of it; if not, none of it is sent. */
static void put(text_t *t, const char *p, size_t len)
{
    if ((size_t)(t->end - t->at) < len) {
        t->is_full = 1;
        return;
    }
    memcpy(t->at, p, len);
    t->at += len;
}

static void put_field(text_t *t, const char *name, const char *value)
{
    put(t, name, strlen(name));
    put(t, ": ", 2);
    put(t, value, strlen(value));
    put(t, "\r\n", 2);
}

static void put_number(text_t *t, const char *name, uint64_t number)
{
    char digits[24], *at = digits + sizeof(digits);

    *--at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    put_field(t, name, at);
}

/* RFC 9110 section 15.4.5. */
static int is_sent_with_304(slice_t name)
{
    static const char *const names[] = { "Cache-Control", "Content-Location",
                                         "Date",          "ETag",
                                         "Expires",       "Vary",
                                         "Last-Modified" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (slice_eq_nocase(name, slice_str(names[i]))) {
            return 1;
        }
    }
    return 0;
}

/* The lines of a head, or those of them that go with a 304: with etag, where
 * there is one, in place of their own. */
static void put_lines(text_t *t, slice_t lines, int not_modified, slice_t etag)
{
    const char *line = lines.p, *end = lines.p + lines.len;

    if (!not_modified) {
        put(t, lines.p, lines.len);
        return;
    }
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *next = stop ? stop + 1 : end;
        const char *colon = memchr(line, ':', (size_t)(next - line));

        slice_t name = slice_make(line, colon ? (size_t)(colon - line) : 0);

        if (is_sent_with_304(name)
            && !(etag.len && slice_eq_nocase(name, SLICE_LIT("ETag")))) {
            put(t, line, (size_t)(next - line));
        }
        line = next;
    }
}

/* For log formats that ask for response fields. */
static void fill_table(request_rec *r, slice_t lines, int not_modified)
{
    char *line = apr_pmemdup(r->pool, lines.p, lines.len);
    char *end = line + lines.len;

    while (line < end) {
        char *stop = memchr(line, '\r', (size_t)(end - line));
        char *colon = stop ? memchr(line, ':', (size_t)(stop - line)) : NULL;

        if (!colon) {
            return;
        }
        if (!not_modified
            || is_sent_with_304(slice_make(line, (size_t)(colon - line)))) {
            *stop = *colon = '\0';
            apr_table_addn(r->headers_out, line,
                           colon[1] == ' ' ? colon + 2 : colon + 1);
            if (strcasecmp(line, "Content-Type") == 0) {
                r->content_type = colon + 2;
            }
        }
        line = stop + 2;
    }
}

/* Without the value: "Name: " CRLF. */
static void put_given(text_t *t, const char *name, const char *value)
{
    if (value) {
        put_field(t, name, value);
    }
}

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

/* @return empty: the request goes the long way */
static slice_t make_head(cache_request_t *q, const store_object_t *o,
                         int not_modified, slice_t etag)
{
    request_rec *r = q->r;
    slice_t head = cache_final_head(o), line = cache_head_status(head);
    slice_t lines = slice_make(head.p + line.len + 2, head.len - line.len - 2);
    const char *server = ap_get_server_banner(), *connection, *keep_alive;
    const char *status = CACHE_SETTING(q->settings, status_field)
                             ? cache_request_status(q, 1)
                             : NULL;
    text_t t = { 0 };
    size_t room;
    char *begin;

    ap_set_keepalive(r);
    connection = apr_table_get(r->headers_out, "Connection");
    keep_alive = apr_table_get(r->headers_out, "Keep-Alive");
    room = head.len + etag.len + strlen(server) + length_of(status)
           + length_of(connection) + length_of(keep_alive) + HEAD_EXTRA;
    t.at = begin = apr_palloc(r->pool, room);
    t.end = begin + room;
    put(&t, "HTTP/1.1 ", 9);
    if (not_modified) {
        line = SLICE_LIT("304 Not Modified");
    }
    put(&t, line.p, line.len);
    put(&t, "\r\n", 2);
    put_lines(&t, lines, not_modified, etag);
    if (cache_sections_logs_fields()) {
        fill_table(r, lines, not_modified);
    }
    if (!(store_object_meta(q->pin.object)->flags & STORE_HAS_SERVER)
        && *server) {
        put_field(&t, "Server", server);
    }
    if (etag.len) {
        put(&t, "ETag: ", 6);
        put(&t, etag.p, etag.len);
        put(&t, "\r\n", 2);
    }
    put_number(&t, "Age", (uint64_t)cache_serve_age(q, o));
    if (!not_modified && !AP_STATUS_IS_HEADER_ONLY(r->status)) {
        ap_set_content_length(r, (apr_off_t)store_object_length(o));
        put_field(&t, "Content-Length",
                  apr_table_get(r->headers_out, "Content-Length"));
    }
    put_given(&t, "Cache-Status", status);
    put_given(&t, "Connection", connection);
    put_given(&t, "Keep-Alive", keep_alive);
    put(&t, "\r\n", 2);
    return slice_make(begin, t.is_full ? 0 : (size_t)(t.at - begin));
}

static void keep(void *unused)
{
    (void)unused; /* the request's pool has it */
}

/* The finished response goes to the filters of the connection. */
static int send_quick(cache_request_t *q, const store_object_t *o, slice_t head,
                      int with_body)
{
    request_rec *r = q->r;
    conn_rec *c = r->connection;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, c->bucket_alloc);
    apr_status_t rv;

    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_heap_create(head.p, head.len, keep,
                                                       c->bucket_alloc));
    r->sent_bodyct = 1;
    if (with_body) {
        cache_serve_body(r, o, 0, store_object_length(o), bb);
        r->bytes_sent = (apr_off_t)store_object_length(o);
    }
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(c->bucket_alloc));
    r->eos_sent = 1;
    rv = ap_pass_brigade(c->output_filters, bb);
    return rv == APR_SUCCESS || c->aborted ? OK : AP_FILTER_ERROR;
}

int cache_serve_quick(cache_request_t *q)
{
    request_rec *r = q->r;
    const store_object_t *o;
    precondition_e condition;
    slice_t held, head;
    int wanting;

    if (r->connection->master || r->proto_num < HTTP_VERSION(1, 1)
        || r->assbackwards || q->facts.has_range) {
        return DECLINED;
    }
    o = cache_form_find(q, q->pin.object, &wanting);
    if (!o || wanting
        || (cache_global->file && cache_form_waits(q, r, q->pin.object))) {
        return DECLINED;
    }
    condition = cache_condition(q, q->pin.object, o, &held);
    if (condition == PRECONDITION_FAILED) {
        return DECLINED;
    }
    r->status = condition == PRECONDITION_NOT_MODIFIED
                    ? HTTP_NOT_MODIFIED
                    : store_object_meta(o)->status;
    r->no_local_copy = 0;
    head = make_head(q, o, r->status == HTTP_NOT_MODIFIED, held);
    if (!head.len) {
        r->status = HTTP_OK;
        apr_table_clear(r->headers_out);
        return DECLINED;
    }
    return send_quick(q, o, head,
                      !r->header_only && r->status != HTTP_NOT_MODIFIED
                          && !AP_STATUS_IS_HEADER_ONLY(r->status));
}
