/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* protocol_http1.c: HTTP/1.1 towards an upstream, RFC 9112.  Layer L1.
 * Joins the parsers of http1/ to the protocol interface. */
#include "protocol.h"

#include "../http1/h1_body.h"
#include "../http1/h1_request.h"

#define FIRST_FIELDS 64

typedef struct {
    apr_pool_t *pool;
    const request_head_t *request;
    const protocol_limits_t *limits;
    h1_response_parser_t parser; /* fields NULL until the first byte */
    h1_framing_t framing;
    h1_body_t body;
    int behind_interim; /* the parser still has a 1xx */
    int in_body;
} http1_t;

static void *http1_create(apr_pool_t *pool, const request_head_t *request,
                          const protocol_limits_t *limits)
{
    http1_t *h = apr_palloc(pool, sizeof(*h));

    h->pool = pool;
    h->request = request;
    h->limits = limits;
    h->parser.response.fields = NULL;
    h->behind_interim = h->in_body = 0;
    h->framing.keep_alive = 0;
    return h;
}

static h1_write_e http1_write_head(void *state, slice_t authority,
                                   h1_writer_t *out)
{
    http1_t *h = state;
    const request_head_t *q = h->request;
    size_t i;

    h1_write_request_line(out, q->method, q->target);
    h1_write_field(out, SLICE_LIT("Host"), q->host.len ? q->host : authority);
    for (i = 0; i < q->field_count; i++) {
        h1_write_field(out, q->fields[i].name, q->fields[i].value);
    }
    if (q->body == BODY_LENGTH) {
        h1_write_field_number(out, SLICE_LIT("Content-Length"),
                              (uint64_t)q->content_length);
    }
    else if (q->body == BODY_STREAM) {
        h1_write_field(out, SLICE_LIT("Transfer-Encoding"),
                       SLICE_LIT("chunked"));
    }
    if (q->expect_continue && q->body != BODY_NONE) {
        h1_write_field(out, SLICE_LIT("Expect"), SLICE_LIT("100-continue"));
    }
    return h1_write_head_end(out);
}

static void prepend(chunk_t *chunk, const char *bytes, size_t len)
{
    chunk->begin -= len;
    memcpy(chunk->data + chunk->begin, bytes, len);
}

static void append(chunk_t *chunk, const char *bytes, size_t len)
{
    memcpy(chunk->data + chunk->end, bytes, len);
    chunk->end += len;
}

static void http1_frame_body(void *state, chunk_t *chunk, int last)
{
    http1_t *h = state;

    if (h->request->body != BODY_STREAM) {
        return;
    }
    if (chunk->end > chunk->begin) {
        char line[H1_CHUNK_HEAD_MAX];
        size_t len = h1_chunk_head(line, chunk->end - chunk->begin);
        prepend(chunk, line, len);
        append(chunk, "\r\n", 2);
    }
    if (last) {
        append(chunk, "0\r\n\r\n", 5);
    }
}

static protocol_event_e fail(protocol_output_t *out, h1_result_e result)
{
    out->error = h1_result_text(result);
    return PROTOCOL_ERROR;
}

static void parser_start(http1_t *h, size_t fields)
{
    if (fields > h->limits->fields) {
        fields = h->limits->fields;
    }
    h1_response_init(&h->parser,
                     apr_palloc(h->pool, fields * sizeof(h1_field_t)), fields,
                     h->limits->head);
}

static protocol_event_e read_head(http1_t *h, chunk_t *chunk,
                                  protocol_output_t *out)
{
    const char *in = chunk->data + chunk->begin;
    size_t len = chunk->end - chunk->begin;
    size_t head_len = 0;
    h1_result_e result;

    if (!h->parser.response.fields) {
        parser_start(h, FIRST_FIELDS);
    }
    result = h1_response_parse(&h->parser, in, len, &head_len);
    if (result == H1_TOO_MANY_FIELDS
        && h->parser.max_fields < h->limits->fields) {
        parser_start(h, h->limits->fields);
        result = h1_response_parse(&h->parser, in, len, &head_len);
    }
    if (result == H1_PARTIAL) {
        return PROTOCOL_MORE;
    }
    if (result != H1_DONE) {
        return fail(out, result);
    }
    chunk->begin += head_len;
    out->response = &h->parser.response;
    h->framing = h1_framing_decide(h->request->is_head, out->response);
    if (h->framing.result != H1_DONE) {
        return fail(out, h->framing.result);
    }
    out->framing = h->framing;
    if (out->response->status < 200) {
        h->behind_interim = 1;
        return PROTOCOL_INTERIM;
    }
    h->in_body = 1;
    h1_body_init(&h->body, h->framing.kind, h->framing.length,
                 h->framing.kind == H1_BODY_CHUNKED
                     ? apr_palloc(h->pool, h->limits->trailers)
                     : NULL,
                 h->framing.kind == H1_BODY_CHUNKED ? h->limits->trailers : 0);
    return PROTOCOL_HEAD;
}

static protocol_event_e end(http1_t *h, protocol_output_t *out)
{
    out->keep_alive =
        h->framing.keep_alive && h->framing.kind != H1_BODY_UNTIL_CLOSE;
    return PROTOCOL_END;
}

static protocol_event_e http1_read(void *state, chunk_t *chunk,
                                   protocol_output_t *out)
{
    http1_t *h = state;
    size_t used = 0;
    h1_result_e error = H1_DONE;
    h1_body_step_e step;

    if (!h->in_body) {
        if (h->behind_interim) {
            h->behind_interim = 0;
            h1_response_reset(&h->parser);
        }
        return chunk->end > chunk->begin ? read_head(h, chunk, out)
                                         : PROTOCOL_MORE;
    }
    if (h1_body_at_end(&h->body)) {
        return end(h, out);
    }
    step = h1_body_step(&h->body, chunk->data + chunk->begin,
                        chunk->end - chunk->begin, &used, &out->data, &error);
    chunk->begin += used;
    switch (step) {
    case H1_BODY_DATA:
        return PROTOCOL_DATA;
    case H1_BODY_MORE:
        return PROTOCOL_MORE;
    case H1_BODY_END:
        return end(h, out);
    default:
        return fail(out, error);
    }
}

static protocol_event_e http1_closed(void *state, protocol_output_t *out)
{
    http1_t *h = state;

    if (h->in_body && h1_body_close_is_end(&h->body)) {
        return end(h, out);
    }
    out->error = h->in_body ? "connection closed within the body"
                            : "connection closed within the head";
    return PROTOCOL_ERROR;
}

static int64_t http1_expected(const void *state)
{
    const http1_t *h = state;

    if (!h->in_body) {
        return 0;
    }
    switch (h->framing.kind) {
    case H1_BODY_LENGTH:
    case H1_BODY_CHUNKED:
        return h->body.remaining;
    case H1_BODY_UNTIL_CLOSE:
        return INT64_MAX;
    default:
        return 0;
    }
}

static int http1_trailer(const void *state, size_t *pos, h1_field_t *field)
{
    const http1_t *h = state;

    return h->framing.kind == H1_BODY_CHUNKED
           && h1_body_trailer(&h->body, pos, field);
}

const protocol_t protocol_http1 = {
    "http",           80,         http1_create, http1_write_head,
    http1_frame_body, http1_read, http1_closed, http1_expected,
    http1_trailer,
};
