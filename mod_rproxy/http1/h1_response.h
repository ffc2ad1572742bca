/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_response.h: incremental parser of a response head (RFC 9112 sections 2-5).
 * Layer L0: no allocation, no copies, no clock, no log.
 *
 * The caller keeps the whole head in one contiguous buffer and calls
 * h1_response_parse() again with the same start and a larger length after each
 * read; the parser resumes where it stopped, so the cost is linear in the head.
 * Slices point into that buffer.  If the buffer moves between calls, the parser
 * still works: it keeps offsets until the head is complete.
 *
 * Strict on purpose: CRLF only (bare LF or bare CR is an error), no obs-fold,
 * no space before the colon, no empty name, no NUL or control characters,
 * version HTTP/1.0 or HTTP/1.1 (any other 1.x digit counts as 1.1), status 100
 * to 599 of exactly three digits, reason phrase optional. */
#ifndef RPROXY_H1_RESPONSE_H
#define RPROXY_H1_RESPONSE_H

#include "h1_fields.h"

/* clang-format off */
#define H1_RESULTS(X)                                                         \
    X(H1_DONE,             "complete")                                        \
    X(H1_PARTIAL,          "more bytes needed")                               \
    X(H1_BAD_STATUS_LINE,  "malformed status line")                           \
    X(H1_BAD_VERSION,      "not an HTTP/1.x status line")                     \
    X(H1_BAD_STATUS,       "status code not in 100-599")                      \
    X(H1_BAD_FIELD_NAME,   "malformed field name")                            \
    X(H1_BAD_FIELD_VALUE,  "control character in a field value")              \
    X(H1_BAD_LINE_END,     "line not ended by CRLF")                          \
    X(H1_OBS_FOLD,         "folded field line")                               \
    X(H1_HEAD_TOO_LARGE,   "head larger than the limit")                      \
    X(H1_TOO_MANY_FIELDS,  "more field lines than the limit")                 \
    X(H1_BAD_LENGTH,       "malformed Content-Length")                        \
    X(H1_TWO_LENGTHS,      "differing Content-Length values")                 \
    X(H1_LENGTH_AND_CHUNKED, "Content-Length beside Transfer-Encoding")       \
    X(H1_BAD_CODING,       "Transfer-Encoding other than chunked")            \
    X(H1_CODING_ON_1_0,    "Transfer-Encoding in an HTTP/1.0 message")        \
    X(H1_CODING_WITHOUT_BODY, "Transfer-Encoding on a 1xx or 204 response")   \
    X(H1_BAD_CHUNK_SIZE,   "malformed chunk size")                            \
    X(H1_CHUNK_TOO_LARGE,  "chunk size overflows")                            \
    X(H1_CHUNK_LINE_TOO_LONG, "chunk line longer than the limit")             \
    X(H1_BAD_CHUNK_END,    "chunk data not ended by CRLF")                    \
    X(H1_TRAILERS_TOO_LARGE, "trailer section larger than the limit")         \
    X(H1_BAD_TRAILER,      "malformed trailer field")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    H1_RESULTS(X)
#undef X
} h1_result_e;

/* The sentence for a log line; static storage. */
const char *h1_result_text(h1_result_e result);

typedef struct {
    int minor;          /* HTTP/1.minor as received, 0-9 */
    int status;         /* 100-599 */
    slice_t reason;     /* may be empty */
    h1_field_t *fields; /* the caller's array */
    size_t field_count;
} h1_response_t;

typedef struct {
    /* set by h1_response_init, constant afterwards */
    size_t max_head;   /* bytes, head with its final empty line */
    size_t max_fields; /* room in response.fields */
    h1_response_t response;
    /* private */
    size_t scanned;   /* offset of the line not yet parsed */
    size_t line_seen; /* bytes of that line already searched for its end */
    const char *base; /* buffer the slices point into */
    int have_status_line;
} h1_response_parser_t;

/* @param fields room for max_fields; lives as long as the parser */
void h1_response_init(h1_response_parser_t *p, h1_field_t *fields,
                      size_t max_fields, size_t max_head);

/* Forget the message, keep the limits: for the next message of a connection
 * and for the final response behind a 1xx. */
void h1_response_reset(h1_response_parser_t *p);

/* @param buf,len all bytes of the message so far, from its first byte; never
 *        fewer than in the call before
 * @param head_len out, with H1_DONE: bytes of the head with the empty line
 * @return H1_DONE (reset before the next call), H1_PARTIAL, or the error
 *         (final for this connection) */
h1_result_e h1_response_parse(h1_response_parser_t *p, const char *buf,
                              size_t len, size_t *head_len);

/* One field line, given without its CRLF; *field points into it.  Trailer
 * sections have the same lines.
 * @return H1_DONE, or why it is refused */
h1_result_e h1_response_field_line(slice_t line, h1_field_t *field);

/* First field of that name, or NULL. */
const h1_field_t *h1_response_field(const h1_response_t *r, slice_t name);

#endif
