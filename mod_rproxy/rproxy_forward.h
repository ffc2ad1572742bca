/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_forward.h: the request fields that tell the origin about the client
 * (RProxyForward), and whose word about the client counts (RProxyTrusted).
 * Layer L2.  RFC 7239, RFC 9110 section 7.6.3, W3C Trace Context. */
#ifndef RPROXY_FORWARD_H
#define RPROXY_FORWARD_H

#include "engine/message.h"
#include "rproxy_config.h"

/* What came with the request, while its fields are gone through. */
typedef struct {
    request_rec *r;
    const settings_t *settings;
    int trusted;                       /* rproxy_forward_trusted() */
    slice_t host;                      /* the client's Host; may be empty */
    slice_t sent[FORWARD_FIELD_COUNT]; /* empty: not sent, or not believed */
    slice_t tracestate;
} rproxy_forward_t;

/* Adds our fields to head->fields, which has room for
 * RPROXY_FORWARD_MAX more. */
void rproxy_forward_add(rproxy_forward_t *forward, request_head_t *head);

#define RPROXY_FORWARD_MAX (FORWARD_FIELD_COUNT + 1)

/* Is the peer of the connection (not who mod_remoteip says it speaks for) one
 * of the RProxyTrusted addresses? */
int rproxy_forward_trusted(const request_rec *r);

/* The mode of a field, with its default applied. */
forward_e rproxy_forward_mode(const settings_t *settings,
                              forward_field_e field);

/* By which name did the client call us?  The word of a trusted peer counts.
 * Valid as long as r->headers_in is not changed. */
slice_t rproxy_forward_public_scheme(request_rec *r);
slice_t rproxy_forward_public_authority(request_rec *r);

/* Our name in Via. */
slice_t rproxy_forward_pseudonym(const request_rec *r);

/* The name of the note with the request id. */
#define RPROXY_NOTE_REQUEST_ID "rproxy-request-id"

#endif
