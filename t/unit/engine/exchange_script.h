/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_script.h: the exchange as a state machine: a test says what
 * happens, one event a line, and what the exchange shall do; no socket and no
 * clock.  Every helper first asserts that the exchange asked for its event.
 *
 *   script_t *s = script_begin("GET", BODY_NONE, 0);
 *   script_connect(s);
 *   script_sends(s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 *   script_read(s, "HTTP/1.1 204 No Content\r\n\r\n");
 *   script_end(s, OUTCOME_OK, 0, "<204 a>");
 */
#ifndef T_UNIT_ENGINE_EXCHANGE_SCRIPT_H
#define T_UNIT_ENGINE_EXCHANGE_SCRIPT_H

#include "unit.h"
#undef fail /* cmocka's; a name in the code as well */

#include "engine/exchange_fixture.h"

#define SCRIPT_MAX_IOV 8

typedef struct {
    fixture_t f;
    exchange_t *x;
    char wire[256 * 1024]; /* written to the member, not yet looked at */
    size_t wire_len;
} script_t;

static script_t script;

#define script_wants(s, bits) \
    assert_int_equal(exchange_want((s)->x) & (bits), (bits))
#define script_wants_not(s, bits) \
    assert_int_equal(exchange_want((s)->x) & (bits), 0)

static inline script_t *script_begin(const char *method, request_body_e body,
                                     int64_t length)
{
    script_t *s = &script;

    if (s->f.pool) {
        fixture_close(&s->f); /* of the test before */
    }
    assert_true(fixture_open(&s->f));
    s->x = s->f.x;
    s->wire_len = 0;
    fixture_request(&s->f, method, body, length);
    return s;
}

/* ---- the connection ---- */

static inline void script_choose(script_t *s)
{
    script_wants(s, EXCHANGE_WANT_CONNECT);
    assert_int_equal(s->x->request_state, REQUEST_CHOOSE);
    exchange_choose(s->x, s->f.now);
}

static inline void script_connect_kept(script_t *s, int reused)
{
    script_choose(s);
    script_wants(s, EXCHANGE_WANT_CONNECT);
    s->x->conn = fixture_connect(s->x->member, reused);
    exchange_on_connected(s->x, s->f.now);
}

static inline void script_connect(script_t *s)
{
    script_connect_kept(s, 0);
}

static inline void script_refuse(script_t *s)
{
    script_choose(s);
    exchange_on_connect_failed(s->x, FAILED_CONNECT, "refused", s->f.now);
}

static inline void script_no_slot(script_t *s)
{
    script_choose(s);
    exchange_on_connect_failed(s->x, FAILED_NO_SLOT, "all in use", s->f.now);
}

/* The member closes, or with an error resets. */
static inline void script_closed(script_t *s, const char *error)
{
    script_wants(s, EXCHANGE_WANT_READ);
    exchange_on_closed(s->x, error, s->f.now);
}

/* ---- the request ---- */

/* The member takes at most that many bytes. */
static inline void script_writes(script_t *s, size_t max)
{
    struct iovec iov[SCRIPT_MAX_IOV];
    size_t taken = 0;
    int i, n;

    script_wants(s, EXCHANGE_WANT_WRITE);
    n = exchange_output(s->x, iov, SCRIPT_MAX_IOV);
    assert_in_range(n, 1, SCRIPT_MAX_IOV);
    for (i = 0; i < n && taken < max; i++) {
        size_t len = iov[i].iov_len;
        assert_true(len > 0);
        len = len < max - taken ? len : max - taken;
        assert_true(s->wire_len + len <= sizeof(s->wire));
        memcpy(s->wire + s->wire_len, iov[i].iov_base, len);
        s->wire_len += len;
        taken += len;
    }
    exchange_on_written(s->x, taken, s->f.now);
}

/* What the member has got since the last look. */
static inline void script_wire(script_t *s, const char *expected)
{
    s->wire[s->wire_len] = '\0';
    assert_string_equal(s->wire, expected);
    s->wire_len = 0;
}

static inline void script_sends(script_t *s, const char *expected)
{
    script_writes(s, SIZE_MAX);
    script_wire(s, expected);
}

static inline void script_write_failed(script_t *s)
{
    script_wants(s, EXCHANGE_WANT_WRITE);
    exchange_on_write_failed(s->x, "broken pipe", s->f.now);
}

/* The client's body: some bytes, or "" with what there is instead. */
static inline void script_source(script_t *s, const char *data, source_e state)
{
    size_t room, len = strlen(data);
    chunk_t *chunk;

    script_wants(s, EXCHANGE_WANT_SOURCE);
    chunk = exchange_body_room(s->x, &room);
    assert_true(room > 0);
    len = len < room ? len : room;
    memcpy(chunk->data + chunk->end, data, len);
    exchange_on_source(s->x, chunk, len, state, s->f.now);
}

/* ---- the response ---- */

static inline void script_read_bytes(script_t *s, const char *bytes, size_t len)
{
    chunk_t *in = s->x->in;
    size_t held = in ? in->end - in->begin : 0;

    script_wants(s, EXCHANGE_WANT_READ);
    if (!in || in->cap - in->end < len) {
        s->x->in = chunk_get(&s->f.env.chunks, held + len);
        if (held) {
            memcpy(s->x->in->data, in->data + in->begin, held);
            s->x->in->end = held;
        }
        chunk_release(&in);
    }
    memcpy(s->x->in->data + s->x->in->end, bytes, len);
    s->x->in->end += len;
    exchange_on_input(s->x, s->f.now);
}

static inline void script_read(script_t *s, const char *text)
{
    script_read_bytes(s, text, strlen(text));
}

static inline void script_flush(script_t *s)
{
    assert_true(s->x->unflushed);
    exchange_flush(s->x, s->f.now);
}

/* The client takes more, and what lay ready goes on. */
static inline void script_sink_ready(script_t *s)
{
    script_wants(s, EXCHANGE_WANT_SINK);
    exchange_on_sink_ready(s->x, s->f.now);
    script_wants(s, EXCHANGE_WANT_READ);
    if (s->x->input_pending) {
        exchange_on_input(s->x, s->f.now);
    }
}

/* ---- time ---- */

/* That long nothing happens. */
static inline void script_wait(script_t *s, apr_interval_time_t usec)
{
    apr_time_t deadline = exchange_deadline(s->x);

    s->f.now += usec;
    if (deadline && s->f.now >= deadline) {
        exchange_on_deadline(s->x, s->f.now);
    }
}

/* The deadline is that far away; -1: there is none. */
static inline void script_deadline(const script_t *s, apr_interval_time_t usec)
{
    apr_time_t deadline = exchange_deadline(s->x);

    assert_int_equal(deadline ? deadline - s->f.now : -1, usec);
}

/* ---- the end ---- */

/* For main: of the last test. */
static inline int script_finish(int failed)
{
    if (script.f.pool) {
        fixture_close(&script.f);
    }
    return failed;
}

/* No chunk, no connection and no count is left behind by a done exchange. */
static inline void script_end(script_t *s, outcome_e outcome, int status,
                              const char *got)
{
    const exchange_t *x = s->x;

    assert_int_equal(exchange_want(x), EXCHANGE_DONE);
    assert_int_equal(exchange_deadline(x), 0);
    assert_string_equal(outcome_name(x->outcome), outcome_name(outcome));
    assert_int_equal(x->error_status, status);
    assert_string_equal(s->f.got, got);
    assert_int_equal(x->reason == NULL, outcome == OUTCOME_OK);
    assert_int_equal(x->finished_at, s->f.now);
    assert_null(x->conn);
    assert_null(x->in);
    assert_null(x->head_out);
    assert_null(x->body_out);
    assert_null(x->body_next);
    assert_int_equal(s->f.open, 0);
    assert_int_equal(fixture_active(&s->f), 0);
}

#endif
