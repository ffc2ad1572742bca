/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message.h: a request as an upstream shall get it, before any protocol writes
 * it down.  Layer L1 (no APR needed).  Slices point into the request's pool. */
#ifndef RPROXY_MESSAGE_H
#define RPROXY_MESSAGE_H

#include "../http1/h1_fields.h"

typedef enum {
    BODY_NONE,
    BODY_LENGTH, /* content_length bytes follow */
    BODY_STREAM  /* length not known: chunked in HTTP/1.1 */
} request_body_e;

typedef struct {
    slice_t method;
    slice_t target;     /* origin-form: path and query */
    slice_t host;       /* empty: the member's own authority */
    h1_field_t *fields; /* end-to-end fields to send, without Host, framing
                          * and Expect, which the protocol writes itself */
    size_t field_count;
    request_body_e body;
    int64_t content_length;
    int expect_continue; /* the client waits for 100 before its body */
    int is_head;
    int is_safe;       /* GET, HEAD, OPTIONS, TRACE */
    int is_idempotent; /* GET, HEAD, PUT, DELETE, OPTIONS, TRACE */
} request_head_t;

#endif
