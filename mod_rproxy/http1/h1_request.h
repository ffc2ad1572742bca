/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_request.h: writes a request head and chunk lines (RFC 9112 sections 3, 7).
 * Layer L0.  The last gate before the wire: whatever was rewritten before, no
 * method, target, name or value with CR, LF, NUL, SP or a control character
 * where it does not belong goes out. */
#ifndef RPROXY_H1_REQUEST_H
#define RPROXY_H1_REQUEST_H

#include "h1_fields.h"

typedef enum {
    H1_WRITE_OK,
    H1_WRITE_NO_ROOM,  /* the head does not fit: larger buffer or refuse */
    H1_WRITE_BAD_BYTES /* a part may not go on the wire */
} h1_write_e;

typedef struct {
    char *buf;
    size_t cap;
    size_t len;        /* bytes written */
    h1_write_e status; /* sticky: after a failure nothing more is written */
} h1_writer_t;

void h1_writer_init(h1_writer_t *w, char *buf, size_t cap);

/* "METHOD target HTTP/1.1" CRLF.  method must be a token; target must be one
 * or more bytes of 0x21-0x7e and 0x80-0xff. */
void h1_write_request_line(h1_writer_t *w, slice_t method, slice_t target);

/* "name: value" CRLF.  name must be a token, value a field value. */
void h1_write_field(h1_writer_t *w, slice_t name, slice_t value);

/* For several values joined by one field: begin, any number of parts, end. */
void h1_write_field_begin(h1_writer_t *w, slice_t name);
void h1_write_field_part(h1_writer_t *w, slice_t part);
void h1_write_field_end(h1_writer_t *w);

void h1_write_field_number(h1_writer_t *w, slice_t name, uint64_t value);

/* The empty line.  @return the writer's status */
h1_write_e h1_write_head_end(h1_writer_t *w);

#define H1_CHUNK_HEAD_MAX 20 /* 16 hex digits, CRLF, room */

/* "size-in-hex" CRLF into out (H1_CHUNK_HEAD_MAX bytes).  @return its length */
size_t h1_chunk_head(char *out, uint64_t size);

#endif
