/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_forward.c: X-Forwarded-*, X-Real-IP, Forwarded, Via, X-Request-ID and
 * traceparent for the origin.  Layer L2.  RFC 7239, RFC 9110 section 7.6.3,
 * W3C Trace Context.
 *
 * One row of forward_fields for each: how ours is made.  Values point to what
 * lives as long as the request, or are written to its pool. */
#include "rproxy_forward.h"

#include <http_core.h>
#include <http_protocol.h>
#include <apr_strings.h>

#include "policy/field_names.h"
#include "policy/forwarded.h"
#include "policy/trace_id.h"
#include "rproxy_private.h"
#include "rproxy_random.h"
#include "rproxy_request.h"

#define X(id, name, preset)                                             \
    _Static_assert((int)FIELD_##id - (int)FIELD_FORWARD_FOR == (int)id, \
                   "the settings and the names have one order");
FORWARD_FIELDS(X)
#undef X

int rproxy_forward_trusted(const request_rec *r)
{
    const apr_array_header_t *trusted = rproxy_server_conf(r->server)->trusted;
    int i;

    if (!trusted) {
        return 0;
    }
    for (i = 0; i < trusted->nelts; i++) {
        if (apr_ipsubnet_test(APR_ARRAY_IDX(trusted, i, apr_ipsubnet_t *),
                              r->connection->client_addr)) {
            return 1;
        }
    }
    return 0;
}

forward_e rproxy_forward_mode(const settings_t *settings, forward_field_e field)
{
    return (forward_e)SETTING(settings, forward[field]);
}

/* ---- the parts ---------------------------------------------------------- */

static text_t pool_text(apr_pool_t *pool, size_t cap)
{
    return text_make(apr_palloc(pool, cap), cap);
}

static slice_t client_address(const request_rec *r)
{
    return slice_str(r->useragent_ip ? r->useragent_ip
                                     : r->connection->client_ip);
}

static slice_t scheme_of(const request_rec *r)
{
    const char *scheme = ap_http_scheme(r);

    return strcmp(scheme, "https") == 0 ? SLICE_LIT("https")
                                        : SLICE_LIT("http");
}

slice_t rproxy_forward_pseudonym(const request_rec *r)
{
    const char *name = r->server->server_hostname;

    return name && *name ? slice_str(name) : SLICE_LIT("rproxy");
}

/* ---- our values --------------------------------------------------------- */

static slice_t make_for(rproxy_forward_t *f, slice_t sent)
{
    slice_t client = client_address(f->r);
    text_t text;

    if (!sent.len) {
        return client;
    }
    text = pool_text(f->r->pool, sent.len + 2 + client.len);
    forwarded_list_begin(&text, sent);
    text_put(&text, client);
    return text_slice(&text);
}

static slice_t make_proto(rproxy_forward_t *f, slice_t sent)
{
    return sent.len ? sent : scheme_of(f->r);
}

static slice_t make_host(rproxy_forward_t *f, slice_t sent)
{
    return sent.len ? sent : f->host;
}

static slice_t make_port(rproxy_forward_t *f, slice_t sent)
{
    apr_port_t port;

    if (sent.len) {
        return sent;
    }
    port = ap_get_server_port(f->r);
    switch (port) {
    case 80:
        return SLICE_LIT("80");
    case 443:
        return SLICE_LIT("443");
    default:
        return slice_str(apr_itoa(f->r->pool, port));
    }
}

static slice_t make_real_ip(rproxy_forward_t *f, slice_t sent)
{
    return sent.len ? sent : client_address(f->r);
}

static slice_t make_rfc7239(rproxy_forward_t *f, slice_t sent)
{
    slice_t client = client_address(f->r), proto = scheme_of(f->r);
    text_t text = pool_text(f->r->pool,
                            sent.len + 2
                                + FORWARDED_ELEMENT_MAX(client.len, f->host.len,
                                                        proto.len));

    forwarded_list_begin(&text, sent);
    forwarded_element(&text, client, f->host, proto);
    return text_slice(&text);
}

static slice_t make_via(rproxy_forward_t *f, slice_t sent)
{
    slice_t name = rproxy_forward_pseudonym(f->r);
    text_t text =
        pool_text(f->r->pool, sent.len + 2 + FORWARDED_VIA_MAX + name.len);

    forwarded_list_begin(&text, sent);
    forwarded_via(&text, HTTP_VERSION_MAJOR(f->r->proto_num),
                  HTTP_VERSION_MINOR(f->r->proto_num), name);
    return text_slice(&text);
}

/* One id for a request and everything it becomes inside the server.  Values of
 * r->headers_in end with a NUL. */
static slice_t make_request_id(rproxy_forward_t *f, slice_t sent)
{
    const char *known = rproxy_request_id(f->r);
    const unsigned char *random;
    char *id;

    if (known) {
        return slice_str(known);
    }
    if (sent.len && request_id_is_valid(sent)) {
        apr_table_setn(f->r->notes, RPROXY_NOTE_REQUEST_ID, sent.p);
        return sent;
    }
    random = rproxy_random_bytes(REQUEST_ID_RANDOM);
    if (!random) {
        return SLICE_LIT("");
    }
    id = apr_palloc(f->r->pool, REQUEST_ID_LEN + 1);
    request_id_make(id, random);
    id[REQUEST_ID_LEN] = '\0';
    apr_table_setn(f->r->notes, RPROXY_NOTE_REQUEST_ID, id);
    return slice_make(id, REQUEST_ID_LEN);
}

static slice_t make_traceparent(rproxy_forward_t *f, slice_t sent)
{
    const unsigned char *random;
    char *value;

    if (sent.len && traceparent_is_valid(sent)) {
        return sent;
    }
    /* State of a trace that ends here (Trace Context section 3.3). */
    f->tracestate = SLICE_LIT("");
    random = rproxy_random_bytes(TRACEPARENT_RANDOM);
    if (!random) {
        return SLICE_LIT("");
    }
    value = apr_palloc(f->r->pool, TRACEPARENT_LEN);
    traceparent_make(value, random);
    return slice_make(value, TRACEPARENT_LEN);
}

/* Makes the value that is sent.  @param sent what came in and counts, in mode
 * append only; else empty.  An empty result is not sent. */
typedef slice_t forward_make_fn(rproxy_forward_t *f, slice_t sent);

static forward_make_fn *const makers[FORWARD_FIELD_COUNT] = {
    [FORWARD_FOR] = make_for,
    [FORWARD_PROTO] = make_proto,
    [FORWARD_HOST] = make_host,
    [FORWARD_PORT] = make_port,
    [FORWARD_REAL_IP] = make_real_ip,
    [FORWARD_RFC7239] = make_rfc7239,
    [FORWARD_VIA] = make_via,
    [FORWARD_REQUEST_ID] = make_request_id,
    [FORWARD_TRACEPARENT] = make_traceparent,
};

static void add_field(request_head_t *head, field_id_e id, slice_t value)
{
    h1_field_t *field;

    if (value.len) {
        field = &head->fields[head->field_count++];
        field->name = slice_str(field_names_text(id));
        field->value = value;
    }
}

/* Via tells of the way, not of the client: nobody has to be trusted. */
static slice_t believed(const rproxy_forward_t *f, int field)
{
    return f->trusted || field == FORWARD_VIA ? f->sent[field] : SLICE_LIT("");
}

static slice_t pass(const rproxy_forward_t *f, int field)
{
    slice_t sent = f->sent[field];

    if (field == FORWARD_REQUEST_ID && sent.len) {
        apr_table_setn(f->r->notes, RPROXY_NOTE_REQUEST_ID, sent.p);
    }
    return sent;
}

void rproxy_forward_add(rproxy_forward_t *forward, request_head_t *head)
{
    int field;

    for (field = 0; field < FORWARD_FIELD_COUNT; field++) {
        slice_t value = SLICE_LIT("");

        switch (rproxy_forward_mode(forward->settings, field)) {
        case FORWARD_OFF:
            break;
        case FORWARD_ON:
            value = makers[field](forward, value);
            break;
        case FORWARD_APPEND:
            value = makers[field](forward, believed(forward, field));
            break;
        case FORWARD_PASS:
            value = pass(forward, field);
            break;
        }
        add_field(head, FIELD_FORWARD_FOR + field, value);
    }
    if (rproxy_forward_mode(forward->settings, FORWARD_TRACEPARENT)
        != FORWARD_OFF) {
        add_field(head, FIELD_TRACESTATE, forward->tracestate);
    }
}

/* ---- the public name ---------------------------------------------------- */

/* First element of a list that a trusted peer sent; empty otherwise. */
static slice_t trusted_value(const request_rec *r, const char *name)
{
    slice_t list, first = SLICE_LIT("");

    if (rproxy_forward_trusted(r)) {
        list = slice_str(apr_table_get(r->headers_in, name));
        h1_list_next(&list, &first);
    }
    return first;
}

slice_t rproxy_forward_public_scheme(request_rec *r)
{
    slice_t sent = trusted_value(r, "X-Forwarded-Proto");

    if (slice_eq_nocase(sent, SLICE_LIT("https"))) {
        return SLICE_LIT("https");
    }
    if (slice_eq_nocase(sent, SLICE_LIT("http"))) {
        return SLICE_LIT("http");
    }
    return scheme_of(r);
}

slice_t rproxy_forward_public_authority(request_rec *r)
{
    slice_t sent = trusted_value(r, "X-Forwarded-Host");
    const char *host;
    apr_port_t port;

    if (sent.len) {
        return sent;
    }
    host = apr_table_get(r->headers_in, "Host");
    if (host && *host) {
        return slice_str(host);
    }
    host = ap_get_server_name_for_url(r);
    port = ap_get_server_port(r);
    if (!ap_is_default_port(port, r)) {
        host = apr_psprintf(r->pool, "%s:%u", host, (unsigned)port);
    }
    return slice_str(host);
}
