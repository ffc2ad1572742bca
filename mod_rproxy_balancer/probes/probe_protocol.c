/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe_protocol.c: TCP without a word, and the begin of a TLS handshake.
 * Layer L1. */
#include "probe_protocol.h"

#include <string.h>

#include <apr_strings.h>

enum {
    RECORD_HANDSHAKE = 22,
    SERVER_HELLO = 2,
    RECORD_HEAD = 5
};

static void *create(apr_pool_t *pool, const request_head_t *request,
                    const protocol_limits_t *limits)
{
    return apr_pmemdup(pool, &request, sizeof(request));
}

static void frame_body(void *state, chunk_t *chunk, int last)
{
}

static int64_t expected(const void *state)
{
    return 0;
}

static int trailer(const void *state, size_t *pos, h1_field_t *field)
{
    return 0;
}

static protocol_event_e closed(void *state, protocol_output_t *out)
{
    out->error = "connection closed within the handshake";
    return PROTOCOL_ERROR;
}

/* ---- TCP ---- */

static h1_write_e tcp_write_head(void *state, slice_t authority,
                                 h1_writer_t *out)
{
    return H1_WRITE_BAD_BYTES;
}

static protocol_event_e tcp_read(void *state, chunk_t *chunk,
                                 protocol_output_t *out)
{
    return PROTOCOL_MORE;
}

/* ---- TLS ---- */

/* The parts of a ClientHello that do not vary: TLS 1.3 or 1.2, the suites,
 * groups and signatures that nearly every server has.  Random and key share may
 * be any bytes, for nothing is ever encrypted with them. */
static const char random_bytes[] = "mod_rproxy probes, and says only";
static const char suites[] = "\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c"
                             "\xc0\x30\xcc\xa9\xcc\xa8\x00\x9c\x00\x2f";
static const char extensions[] = /* type, length, value */
    "\x00\x2b\x00\x05\x04\x03\x04\x03\x03"
    "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"
    "\x00\x0d\x00\x10\x00\x0e\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x08\x06"
    "\x06\x01"
    "\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20"
    "hello to whoever listens on this";

static void put(h1_writer_t *out, const char *bytes, size_t len)
{
    memcpy(out->buf + out->len, bytes, len);
    out->len += len;
}

static void put_number(h1_writer_t *out, size_t number)
{
    const char bytes[] = { (char)(number >> 8), (char)number };

    put(out, bytes, 2);
}

/* RFC 6066 section 3. */
static void put_server_name(h1_writer_t *out, slice_t name)
{
    put_number(out, 0);
    put_number(out, name.len + 5);
    put_number(out, name.len + 3);
    put(out, "", 1);
    put_number(out, name.len);
    put(out, name.p, name.len);
}

/* The host of the probe, which fits into the writer's buffer with all else. */
static h1_write_e tls_write_head(void *state, slice_t authority,
                                 h1_writer_t *out)
{
    slice_t name = (*(const request_head_t **)state)->host;
    size_t more = sizeof(extensions) - 1 + (name.len ? name.len + 9 : 0);
    size_t body = 2 + 32 + 1 + 2 + sizeof(suites) - 1 + 2 + 2 + more;

    if (out->cap < body + RECORD_HEAD + 4) {
        return H1_WRITE_NO_ROOM;
    }
    put(out, "\x16\x03\x01", 3);
    put_number(out, body + 4);
    put(out, "\x01\x00", 2);
    put_number(out, body);
    put(out, "\x03\x03", 2);
    put(out, random_bytes, 32);
    put(out, "", 1);
    put_number(out, sizeof(suites) - 1);
    put(out, suites, sizeof(suites) - 1);
    put(out, "\x01\x00", 2);
    put_number(out, more);
    if (name.len) {
        put_server_name(out, name);
    }
    put(out, extensions, sizeof(extensions) - 1);
    return H1_WRITE_OK;
}

static protocol_event_e tls_read(void *state, chunk_t *chunk,
                                 protocol_output_t *out)
{
    const unsigned char *in = (const unsigned char *)chunk->data + chunk->begin;
    size_t len = chunk->end - chunk->begin;

    if (len > RECORD_HEAD && in[0] == RECORD_HANDSHAKE && in[1] == 3
        && in[RECORD_HEAD] == SERVER_HELLO) {
        out->keep_alive = 0;
        return PROTOCOL_END;
    }
    if (len && (in[0] != RECORD_HANDSHAKE || len > RECORD_HEAD)) {
        out->error = "no TLS server answers";
        return PROTOCOL_ERROR;
    }
    return PROTOCOL_MORE;
}

const protocol_t probe_protocol_tcp = {
    "tcp",    0,      create,   tcp_write_head, frame_body,
    tcp_read, closed, expected, trailer,
};

const protocol_t probe_protocol_tls = {
    "tls",    0,      create,   tls_write_head, frame_body,
    tls_read, closed, expected, trailer,
};
