/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_response.c: the head of an upstream's response, made the client's.
 * Layer L2.  RFC 9110 sections 7.6 and 15.2, RFC 9112 section 6.
 *
 * What is kept is copied to r->pool; common names are static.  Names of the
 * origin in values are exchanged by rproxy_reference.h. */
#include "rproxy_response.h"

#include <stdlib.h>

#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <apr_strings.h>

#include "policy/field_names.h"
#include "policy/forwarded.h"
#include "policy/hidden.h"
#include "policy/nominated.h"
#include "rproxy_forward.h"
#include "rproxy_private.h"
#include "rproxy_reference.h"
#include "rproxy_request.h"

typedef struct {
    request_rec *r;
    const settings_t *settings;
    nominated_t nominated;
    rproxy_reference_t reference;
} fill_t;

/* ---- fields ------------------------------------------------------------- */

static int is_hidden(const fill_t *f, slice_t name, field_kind_e kind)
{
    const apr_array_header_t *hide = f->settings->hide;

    return (kind == FIELD_KIND_REVEAL && SETTING(f->settings, hide_defaults))
           || (hide
               && hidden_is_listed(name, (const char *const *)hide->elts,
                                   (size_t)hide->nelts));
}

/* Not for the client: of the connection, of the framing, or hidden. */
static int is_dropped(const fill_t *f, slice_t name, field_id_e id)
{
    field_kind_e kind = field_names_kind(id);

    if (id == FIELD_FORWARD_VIA) {
        forward_e mode = rproxy_forward_mode(f->settings, FORWARD_VIA);

        return mode == FORWARD_OFF || mode == FORWARD_ON;
    }
    /* Proxy-Authenticate is nobody's here: the client knows no proxy. */
    return kind == FIELD_KIND_HOP || kind == FIELD_KIND_FRAME
           || is_hidden(f, name, kind) || nominated_has(&f->nominated, name);
}

static const char *copy_value(fill_t *f, field_id_e id, slice_t value)
{
    if (field_names_kind(id) == FIELD_KIND_REFERENCE
        && SETTING(f->settings, rewrite)) {
        return rproxy_reference_map(&f->reference, id, value);
    }
    return apr_pstrmemdup(f->r->pool, value.p, value.len);
}

static const char *copy_name(apr_pool_t *pool, field_id_e id, slice_t name)
{
    const char *text = field_names_text(id);

    return text ? text : apr_pstrmemdup(pool, name.p, name.len);
}

/* @return OK or HTTP_BAD_GATEWAY */
static int take_field(fill_t *f, const h1_field_t *field, apr_table_t *out)
{
    int folded;
    field_id_e id = field_names_find(field->name, &folded);
    const char *value;

    if (folded) {
        id = FIELD_OTHER;
    }
    if (!h1_is_token(field->name) || !h1_is_field_value(field->value)) {
        return HTTP_BAD_GATEWAY;
    }
    if (is_dropped(f, field->name, id)) {
        return OK;
    }
    value = copy_value(f, id, field->value);
    if (!value) {
        return HTTP_BAD_GATEWAY;
    }
    if (id == FIELD_CONTENT_TYPE && out == f->r->headers_out) {
        /* The first one counts; httpd writes it out from here. */
        if (!f->r->content_type) {
            ap_set_content_type(f->r, value);
        }
        return OK;
    }
    apr_table_addn(out, copy_name(f->r->pool, id, field->name), value);
    return OK;
}

static int take_nominated(fill_t *f, const h1_response_t *response)
{
    size_t i;

    for (i = 0; i < response->field_count; i++) {
        const h1_field_t *field = &response->fields[i];

        if (slice_eq_nocase(field->name, SLICE_LIT("connection"))
            && nominated_add(&f->nominated, field->value) != 0) {
            return HTTP_BAD_GATEWAY;
        }
    }
    return OK;
}

static int take_fields(fill_t *f, const h1_response_t *response,
                       apr_table_t *out)
{
    int status = take_nominated(f, response);
    size_t i;

    for (i = 0; status == OK && i < response->field_count; i++) {
        status = take_field(f, &response->fields[i], out);
    }
    return status;
}

/* ---- the head as a whole ------------------------------------------------ */

/* The page for an error does not make it a success. */
static int keeps_error(const request_rec *r, int status)
{
    return ap_is_HTTP_SUCCESS(status) && rproxy_request_is_error_document(r);
}

/* httpd's own line where it says the same: no copy. */
static int set_status(request_rec *r, const h1_response_t *response)
{
    const char *usual = ap_get_status_line(response->status);
    slice_t reason = response->reason;

    if (!h1_is_field_value(reason)) {
        return HTTP_BAD_GATEWAY;
    }
    if (keeps_error(r, response->status)) {
        r->status = r->prev->status;
        r->status_line = ap_get_status_line(r->status);
        return OK;
    }
    r->status = response->status;
    if (atoi(usual) == response->status
        && (!reason.len || slice_eq(reason, slice_str(usual + 4)))) {
        r->status_line = usual;
    }
    else {
        r->status_line = apr_psprintf(r->pool, "%d %.*s", response->status,
                                      (int)reason.len, reason.p);
    }
    return OK;
}

/* What modules concluded from the name of a file (mod_mime, from "x.tar.gz")
 * says nothing about what the origin sent. */
static void forget_guesses(request_rec *r)
{
    ap_set_content_type(r, NULL);
    r->content_encoding = NULL;
    r->content_languages = NULL;
}

static void set_length(request_rec *r, const h1_framing_t *framing)
{
    apr_table_unset(r->headers_out, "Content-Length");
    if (framing->length >= 0
        && (framing->kind == H1_BODY_LENGTH
            || (framing->kind == H1_BODY_NONE
                && (r->header_only || r->status == HTTP_NOT_MODIFIED)))) {
        ap_set_content_length(r, framing->length);
    }
}

static void add_via(const fill_t *f, const h1_response_t *response)
{
    forward_e mode = rproxy_forward_mode(f->settings, FORWARD_VIA);
    slice_t name;
    text_t text;
    size_t cap;

    if (mode != FORWARD_ON && mode != FORWARD_APPEND) {
        return;
    }
    name = rproxy_forward_pseudonym(f->r);
    cap = FORWARDED_VIA_MAX + name.len;
    text = text_make(apr_palloc(f->r->pool, cap + 1), cap);
    forwarded_via(&text, 1, response->minor, name);
    text.buf[text.len] = '\0';
    apr_table_addn(f->r->headers_out, "Via", text.buf);
}

/* Tells the client the id that we made; one that it sent it knows, and one
 * that the origin sends is the origin's to choose. */
static void add_request_id(const fill_t *f)
{
    forward_e mode = rproxy_forward_mode(f->settings, FORWARD_REQUEST_ID);
    const char *id, *sent;

    if (mode != FORWARD_ON && mode != FORWARD_APPEND) {
        return;
    }
    id = rproxy_request_id(f->r);
    sent = apr_table_get(f->r->headers_in, "X-Request-ID");
    if (id && !(sent && strcmp(id, sent) == 0)
        && !apr_table_get(f->r->headers_out, "X-Request-ID")) {
        apr_table_setn(f->r->headers_out, "X-Request-ID", id);
    }
}

int rproxy_response_fill(request_rec *r, const route_match_t *match,
                         const settings_t *settings, const member_t *member,
                         const h1_response_t *response,
                         const h1_framing_t *framing)
{
    fill_t f = { .r = r,
                 .settings = settings,
                 .reference = { r, match, settings, member } };
    int status;

    forget_guesses(r);
    status = take_fields(&f, response, r->headers_out);
    if (status == OK) {
        status = set_status(r, response);
    }
    if (status != OK) {
        forget_guesses(r);
        apr_table_clear(r->headers_out);
        return status;
    }
    /* httpd keeps Date and Server of a proxied response only. */
    if (r->proxyreq == PROXYREQ_NONE) {
        r->proxyreq = PROXYREQ_REVERSE;
    }
    set_length(r, framing);
    add_via(&f, response);
    add_request_id(&f);
    return OK;
}

/* Fields without which the status would be of no use to the client. */
static void keep_for_error(request_rec *r, const char *name)
{
    const char *value = apr_table_get(r->headers_out, name);

    if (value) {
        apr_table_setn(r->err_headers_out, name, value);
    }
}

int rproxy_response_override(request_rec *r, const settings_t *settings)
{
    int status = r->status;

    if (!SETTING(settings, error_override) || !ap_is_HTTP_ERROR(status)
        || rproxy_request_is_error_document(r)) {
        return OK;
    }
    keep_for_error(r, "WWW-Authenticate");
    keep_for_error(r, "Retry-After");
    /* ErrorDocument would take anything else for an error within an error. */
    r->status = HTTP_OK;
    r->status_line = NULL;
    r->clength = 0;
    forget_guesses(r);
    apr_table_clear(r->headers_out);
    return status;
}

void rproxy_response_interim(request_rec *r, const route_match_t *match,
                             const settings_t *settings, const member_t *member,
                             const h1_response_t *response)
{
    apr_table_t *headers_out = r->headers_out;
    const char *status_line = r->status_line;
    int status = r->status;
    fill_t f = { .r = r,
                 .settings = settings,
                 .reference = { r, match, settings, member } };
    apr_table_t *fields = apr_table_make(r->pool, 4);

    if (response->status == HTTP_SWITCHING_PROTOCOLS
        || (response->status == HTTP_EARLY_HINTS
            && take_fields(&f, response, fields) != OK)
        || set_status(r, response) != OK) {
        return;
    }
    r->headers_out = fields;
    ap_send_interim_response(r, 1);
    r->headers_out = headers_out;
    r->status = status;
    r->status_line = status_line;
}
