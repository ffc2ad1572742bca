/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_test.c: the life of an exchange: the plain way through, every
 * deadline, cancelling in every state.  The request's side, the response's and
 * retries have tests of their own. */
#include "exchange_script.h"

#define GET_HEAD "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST_HEAD "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
#define PUT_HEAD "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

#define SECOND apr_time_from_sec(1)

/* ---- the plain way ---- */

static void check_get(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);
    const metrics_member_t *m = s->f.shared->member_metrics;

    script_deadline(s, -1);
    script_connect(s);
    assert_int_equal(fixture_active(&s->f), 1);
    script_sends(s, GET_HEAD);
    script_wants_not(s, EXCHANGE_WANT_WRITE | EXCHANGE_WANT_SOURCE);
    script_read(s, OK_HEAD "hel");
    script_flush(s);
    script_read(s, "lo");
    script_end(s, OUTCOME_OK, 0, "<200 a>hel|lo");
    assert_int_equal(s->f.kept, 1);
    assert_int_equal(s->x->status, 200);
    assert_int_equal(s->x->bytes_received, 5);
    assert_int_equal(s->x->attempts, 1);
    assert_int_equal(m->attempts, 1);
    assert_int_equal(m->failures, 0);
    assert_int_equal(m->reuses, 0);
    assert_int_equal(m->connect.count[0], 1);
    assert_int_equal(m->first_byte.count[0], 1);
}

static void check_times(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 4);

    script_connect(s);
    assert_int_equal(s->x->started, FIXTURE_START);
    assert_int_equal(s->x->connected_at, FIXTURE_START);
    script_sends(s, POST_HEAD);
    script_wait(s, 10);
    script_source(s, "abcd", SOURCE_DATA);
    script_sends(s, "abcd");
    assert_int_equal(s->x->sent_at, FIXTURE_START + 10);
    script_wait(s, 10);
    script_read(s, "H");
    assert_int_equal(s->x->first_byte_at, FIXTURE_START + 20);
    script_wait(s, 10);
    script_read(s, "TTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(s->x->first_byte_at, FIXTURE_START + 20);
    script_end(s, OUTCOME_OK, 0, "<204 a>");
    assert_int_equal(s->x->finished_at, FIXTURE_START + 30);
}

static void check_reused(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect_kept(s, 1);
    script_sends(s, GET_HEAD);
    script_read(s, OK_HEAD "hello");
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
    assert_int_equal(s->x->was_reused, 1);
    assert_int_equal(s->f.shared->member_metrics[0].reuses, 1);
    assert_int_equal(s->f.shared->member_metrics[0].connect.count[0], 0);
}

static void check_head_refused(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->request.target = SLICE_LIT("/a b");
    script_connect(s);
    script_end(s, OUTCOME_REFUSED, 400, "");
    assert_int_equal(s->f.closed, 1);
}

/* A head larger than the small buffer goes into the large one. */
static void check_large_head(void **state)
{
    static char value[CHUNK_SMALL];
    h1_field_t field = { SLICE_LIT("X"), { value, sizeof(value) } };
    script_t *s = script_begin("GET", BODY_NONE, 0);

    memset(value, 'v', sizeof(value));
    s->x->request.fields = &field;
    s->x->request.field_count = 1;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    assert_int_equal(s->wire_len, strlen(GET_HEAD "X: \r\n") + sizeof(value));
    script_read(s, OK_HEAD "hello");
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
}

static void check_states_are_logged(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect(s);
    script_sends(s, GET_HEAD);
    script_read(s, OK_HEAD "hello");
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
    assert_int_equal(s->f.transitions, 3 + 3); /* request and response */
    assert_string_equal(s->f.warning, "");
}

static void check_log_level(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->log_level = EXCHANGE_LOG_WARNING;
    script_connect(s);
    assert_int_equal(s->f.transitions, 0);
    exchange_on_closed(s->x, NULL, s->f.now);
    assert_string_equal(s->f.warning,
                        "a: connection lost before the response (closed "
                        "before the first byte), try 1: trying again, because "
                        "nothing was sent yet");
    s->x->log = NULL;
    script_connect(s);
}

/* ---- every state, as the start of a test ---- */

typedef struct {
    const char *name;
    void (*reach)(script_t *s);
    request_state_e request;
    response_state_e response;
    apr_interval_time_t deadline; /* -1: none */
    outcome_e outcome;            /* when it passes */
    int status;
} place_t;

static void reach_choose(script_t *s)
{
    script_wants(s, EXCHANGE_WANT_CONNECT);
}

static void reach_connect(script_t *s)
{
    script_choose(s);
}

static void reach_connecting(script_t *s)
{
    script_choose(s);
    s->x->conn = fixture_connect(s->x->member, 0);
}

static void reach_head(script_t *s)
{
    script_connect(s);
}

static void reach_head_part(script_t *s)
{
    script_connect(s);
    script_writes(s, 1);
}

static void reach_expect(script_t *s)
{
    s->x->request.expect_continue = 1;
    script_connect(s);
    script_sends(s, PUT_HEAD "Expect: 100-continue\r\n\r\n");
}

static void reach_body_source(script_t *s)
{
    script_connect(s);
    script_sends(s, PUT_HEAD "\r\n");
    script_source(s, "", SOURCE_AGAIN);
}

static void reach_body_write(script_t *s)
{
    script_connect(s);
    script_sends(s, PUT_HEAD "\r\n");
    script_source(s, "abcd", SOURCE_DATA);
    script_writes(s, 1);
}

static void reach_sent(script_t *s)
{
    reach_body_write(s);
    script_writes(s, SIZE_MAX);
}

static void reach_stopped(script_t *s)
{
    reach_body_write(s);
    script_write_failed(s);
}

static void reach_response_head(script_t *s)
{
    reach_sent(s);
    script_read(s, "HTTP/1.1 200");
}

static void reach_response_body(script_t *s)
{
    reach_sent(s);
    script_read(s, OK_HEAD "he");
}

static void reach_early_response(script_t *s)
{
    reach_body_source(s);
    script_read(s, OK_HEAD "he");
}

static void reach_sink_full(script_t *s)
{
    reach_sent(s);
    s->f.body_answer = SINK_FULL;
    script_read(s, OK_HEAD "he");
}

static void reach_input_pending(script_t *s)
{
    reach_sent(s);
    s->f.head_answer = SINK_FULL;
    script_read(s, OK_HEAD "he");
}

static const place_t places[] = {
    { "choose", reach_choose, REQUEST_CHOOSE, RESPONSE_NONE, -1 },
    { "connect", reach_connect, REQUEST_CONNECT, RESPONSE_NONE, SECOND,
      OUTCOME_CONNECT_TIME, 504 },
    { "connecting", reach_connecting, REQUEST_CONNECT, RESPONSE_NONE, SECOND,
      OUTCOME_CONNECT_TIME, 504 },
    { "head", reach_head, REQUEST_HEAD, RESPONSE_HEAD, 2 * SECOND, OUTCOME_SEND,
      504 },
    { "part of the head", reach_head_part, REQUEST_HEAD, RESPONSE_HEAD,
      2 * SECOND, OUTCOME_SEND, 504 },
    { "expect", reach_expect, REQUEST_EXPECT, RESPONSE_HEAD, SECOND },
    { "body, waiting for the client", reach_body_source, REQUEST_BODY,
      RESPONSE_HEAD, -1 },
    { "body, waiting for the member", reach_body_write, REQUEST_BODY,
      RESPONSE_HEAD, 2 * SECOND, OUTCOME_SEND, 504 },
    { "sent", reach_sent, REQUEST_SENT, RESPONSE_HEAD, 3 * SECOND,
      OUTCOME_FIRST_BYTE, 504 },
    { "stopped", reach_stopped, REQUEST_STOPPED, RESPONSE_HEAD, 3 * SECOND,
      OUTCOME_FIRST_BYTE, 504 },
    { "part of the response head", reach_response_head, REQUEST_SENT,
      RESPONSE_HEAD, 3 * SECOND, OUTCOME_FIRST_BYTE, 504 },
    { "response body", reach_response_body, REQUEST_SENT, RESPONSE_BODY,
      4 * SECOND, OUTCOME_BETWEEN, 504 },
    { "response body before the request's", reach_early_response, REQUEST_BODY,
      RESPONSE_BODY, -1 },
    { "client full", reach_sink_full, REQUEST_SENT, RESPONSE_BODY, -1 },
    { "client full, more at hand", reach_input_pending, REQUEST_SENT,
      RESPONSE_BODY, -1 },
};

static script_t *reach(const place_t *place)
{
    script_t *s = script_begin("PUT", BODY_LENGTH, 4);

    place->reach(s);
    assert_int_equal(s->x->request_state, place->request);
    assert_int_equal(s->x->response_state, place->response);
    return s;
}

/* What the client had got, whatever it was. */
static void end_here(script_t *s, outcome_e outcome, int status)
{
    char got[256];

    strcpy(got, s->f.got);
    script_end(s, outcome, status, got);
    assert_int_equal(s->f.kept, 0);
}

static void check_cancel(void **state)
{
    script_t *s = reach(*state);
    size_t got = s->f.got_len;

    exchange_cancel(s->x, OUTCOME_CLIENT_GONE, s->f.now);
    assert_int_equal(s->f.got_len, got);
    end_here(s, OUTCOME_CLIENT_GONE, 0);
    exchange_cancel(s->x, OUTCOME_TOTAL, s->f.now);
    end_here(s, OUTCOME_CLIENT_GONE, 0);
}

/* Nothing a tick before; the one outcome at the deadline itself. */
static void check_deadline(void **state)
{
    const place_t *place = *state;
    script_t *s = reach(place);

    s->x->policy.retry.tries = 1;
    script_deadline(s, place->deadline);
    if (place->deadline < 0) {
        return;
    }
    script_wait(s, place->deadline - 1);
    exchange_on_deadline(s->x, s->f.now);
    assert_int_equal(s->x->done, 0);
    assert_int_equal(s->x->request_state, place->request);
    script_wait(s, 1);
    if (place->request == REQUEST_EXPECT) {
        assert_int_equal(s->x->request_state, REQUEST_BODY);
        return;
    }
    end_here(s, place->outcome, place->status);
    assert_true(member_paused(s->f.member, s->f.now)
                || place->outcome == OUTCOME_BETWEEN);
}

/* Whatever it waits for, the whole of it has an end. */
static void check_total(void **state)
{
    const place_t *place = *state;
    script_t *s = script_begin("PUT", BODY_LENGTH, 4);
    exchange_policy_t *p = &s->x->policy;

    p->total_timeout = 10;
    place->reach(s);
    p->connect_timeout = p->send_timeout = p->first_byte_timeout = 0;
    p->between_timeout = 0;
    script_deadline(s, place->request == REQUEST_CHOOSE ? -1 : 10);
    if (place->request == REQUEST_CHOOSE) {
        return;
    }
    script_wait(s, 9);
    assert_int_equal(s->x->done, 0);
    script_wait(s, 1);
    end_here(s, OUTCOME_TOTAL, 504);
}

static void check_no_deadline(void **state)
{
    const place_t *place = *state;
    script_t *s = script_begin("PUT", BODY_LENGTH, 4);
    exchange_policy_t *p = &s->x->policy;

    p->connect_timeout = p->send_timeout = p->first_byte_timeout = 0;
    p->between_timeout = 0;
    place->reach(s);
    if (place->request != REQUEST_EXPECT) {
        script_deadline(s, -1);
        script_wait(s, 1000 * SECOND);
        exchange_on_deadline(s->x, s->f.now);
        assert_int_equal(s->x->done, 0);
    }
}

/* ---- clocks start anew ---- */

static void check_progress(void **state)
{
    script_t *s = script_begin("PUT", BODY_LENGTH, 4);

    script_choose(s);
    script_wait(s, SECOND - 1);
    s->x->conn = fixture_connect(s->x->member, 0);
    exchange_on_connected(s->x, s->f.now);
    script_deadline(s, 2 * SECOND);
    script_wait(s, SECOND);
    script_writes(s, 1);
    script_deadline(s, 2 * SECOND);
    script_wait(s, SECOND);
    script_writes(s, SIZE_MAX);
    script_wait(s, 100 * SECOND); /* the client's own time */
    script_source(s, "abcd", SOURCE_DATA);
    script_deadline(s, 2 * SECOND);
    script_wait(s, SECOND);
    script_writes(s, SIZE_MAX);
    script_deadline(s, 3 * SECOND);
    script_wait(s, SECOND);
    script_read(s, "HTTP/1.1 200 OK\r\n");
    script_deadline(s, 3 * SECOND);
    script_wait(s, SECOND);
    script_read(s, "Content-Length: 5\r\n\r\n");
    script_deadline(s, 4 * SECOND);
    script_wait(s, SECOND);
    s->f.body_answer = SINK_FULL;
    script_read(s, "hel");
    script_wait(s, 100 * SECOND); /* the client's again */
    s->f.body_answer = SINK_OK;
    script_sink_ready(s);
    script_deadline(s, 4 * SECOND);
    script_read(s, "lo");
    script_end(s, OUTCOME_OK, 0, "<200 a>hello");
}

static void check_earlier_of_two(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.total_timeout = SECOND + SECOND / 2;
    script_choose(s);
    script_deadline(s, SECOND);
    s->x->conn = fixture_connect(s->x->member, 0);
    exchange_on_connected(s->x, s->f.now);
    script_deadline(s, SECOND + SECOND / 2);
}

static void add_places(const char *what, CMUnitTestFunction check)
{
    static char names[8 * UNIT_COUNT(places)][80];
    static size_t used;
    size_t i;

    for (i = 0; i < UNIT_COUNT(places); i++) {
        snprintf(names[used], sizeof(names[used]), "%s: %s", what,
                 places[i].name);
        unit_add(names[used++], check, &places[i]);
    }
}

int main(void)
{
    apr_initialize();
    unit_add("GET", check_get, NULL);
    unit_add("each time is noted once", check_times, NULL);
    unit_add("kept connection", check_reused, NULL);
    unit_add("a head that may not be sent", check_head_refused, NULL);
    unit_add("a large request head", check_large_head, NULL);
    unit_add("every change of state is logged", check_states_are_logged, NULL);
    unit_add("level of the log", check_log_level, NULL);
    add_places("cancelled", check_cancel);
    add_places("deadline", check_deadline);
    add_places("total", check_total);
    add_places("no limits", check_no_deadline);
    unit_add("progress starts the clock anew", check_progress, NULL);
    unit_add("the earlier of two deadlines", check_earlier_of_two, NULL);
    return script_finish(unit_run("exchange"));
}
