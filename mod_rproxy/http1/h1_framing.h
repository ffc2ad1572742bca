/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_framing.h: where does the body of a response end?  RFC 9112 section 6.3.
 * Layer L0. */
#ifndef RPROXY_H1_FRAMING_H
#define RPROXY_H1_FRAMING_H

#include "h1_response.h"

typedef enum {
    H1_BODY_NONE,   /* HEAD, 1xx, 204, 304, whatever the fields say */
    H1_BODY_LENGTH, /* exactly length bytes */
    H1_BODY_CHUNKED,
    H1_BODY_UNTIL_CLOSE
} h1_body_kind_e;

typedef struct {
    h1_result_e result; /* H1_DONE, or why the framing is refused */
    h1_body_kind_e kind;
    int64_t length; /* with H1_BODY_LENGTH; for HEAD and 304 the announced
                          * length or -1 */
    int keep_alive; /* 1: the peer lets the connection be used again */
} h1_framing_t;

/* Decides from the request method (a HEAD answer has no body) and the
 * response.  Refused: any Transfer-Encoding but exactly "chunked", one on an
 * HTTP/1.0 message, one beside Content-Length, Content-Length that is not
 * digits, or several that differ ("5, 5" and repeated equal values count as
 * one).  A 1xx, 204 with Transfer-Encoding is refused; Content-Length on
 * them is ignored, but one other than 0 ends the connection (keep_alive 0),
 * since its bytes may follow.  keep_alive is also 0 with 101, with
 * H1_BODY_UNTIL_CLOSE and with every refusal. */
h1_framing_t h1_framing_decide(int is_head, const h1_response_t *response);

#endif
