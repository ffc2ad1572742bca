/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* protocol.h: how a request and its response look on an upstream connection.
 * Layer L1.
 *
 * The scheme of a member selects a protocol_t; the exchange knows no other
 * detail of the wire.  A codec is bytes in, events out: it owns no descriptor
 * and waits for nothing. */
#ifndef RPROXY_PROTOCOL_H
#define RPROXY_PROTOCOL_H

#include <apr_pools.h>

#include "../http1/h1_framing.h"
#include "../http1/h1_request.h"
#include "chunk.h"
#include "message.h"

typedef struct protocol_t protocol_t;

/* What an upstream may send at most. */
typedef struct {
    size_t head;     /* bytes of one head, 1xx included */
    size_t fields;   /* field lines of one head */
    size_t trailers; /* bytes of the trailer section */
} protocol_limits_t;

typedef enum {
    PROTOCOL_MORE,    /* all input used or a partial element: read more */
    PROTOCOL_INTERIM, /* response is a 1xx */
    PROTOCOL_HEAD,    /* response and framing are the final head */
    PROTOCOL_DATA,    /* data is a piece of the body */
    PROTOCOL_END,     /* the response is complete; keep_alive is valid */
    PROTOCOL_ERROR    /* error says why; the connection is lost */
} protocol_event_e;

typedef struct {
    const h1_response_t *response;
    h1_framing_t framing;
    slice_t data;
    int keep_alive;
    const char *error;
} protocol_output_t;

/* Free bytes that frame_body needs before and behind the data of a chunk. */
#define PROTOCOL_BODY_HEADROOM 32
#define PROTOCOL_BODY_TAILROOM 32

struct protocol_t {
    const char *scheme;
    uint16_t default_port;

    /* State for one attempt, from pool. */
    void *(*create)(apr_pool_t *pool, const request_head_t *request,
                    const protocol_limits_t *limits);

    /* The request head into out.  @param authority Host unless the request
     * has one of its own */
    h1_write_e (*write_head)(void *state, slice_t authority, h1_writer_t *out);

    /* Puts the framing of one piece of body around chunk's data, in the room
     * kept for it; last: no more follows (the chunk may be empty). */
    void (*frame_body)(void *state, chunk_t *chunk, int last);

    /* One event of the bytes in chunk; advances chunk->begin over what is
     * used up.  Slices in out point into the chunk. */
    protocol_event_e (*read)(void *state, chunk_t *chunk,
                             protocol_output_t *out);

    /* The peer closed: PROTOCOL_END if that ends the message, else an
     * error. */
    protocol_event_e (*closed)(void *state, protocol_output_t *out);

    /* Body bytes that are certainly still to come, for sizing reads. */
    int64_t (*expected)(const void *state);

    /* Next trailer field after PROTOCOL_END; *pos starts at 0. */
    int (*trailer)(const void *state, size_t *pos, h1_field_t *field);
};

extern const protocol_t protocol_http1;

/* @param scheme lower case, "http"
 * @return the protocol, or NULL when there is none of that name */
const protocol_t *protocol_find(const char *scheme);

#endif
