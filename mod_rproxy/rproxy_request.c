/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_request.c: one pass over r->headers_in into an array of slices, then
 * our own fields behind them.  Layer L2.  RFC 9110 sections 7.6 and 10.1.1,
 * RFC 9112 section 6.3.
 *
 * Whether bytes may go on the wire is decided where they are written
 * (http1/h1_request.h), after every rewriting. */
#include "rproxy_request.h"

#include <http_core.h>
#include <http_protocol.h>

#include "mod_rproxy.h"
#include "policy/field_names.h"
#include "policy/nominated.h"
#include "rproxy_forward.h"
#include "rproxy_private.h"

typedef struct {
    rproxy_forward_t forward;
    request_head_t *head;
    nominated_t nominated;
    slice_t vouched; /* RPROXY_NOTE_VOUCHED */
    slice_t content_length;
    slice_t transfer_encoding;
    int is_error_document;
} build_t;

int rproxy_request_is_error_document(const request_rec *r)
{
    return r->prev && ap_is_HTTP_ERROR(r->prev->status);
}

static void add_field(build_t *b, slice_t name, slice_t value)
{
    h1_field_t *field = &b->head->fields[b->head->field_count++];

    field->name = name;
    field->value = value;
}

/* Of it, or of what it has come from: fields go along, notes do not. */
static slice_t vouched_by_modules(const request_rec *r)
{
    for (; r; r = r->prev ? r->prev : r->main) {
        const char *names = apr_table_get(r->notes, RPROXY_NOTE_VOUCHED);

        if (names) {
            return slice_str(names);
        }
    }
    return slice_make(NULL, 0);
}

static int is_vouched(const build_t *b, slice_t name)
{
    return b->vouched.len && h1_list_has(b->vouched, name);
}

static void take_frame(build_t *b, field_id_e id, slice_t value)
{
    switch (id) {
    case FIELD_CONTENT_LENGTH:
        b->content_length = value;
        break;
    case FIELD_TRANSFER_ENCODING:
        b->transfer_encoding = value;
        break;
    case FIELD_HOST:
        b->forward.host = value;
        break;
    default:
        break;
    }
}

static void take_forward(build_t *b, field_id_e id, slice_t name, slice_t value)
{
    if (id == FIELD_TRACESTATE) {
        b->forward.tracestate = value;
    }
    else if (id != FIELD_X_FORWARDED_OTHER) {
        b->forward.sent[id - FIELD_FORWARD_FOR] = value;
    }
    else if (b->forward.trusted || is_vouched(b, name)) {
        add_field(b, name, value);
    }
}

/* If-Match and its like, Range: about what the client asked for, and not about
 * the page it gets in its place. */
static int is_about_another(const build_t *b, slice_t name)
{
    return b->is_error_document
           && (slice_eq_nocase(name, SLICE_LIT("range"))
               || (name.len > 3
                   && slice_eq_nocase(slice_make(name.p, 3),
                                      SLICE_LIT("if-"))));
}

static void take_field(build_t *b, slice_t name, slice_t value)
{
    int folded;
    field_id_e id = field_names_find(name, &folded);
    field_kind_e kind = field_names_kind(id);

    /* An origin that makes variables of names could not tell X_Forwarded_For
     * from the field that we vouch for. */
    if (folded
        && (kind == FIELD_KIND_HOP || kind == FIELD_KIND_FRAME
            || kind == FIELD_KIND_FORWARD)) {
        return;
    }
    switch (kind) {
    case FIELD_KIND_HOP:
        break;
    case FIELD_KIND_FRAME:
        take_frame(b, id, value);
        break;
    case FIELD_KIND_FORWARD:
        take_forward(b, id, name, value);
        break;
    default:
        if ((!nominated_has(&b->nominated, name) || is_vouched(b, name))
            && !is_about_another(b, name)) {
            add_field(b, name, value);
        }
        break;
    }
}

static int take_fields(build_t *b)
{
    apr_table_t *table = b->forward.r->headers_in;
    const apr_array_header_t *array = apr_table_elts(table);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)array->elts;
    const char *connection = apr_table_get(table, "Connection");
    size_t room = (size_t)array->nelts + RPROXY_FORWARD_MAX;
    int i;

    if (connection && nominated_add(&b->nominated, slice_str(connection))) {
        return HTTP_BAD_REQUEST;
    }
    b->head->fields = apr_palloc(b->forward.r->pool, room * sizeof(h1_field_t));
    for (i = 0; i < array->nelts; i++) {
        if (entry[i].key) {
            take_field(b, slice_str(entry[i].key), slice_str(entry[i].val));
        }
    }
    return OK;
}

/* The body of an error's request was read, or thrown away, before its
 * ErrorDocument is asked for; a subrequest never has one. */
static int has_own_body(const request_rec *r)
{
    return !r->main && !rproxy_request_is_error_document(r);
}

/* A filter of the content (inflate, say) may; those of our modules look. */
static int may_change_length(const request_rec *r)
{
    const ap_filter_t *f = r->input_filters;

    while (f && f != r->proto_input_filters
           && strncmp(f->frec->name, "rproxy_", 7) == 0) {
        f = f->next;
    }
    return f != r->proto_input_filters;
}

/* mod_http2 marks a body of unknown length by Transfer-Encoding as well. */
static int frame_body(const build_t *b)
{
    const request_rec *r = b->forward.r;
    request_head_t *head = b->head;

    head->body = BODY_NONE;
    head->content_length = 0;
    head->expect_continue = 0;
    if (!has_own_body(r)) {
        return OK;
    }
    head->expect_continue =
        r->expecting_100 && r->proto_num >= HTTP_VERSION(1, 1);
    if (b->transfer_encoding.len) {
        head->body = BODY_STREAM;
        if (r->proto_num < HTTP_VERSION(1, 1)) {
            return HTTP_BAD_REQUEST; /* RFC 9112 6.1: faulty framing */
        }
        return slice_eq_nocase(b->transfer_encoding, SLICE_LIT("chunked"))
                   ? OK
                   : HTTP_NOT_IMPLEMENTED;
    }
    if (!b->content_length.p) {
        return OK;
    }
    if (h1_parse_length(b->content_length, &head->content_length) != 0) {
        return HTTP_BAD_REQUEST;
    }
    if (!head->content_length) {
        head->expect_continue = 0;
    }
    head->body = head->content_length > 0 && may_change_length(r) ? BODY_STREAM
                                                                  : BODY_LENGTH;
    return OK;
}

static void set_method(const request_rec *r, request_head_t *head)
{
    head->method = slice_str(r->method);
    head->is_head = slice_eq(head->method, SLICE_LIT("HEAD"));
    switch (r->method_number) {
    case M_GET: /* and HEAD */
    case M_OPTIONS:
    case M_TRACE:
        head->is_safe = head->is_idempotent = 1;
        break;
    case M_PUT:
    case M_DELETE:
        head->is_idempotent = 1;
        break;
    default:
        break;
    }
}

static slice_t choose_host(const build_t *b)
{
    const settings_t *settings = b->forward.settings;

    if (settings->host_override) {
        return slice_str(settings->host_override);
    }
    if (SETTING(settings, preserve_host)) {
        return b->forward.host.len ? b->forward.host
                                   : slice_str(b->forward.r->hostname);
    }
    return SLICE_LIT("");
}

int rproxy_request_build(request_rec *r, const route_match_t *match,
                         const settings_t *settings, request_head_t *head)
{
    build_t b = { .head = head };
    int status;

    if (r->method_number == M_CONNECT) {
        return HTTP_METHOD_NOT_ALLOWED;
    }
    b.forward.r = r;
    b.forward.settings = settings;
    b.forward.trusted = rproxy_forward_trusted(r);
    b.vouched = vouched_by_modules(r);
    b.is_error_document = rproxy_request_is_error_document(r);

    memset(head, 0, sizeof(*head));
    set_method(r, head);
    head->target = slice_str(match->upstream_uri);
    status = take_fields(&b);
    if (status == OK) {
        status = frame_body(&b);
    }
    if (status != OK) {
        return status;
    }
    head->host = choose_host(&b);
    rproxy_forward_add(&b.forward, head);
    return OK;
}

const char *rproxy_request_id(request_rec *r)
{
    for (; r; r = r->prev ? r->prev : r->main) {
        const char *id = apr_table_get(r->notes, RPROXY_NOTE_REQUEST_ID);

        if (id) {
            return id;
        }
    }
    return NULL;
}
