/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_head.c: see cache_head.h.  Layer L2. */
#include "cache_head.h"

#include <apr_date.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>

#include "policy/merge.h"

static void add(apr_array_header_t *list, const char *name, const char *value)
{
    h1_field_t *field = apr_array_push(list);

    field->name = slice_str(name);
    field->value = slice_trim(slice_str(value));
}

static void add_table(apr_array_header_t *list, const apr_table_t *table,
                      const request_rec *r)
{
    const apr_array_header_t *fields = apr_table_elts(table);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    int i;

    for (i = 0; i < fields->nelts; i++) {
        if ((r->content_type && strcasecmp(entry[i].key, "Content-Type") == 0)
            || (r->content_encoding
                && strcasecmp(entry[i].key, "Content-Encoding") == 0)) {
            continue;
        }
        add(list, entry[i].key, entry[i].val);
    }
}

const h1_field_t *cache_head_fields(request_rec *r, size_t *count)
{
    apr_array_header_t *list = apr_array_make(r->pool, 16, sizeof(h1_field_t));
    int i;

    add_table(list, r->headers_out, r);
    add_table(list, r->err_headers_out, r);
    if (r->content_type) {
        add(list, "Content-Type", ap_make_content_type(r, r->content_type));
    }
    if (r->content_encoding) {
        add(list, "Content-Encoding", r->content_encoding);
    }
    for (i = 0; r->content_languages && i < r->content_languages->nelts; i++) {
        add(list, "Content-Language",
            APR_ARRAY_IDX(r->content_languages, i, const char *));
    }
    *count = (size_t)list->nelts;
    return (const h1_field_t *)list->elts;
}

slice_t cache_head_write(apr_pool_t *pool, slice_t status_line,
                         const h1_field_t *fields, size_t count)
{
    size_t i, len = status_line.len + 2;
    char *text, *at;

    for (i = 0; i < count; i++) {
        len += fields[i].name.len + fields[i].value.len + 4;
    }
    at = text = apr_palloc(pool, len);
    memcpy(at, status_line.p, status_line.len);
    at += status_line.len;
    *at++ = '\r';
    *at++ = '\n';
    for (i = 0; i < count; i++) {
        memcpy(at, fields[i].name.p, fields[i].name.len);
        at += fields[i].name.len;
        *at++ = ':';
        *at++ = ' ';
        if (fields[i].value.len) {
            memcpy(at, fields[i].value.p, fields[i].value.len);
            at += fields[i].value.len;
        }
        *at++ = '\r';
        *at++ = '\n';
    }
    return slice_make(text, len);
}

static slice_t connection_of(const h1_field_t *fields, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Connection"))) {
            return fields[i].value;
        }
    }
    return slice_make(NULL, 0);
}

slice_t cache_head_text(request_rec *r, const h1_field_t *fields, size_t count,
                        slice_t no_cache, slice_t is_private)
{
    h1_field_t *kept = apr_palloc(r->pool, (count + 1) * sizeof(*kept));
    slice_t connection = connection_of(fields, count);
    const char *line = r->status_line && atoi(r->status_line) == r->status
                           ? r->status_line
                           : ap_get_status_line(r->status);
    char date[APR_RFC822_DATE_LEN];
    size_t i, n = 0;
    int has_date = 0;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(fields[i].name, SLICE_LIT("Content-Length"))
            || (AP_STATUS_IS_HEADER_ONLY(r->status) /* as httpd's own filter */
                && slice_eq_nocase(fields[i].name, SLICE_LIT("Content-Type")))
            || !merge_is_stored(fields[i].name, connection, no_cache,
                                is_private)) {
            continue;
        }
        has_date |= slice_eq_nocase(fields[i].name, SLICE_LIT("Date"));
        kept[n++] = fields[i];
    }
    if (!has_date) {
        apr_rfc822_date(date, r->request_time);
        kept[n].name = SLICE_LIT("Date");
        kept[n++].value = slice_str(date);
    }
    return cache_head_write(r->pool, slice_str(line), kept, n);
}

/* ---- the other way ---- */

static slice_t next_line(slice_t *rest)
{
    const char *end = memchr(rest->p, '\r', rest->len);
    slice_t line =
        slice_make(rest->p, end ? (size_t)(end - rest->p) : rest->len);

    rest->p += line.len + (end ? 2 : 0);
    rest->len -= line.len + (end ? 2 : 0);
    return line;
}

slice_t cache_head_status(slice_t text)
{
    return next_line(&text);
}

const h1_field_t *cache_head_read(apr_pool_t *pool, slice_t text, size_t *count)
{
    apr_array_header_t *list = apr_array_make(pool, 16, sizeof(h1_field_t));

    next_line(&text);
    while (text.len) {
        slice_t line = next_line(&text);
        const char *colon = memchr(line.p, ':', line.len);
        h1_field_t *field;
        if (!colon) {
            continue;
        }
        field = apr_array_push(list);
        field->name = slice_make(line.p, (size_t)(colon - line.p));
        field->value =
            slice_trim(slice_make(colon + 1, line.len - field->name.len - 1));
    }
    *count = (size_t)list->nelts;
    return (const h1_field_t *)list->elts;
}

static void apply_field(request_rec *r, const h1_field_t *field)
{
    char *name = apr_pstrmemdup(r->pool, field->name.p, field->name.len);
    char *value = apr_pstrmemdup(r->pool, field->value.p ? field->value.p : "",
                                 field->value.len);

    if (strcasecmp(name, "Content-Type") == 0) {
        ap_set_content_type(r, value);
    }
    else if (strcasecmp(name, "Content-Encoding") == 0) {
        r->content_encoding = value;
    }
    else {
        apr_table_addn(r->headers_out, name, value);
    }
}

void cache_head_apply(request_rec *r, slice_t text, int status)
{
    size_t i, count;
    const h1_field_t *fields = cache_head_read(r->pool, text, &count);
    slice_t line = cache_head_status(text);

    apr_table_clear(r->headers_out);
    apr_table_clear(r->err_headers_out);
    r->content_type = NULL;
    r->content_encoding = NULL;
    r->content_languages = NULL;
    for (i = 0; i < count; i++) {
        apply_field(r, &fields[i]);
    }
    r->status = status;
    r->status_line = line.len && atoi(line.p) == status
                         ? apr_pstrmemdup(r->pool, line.p, line.len)
                         : NULL;
    if (r->proxyreq == PROXYREQ_NONE) {
        r->proxyreq = PROXYREQ_REVERSE; /* or Date would be today's */
    }
}

void cache_head_remove(request_rec *r, const char *name)
{
    apr_table_unset(r->headers_out, name);
    apr_table_unset(r->err_headers_out, name);
}
