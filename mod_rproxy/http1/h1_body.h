/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_body.h: takes the coding off a message body (RFC 9112 sections 6 and 7),
 * for responses of upstreams and for requests of clients.  Layer L0: slices of
 * the caller's buffer, no copies but of the trailer section. */
#ifndef RPROXY_H1_BODY_H
#define RPROXY_H1_BODY_H

#include "h1_framing.h"

#define H1_MAX_CHUNK_LINE 256 /* bytes: size, extensions and CRLF */

typedef struct {
    h1_body_kind_e kind;
    int64_t remaining; /* of the length or of the current chunk */
    int64_t received;  /* body bytes handed out so far */
    /* private, chunked only */
    int state;
    size_t line_len;   /* bytes of the current chunk line so far */
    int digits;        /* a size digit was seen */
    h1_result_e error; /* of a failed body, repeated by each step */
    char *trailer_buf; /* caller's; trailer field lines as received */
    size_t trailer_cap;
    size_t trailer_len;
    size_t trailer_line; /* offset of the line not yet judged */
} h1_body_t;

typedef enum {
    H1_BODY_DATA, /* *data has bytes, call again */
    H1_BODY_MORE, /* all input used, more is needed */
    H1_BODY_END,  /* the message is complete; *used may be less than len */
    H1_BODY_ERROR /* *error says why; the connection cannot go on */
} h1_body_step_e;

/* @param length with H1_BODY_LENGTH
 * @param trailer_buf,trailer_cap room for the trailer section, the limit of
 *        its size; may be NULL, 0: a message with trailers is then an error */
void h1_body_init(h1_body_t *b, h1_body_kind_e kind, int64_t length,
                  char *trailer_buf, size_t trailer_cap);

/* One step.  @param used out: bytes of in that are done with (data included)
 * @param data out, with H1_BODY_DATA: a slice of in, never empty
 * @param error out, with H1_BODY_ERROR */
h1_body_step_e h1_body_step(h1_body_t *b, const char *in, size_t len,
                            size_t *used, slice_t *data, h1_result_e *error);

/* Is the body complete if the peer closes now?  Only H1_BODY_UNTIL_CLOSE or a
 * body already at its end. */
int h1_body_close_is_end(const h1_body_t *b);

/* Is the body at its end (no more input needed)?  True at once for NONE and
 * for LENGTH 0. */
int h1_body_at_end(const h1_body_t *b);

/* Next field of the trailer section after H1_BODY_END; *pos starts at 0.
 * Names that frame, route or authenticate (RFC 9110 section 6.5.1) were
 * refused while decoding with H1_BAD_TRAILER.
 * @return 1 and *field, or 0 */
int h1_body_trailer(const h1_body_t *b, size_t *pos, h1_field_t *field);

#endif
