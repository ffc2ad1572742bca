/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* request_text.c: see request_text.h.  Layer L1. */
#include "request_text.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

enum {
    FIELDS_MAX = 1000
};

typedef struct {
    const char *p, *end;
    int number; /* of the line that was read last */
    apr_pool_t *pool;
    apr_array_header_t *fields; /* of waf_field_t */
} text_reader_t;

static slice_t next_line(text_reader_t *r)
{
    size_t left = (size_t)(r->end - r->p);
    const char *line_end = left ? memchr(r->p, '\n', left) : NULL;
    slice_t line =
        slice_make(r->p, line_end ? (size_t)(line_end - r->p) : left);

    r->p = line_end ? line_end + 1 : r->end;
    r->number++;
    if (line.len && line.p[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

static const char *wrong(const text_reader_t *r, const char *what)
{
    return apr_psprintf(r->pool, "line %d: %s", r->number, what);
}

/* ---- the first line ---- */

static slice_t word_of(slice_t *rest)
{
    size_t n = 0;
    slice_t word;

    while (n < rest->len && rest->p[n] != ' ') {
        n++;
    }
    word = slice_make(rest->p, n);
    while (n < rest->len && rest->p[n] == ' ') {
        n++;
    }
    *rest = slice_make(rest->p + n, rest->len - n);
    return word;
}

/* A target with a space in it is taken with it: the protocol is the last. */
static const char *read_first_line(text_reader_t *r, waf_head_t *head)
{
    slice_t rest;
    size_t n;

    head->line = rest = next_line(r);
    head->method = word_of(&rest);
    for (n = rest.len; n && rest.p[n - 1] != ' '; n--) {
    }
    if (head->method.len == 0 || n < 2 || n == rest.len) {
        return wrong(r, "not a request line, as GET /path HTTP/1.1");
    }
    head->protocol = slice_make(rest.p + n, rest.len - n);
    head->uri_raw = slice_make(rest.p, n - 1);
    return NULL;
}

/* ---- fields ---- */

static waf_field_t *find_named(const text_reader_t *r, slice_t name)
{
    int i;

    for (i = 0; i < r->fields->nelts; i++) {
        waf_field_t *field = &APR_ARRAY_IDX(r->fields, i, waf_field_t);

        if (slice_eq_nocase(field->name, name)) {
            return field;
        }
    }
    return NULL;
}

static slice_t value_of(const text_reader_t *r, slice_t name)
{
    const waf_field_t *field = find_named(r, name);

    return field ? field->value : slice_make(NULL, 0);
}

static void add_named_field(text_reader_t *r, slice_t name, slice_t value)
{
    waf_field_t *field = find_named(r, name);
    char *joined;

    if (!field) {
        field = apr_array_push(r->fields);
        field->name = name;
        field->value = value;
        return;
    }
    joined = apr_palloc(r->pool, field->value.len + 2 + value.len);
    memcpy(joined, field->value.p, field->value.len);
    memcpy(joined + field->value.len, ", ", 2);
    memcpy(joined + field->value.len + 2, value.p, value.len);
    field->value = slice_make(joined, field->value.len + 2 + value.len);
}

/* Lines are counted, not names: many of one name are joined again and again. */
static const char *read_fields(text_reader_t *r)
{
    slice_t line;

    while (r->p < r->end && (line = next_line(r)).len) {
        const char *colon = memchr(line.p, ':', line.len);

        if (!colon || colon == line.p) {
            return wrong(r, "not a field, as Name: value");
        }
        if (r->number > 1 + FIELDS_MAX) {
            return wrong(r, "more than 1000 fields");
        }
        add_named_field(r, slice_make(line.p, (size_t)(colon - line.p)),
                        slice_trim(
                            slice_make(colon + 1, (size_t)(line.p + line.len
                                                           - colon - 1))));
    }
    return NULL;
}

/* ---- body ---- */

/* @return 0: no number, or none that can be */
static int read_size(slice_t text, int base, size_t *size)
{
    size_t i;

    for (i = 0, *size = 0; i < text.len; i++) {
        int digit = char_hex((unsigned char)text.p[i]);

        if (digit < 0 || digit >= base) {
            break;
        }
        if (*size > SIZE_MAX / 32) {
            return 0;
        }
        *size = *size * (size_t)base + (size_t)digit;
    }
    return i > 0;
}

/* RFC 9112 section 7.1, without its trailers. */
static const char *read_chunks(text_reader_t *r, slice_t *body)
{
    char *to = apr_palloc(r->pool, (size_t)(r->end - r->p) + 1);
    size_t size;

    *body = slice_make(to, 0);
    do {
        if (!read_size(next_line(r), 16, &size)) {
            return wrong(r, "not the size of a chunk");
        }
        if (size > (size_t)(r->end - r->p)) {
            return wrong(r, "a chunk is longer than what there is");
        }
        memcpy(to + body->len, r->p, size);
        body->len += size;
        r->p += size;
        if (size && next_line(r).len) {
            return wrong(r, "a chunk is longer than its size");
        }
    } while (size);
    return NULL;
}

static const char *read_body(text_reader_t *r, slice_t *body)
{
    slice_t length = value_of(r, SLICE_LIT("Content-Length"));
    size_t size;

    if (slice_eq_nocase(value_of(r, SLICE_LIT("Transfer-Encoding")),
                        SLICE_LIT("chunked"))) {
        return read_chunks(r, body);
    }
    *body = slice_make(r->p, (size_t)(r->end - r->p));
    if (length.p && !read_size(length, 10, &size)) {
        return "Content-Length is not a number";
    }
    if (length.p && size < body->len) {
        body->len = size;
    }
    return NULL;
}

/* ---- what httpd makes of it ---- */

static slice_t decoded(slice_t path, apr_pool_t *pool)
{
    const unsigned char *p = (const unsigned char *)path.p, *end = p + path.len;
    char *out = apr_palloc(pool, path.len + 1), *to = out;

    while (p < end) {
        int is_escape = *p == '%' && char_are_hex(p + 1, end, 2);

        *to++ = is_escape ? (char)char_hex_pair(p + 1) : (char)*p;
        p += is_escape ? 3 : 1;
    }
    return slice_make(out, (size_t)(to - out));
}

/* Without "//" and dot segments (RFC 3986 section 5.2.4). */
static slice_t without_dots(slice_t path, char *out)
{
    size_t from = 0, to = 0;

    while (from < path.len) {
        size_t n = from;
        slice_t segment;

        while (n < path.len && path.p[n] != '/') {
            n++;
        }
        segment = slice_make(path.p + from, n - from);
        n += n < path.len;
        if (slice_eq(segment, SLICE_LIT(".."))) {
            to -= to > 1;
            while (to > 1 && out[to - 1] != '/') {
                to--;
            }
        }
        else if (from == 0 || segment.len > 1
                 || (segment.len && *segment.p != '.')) {
            memmove(out + to, path.p + from, n - from);
            to += n - from;
        }
        from = n;
    }
    return slice_make(out, to);
}

static slice_t mapped_path(slice_t uri_raw, apr_pool_t *pool)
{
    slice_t path, query;

    request_head_target(uri_raw, &path, &query);
    path = decoded(path, pool);
    return without_dots(path, apr_palloc(pool, path.len + 1));
}

/* The host of "http://host/path" is the host, whatever the field says. */
static void take_host(text_reader_t *r, slice_t uri_raw)
{
    slice_t path, query, name = SLICE_LIT("Host"), host;
    const char *colon = memchr(uri_raw.p, ':', uri_raw.len);
    waf_field_t *field = find_named(r, name);

    request_head_target(uri_raw, &path, &query);
    if (!colon || path.p - colon < 3 || memcmp(colon, "://", 3) != 0) {
        return;
    }
    host = slice_make(colon + 3, (size_t)(path.p - colon - 3));
    if (field) {
        field->value = host;
    }
    else {
        add_named_field(r, name, host);
    }
}

static slice_t host_without_port(slice_t host)
{
    size_t n = host.len;

    while (n && char_is_digit((unsigned char)host.p[n - 1])) {
        n--;
    }
    return n && host.p[n - 1] == ':' ? slice_make(host.p, n - 1) : host;
}

static void know(text_reader_t *r, request_text_t *request)
{
    const slice_t here = SLICE_LIT("127.0.0.1");
    waf_head_t *head = &request->head;

    take_host(r, head->uri_raw);
    head->field = (const waf_field_t *)r->fields->elts;
    head->field_count = r->fields->nelts;
    head->client = head->server_addr = here;
    head->server_port = 80;
    head->server_name = host_without_port(value_of(r, SLICE_LIT("Host")));
    request->content_type = value_of(r, SLICE_LIT("Content-Type"));
    request->mapped.path = mapped_path(head->uri_raw, r->pool);
    request->mapped.path_info = SLICE_LIT("");
}

const char *request_text_read(slice_t text, request_text_t *request,
                              apr_pool_t *pool)
{
    text_reader_t r = { text.p, text.p + text.len, 0, pool,
                        apr_array_make(pool, 16, sizeof(waf_field_t)) };
    const char *error;

    memset(request, 0, sizeof(*request));
    error = read_first_line(&r, &request->head);
    if (!error) {
        error = read_fields(&r);
    }
    if (!error) {
        error = read_body(&r, &request->body);
    }
    if (!error) {
        know(&r, request);
    }
    return error;
}
