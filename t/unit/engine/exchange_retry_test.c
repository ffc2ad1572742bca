/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_retry_test.c: attempts that fail after they were begun: what is
 * repeated and what is not (RFC 9110 9.2.2), and what is sent again. */
#include "exchange_script.h"

#define GET_A "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_B "GET / HTTP/1.1\r\nHost: b\r\n\r\n"
#define OK_HI "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#define BUSY "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno"
#define PUT(to) "PUT / HTTP/1.1\r\nHost: " to "\r\nContent-Length: 6\r\n\r\n"
#define FULL 1000 /* the budget at the start: ten retries */
#define COST 100
#define EARNED 20

static int32_t credit(const script_t *s)
{
    return s->f.shared->upstream[0].retry_credit;
}

static uint64_t failures(const script_t *s, int member)
{
    return s->f.shared->member_metrics[member].failures;
}

static void answer(script_t *s, const char *got)
{
    script_read(s, OK_HI);
    script_end(s, OUTCOME_OK, 0, got);
}

/* Only so many members. */
static void members(script_t *s, int n)
{
    s->f.upstream.members->nelts = n;
}

/* ---- kept connections that had gone ---- */

static void check_stale(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.tries = 1;
    s->x->policy.retry.on = 0;
    s->x->policy.total_timeout = 100;
    s->f.shared->upstream[0].retry_credit = 0;
    script_connect_kept(s, 1);
    script_sends(s, GET_A);
    script_wait(s, 10);
    script_closed(s, NULL);
    assert_int_equal(s->x->fresh_only, 1);
    script_connect(s);
    script_deadline(s, 90); /* from the first attempt on */
    script_sends(s, GET_A);
    answer(s, "<200 a>hi");
    assert_int_equal(s->x->attempts, 1);
    assert_int_equal(s->x->started, FIXTURE_START);
    assert_int_equal(failures(s, 0), 0);
    assert_int_equal(member_paused(&s->f.member[0], s->f.now), 0);
    assert_int_equal(credit(s), EARNED); /* once */
    assert_int_equal(s->f.closed, 1);
    assert_int_equal(s->f.kept, 1);
    assert_string_equal(s->f.warning, "");
}

/* The fresh connection may fail like any other. */
static void check_stale_then_reset(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect_kept(s, 1);
    script_sends(s, GET_A);
    script_closed(s, "reset");
    script_connect(s);
    script_sends(s, GET_A);
    script_closed(s, "reset");
    assert_int_equal(s->x->fresh_only, 0); /* b's kept ones will do */
    script_connect_kept(s, 1);
    script_sends(s, GET_B);
    answer(s, "<200 b>hi");
    assert_int_equal(s->x->attempts, 2);
}

static void check_stale_post(void **state)
{
    script_t *s = script_begin("POST", BODY_NONE, 0);

    script_connect_kept(s, 1);
    script_writes(s, 1);
    script_closed(s, NULL);
    script_end(s, OUTCOME_RESET, 502, "");
    assert_non_null(strstr(s->f.warning, "not idempotent"));
}

static void check_stale_post_unsent(void **state)
{
    script_t *s = script_begin("POST", BODY_NONE, 0);

    script_connect_kept(s, 1);
    script_write_failed(s);
    script_connect(s);
    script_sends(s, "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
    answer(s, "<200 a>hi");
    assert_int_equal(s->x->attempts, 1);
}

/* The loss is seen by a write within the body. */
static void check_stale_within_body(void **state)
{
    script_t *s = script_begin("PUT", BODY_LENGTH, 6);

    script_connect_kept(s, 1);
    script_sends(s, PUT("a"));
    script_source(s, "abc", SOURCE_DATA);
    script_write_failed(s);
    script_closed(s, "reset");
    script_connect(s);
    script_sends(s, PUT("a") "abc");
    script_source(s, "def", SOURCE_DATA);
    script_sends(s, "def");
    answer(s, "<200 a>hi");
}

/* ---- connections lost, time over, nonsense ---- */

static void check_reset(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect(s);
    script_sends(s, GET_A);
    script_closed(s, NULL);
    assert_int_equal(fixture_active(&s->f), 0);
    script_connect(s);
    script_sends(s, GET_B);
    answer(s, "<200 b>hi");
    assert_int_equal(s->x->attempts, 2);
    assert_int_equal(failures(s, 0), 1);
    assert_int_equal(member_paused(&s->f.member[0], s->f.now), 1);
    assert_int_equal(credit(s), FULL - COST);
}

static void check_only_member(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    members(s, 1);
    script_connect(s);
    script_sends(s, GET_A);
    script_closed(s, NULL);
    assert_int_equal(s->x->fresh_only, 1);
    script_connect(s);
    script_sends(s, GET_A);
    answer(s, "<200 a>hi");
    assert_int_equal(credit(s), FULL - COST);
}

static void check_post_reset(void **state)
{
    script_t *s = script_begin("POST", BODY_NONE, 0);

    script_connect(s);
    script_writes(s, 1);
    script_closed(s, NULL);
    script_end(s, OUTCOME_RESET, 502, "");
    assert_int_equal(credit(s), FULL);
}

static void check_timeout_enabled(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on |= 1 << FAILED_TIMEOUT;
    script_connect(s);
    script_sends(s, GET_A);
    script_wait(s, fixture_policy.first_byte_timeout);
    script_connect(s);
    script_sends(s, GET_B);
    script_read(s, "HTTP/1.1 103 Early Hints\r\n\r\n");
    answer(s, "<103><200 b>hi");
    assert_true(s->x->first_byte_at > FIXTURE_START);
}

static void check_timeout_not_enabled(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect(s);
    script_sends(s, GET_A);
    script_wait(s, fixture_policy.first_byte_timeout);
    script_end(s, OUTCOME_FIRST_BYTE, 504, "");
    assert_non_null(strstr(s->f.warning, "not enabled"));
}

static void check_invalid_enabled(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on = 1 << FAILED_INVALID;
    script_connect(s);
    script_sends(s, GET_A);
    script_read(s, "HTTP/1.1 103 Early Hints\r\n\r\nnonsense");
    assert_null(s->x->in);
    assert_int_equal(s->x->interims, 0);
    script_connect(s);
    script_sends(s, GET_B);
    answer(s, "<103><200 b>hi");
}

static void check_head_refused_elsewhere(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on = 1 << FAILED_INVALID;
    script_connect(s);
    script_sends(s, GET_A);
    s->f.head_answer = SINK_REFUSED;
    script_read(s, OK_HI);
    s->f.head_answer = SINK_OK;
    script_connect(s);
    script_sends(s, GET_B);
    answer(s, "<200 b>hi");
}

/* Nothing is repeated once the client has been given a byte. */
static void check_started(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on = ~0;
    script_connect(s);
    script_sends(s, GET_A);
    script_read(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh");
    script_closed(s, "reset");
    script_end(s, OUTCOME_TRUNCATED, 502, "<200 a>h");
}

/* ---- 502, 503 and 504 ---- */

static void check_5xx(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on |= 1 << FAILED_STATUS;
    script_connect(s);
    script_sends(s, GET_A);
    script_read(s, BUSY);
    assert_string_equal(s->f.got, "");
    script_connect(s);
    script_sends(s, GET_B);
    answer(s, "<200 b>hi");
    assert_int_equal(failures(s, 0), 1);
    assert_int_equal(credit(s), FULL - COST);
    assert_int_equal(s->f.shared->member_metrics[0].active, 0);
}

static void check_5xx_everywhere(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);
    int i;

    s->x->policy.retry.tries = 10;
    s->x->policy.retry.on |= 1 << FAILED_STATUS;
    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        script_connect(s);
        script_writes(s, SIZE_MAX);
        script_read(s, BUSY);
    }
    script_end(s, OUTCOME_OK, 0, "<503 c>no");
    assert_int_equal(credit(s), FULL - 2 * COST);
}

/* One that answers so is not to blame. */
static void check_429(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);
    status_set_t statuses = { { 0 } };

    status_set_add(&statuses, 429);
    s->x->policy.retry.on |= 1 << FAILED_STATUS;
    s->x->policy.retry.statuses = &statuses;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, "HTTP/1.1 429 Wait\r\nContent-Length: 0\r\n\r\n");
    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, BUSY); /* not in this set */
    script_end(s, OUTCOME_OK, 0, "<503 b>no");
    assert_int_equal(failures(s, 0), 0);
}

/* ---- who is asked ---- */

static void check_same_member(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on |= 1 << FAILED_STATUS;
    s->x->policy.retry.member = RETRY_SAME;
    script_refuse(s);
    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, BUSY);
    script_connect(s);
    script_writes(s, SIZE_MAX);
    s->wire_len = 0;
    answer(s, "<200 a>hi");
}

/* It was not asked: that is no answer of the same member. */
static void check_same_member_full(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.member = RETRY_SAME;
    script_no_slot(s);
    script_connect(s);
    script_writes(s, SIZE_MAX);
    s->wire_len = 0;
    answer(s, "<200 b>hi");
}

static void check_other_member(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);
    int i;

    s->x->policy.retry.tries = 10;
    s->x->policy.retry.member = RETRY_OTHER;
    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        script_connect(s);
        script_writes(s, SIZE_MAX);
        script_closed(s, NULL);
    }
    script_end(s, OUTCOME_RESET, 502, "");
    assert_non_null(strstr(s->f.warning, "no other member is left"));
}

/* ---- Retry-After ---- */

static int is_paused(const script_t *s, int member, apr_interval_time_t after)
{
    return member_paused(&s->f.member[member], s->f.now + after);
}

static void check_retry_after(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, "HTTP/1.1 503 Busy\r\nRetry-After: 20\r\n"
                   "Content-Length: 2\r\n\r\nno");
    script_end(s, OUTCOME_OK, 0, "<503 a>no");
    assert_true(is_paused(s, 0, apr_time_from_sec(19)));
    assert_false(is_paused(s, 0, apr_time_from_sec(21)));
    fixture_next(&s->f);
    s->x = s->f.x;
    fixture_request(&s->f, "GET", BODY_NONE, 0);
    script_connect(s);
    script_writes(s, SIZE_MAX);
    s->wire_len = 0;
    answer(s, "<200 b>hi");
}

/* With a failure's own pause the longer one counts. */
static void check_retry_after_repeated(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.on |= 1 << FAILED_STATUS;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, "HTTP/1.1 503 Busy\r\nRetry-After: 20\r\n"
                   "Content-Length: 2\r\n\r\nno");
    script_connect(s);
    script_writes(s, SIZE_MAX);
    s->wire_len = 0;
    answer(s, "<200 b>hi");
    assert_true(is_paused(s, 0, apr_time_from_sec(19)));
}

typedef struct {
    const char *name;
    const char *method;
    int retry_on, tries, credit;
    const char *status;
} passed_on_t;

static const passed_on_t passed_on[] = {
    { "500 is an answer", "GET", 1 << FAILED_STATUS, 3, FULL, "500" },
    { "501 is an answer", "GET", 1 << FAILED_STATUS, 3, FULL, "501" },
    { "503 to a POST", "POST", 1 << FAILED_STATUS, 3, FULL, "503" },
    { "503, not enabled", "GET", 1 << FAILED_RESET, 3, FULL, "503" },
    { "503, tries used up", "GET", 1 << FAILED_STATUS, 1, FULL, "503" },
    { "503, budget used up", "GET", 1 << FAILED_STATUS, 3, COST - EARNED - 1,
      "503" },
};

static void check_passed_on(void **state)
{
    const passed_on_t *row = *state;
    script_t *s = script_begin(row->method, BODY_NONE, 0);
    char got[32], head[64];

    s->x->policy.retry.on = row->retry_on;
    s->x->policy.retry.tries = row->tries;
    s->f.shared->upstream[0].retry_credit = row->credit;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    snprintf(head, sizeof(head), "HTTP/1.1 %s X\r\nContent-Length: 0\r\n\r\n",
             row->status);
    script_read(s, head);
    snprintf(got, sizeof(got), "<%s a>", row->status);
    script_end(s, OUTCOME_OK, 0, got);
}

/* ---- the body again ---- */

static void check_replay(void **state)
{
    script_t *s = script_begin("PUT", BODY_LENGTH, 6);

    script_connect(s);
    script_sends(s, PUT("a"));
    script_source(s, "abc", SOURCE_DATA);
    script_sends(s, "abc");
    script_source(s, "de", SOURCE_AGAIN);
    script_writes(s, 1);
    script_closed(s, NULL);
    script_connect(s);
    script_writes(s, 3);
    script_writes(s, SIZE_MAX);
    script_wire(s, "d" PUT("b") "abcde");
    script_wants_not(s, EXCHANGE_WANT_SOURCE);
    exchange_on_source_ready(s->x);
    script_source(s, "f", SOURCE_DATA);
    script_sends(s, "f");
    answer(s, "<200 b>hi");
    assert_int_equal(s->x->bytes_sent, 6);
}

static void check_replay_chunked(void **state)
{
    script_t *s = script_begin("PUT", BODY_STREAM, 0);
    const char *whole = "PUT / HTTP/1.1\r\nHost: b\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n"
                        "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n";

    script_connect(s);
    script_source(s, "a", SOURCE_DATA);
    script_writes(s, SIZE_MAX);
    script_source(s, "bc", SOURCE_DATA);
    script_writes(s, SIZE_MAX);
    script_source(s, "", SOURCE_END);
    script_writes(s, SIZE_MAX);
    script_closed(s, NULL);
    s->wire_len = 0;
    script_connect(s);
    script_sends(s, whole);
    answer(s, "<200 b>hi");
}

/* Of two chunks, with a limit that both just keep, or do not. */
static void check_replay_limit(void **state)
{
    static char piece[CHUNK_LARGE - 64 + 1];
    const int length = (int)(2 * (sizeof(piece) - 1));
    size_t head;
    int over;

    memset(piece, 'p', sizeof(piece) - 1);
    for (over = 0; over <= 1; over++) {
        script_t *s = script_begin("PUT", BODY_LENGTH, length);

        s->x->policy.retry.replay_limit = length - over;
        script_connect(s);
        script_source(s, piece, SOURCE_DATA);
        script_writes(s, SIZE_MAX);
        script_source(s, piece, SOURCE_DATA);
        script_writes(s, SIZE_MAX);
        assert_int_equal(s->x->request_state, REQUEST_SENT);
        s->wire_len = 0;
        script_closed(s, NULL);
        if (over) {
            script_end(s, OUTCOME_RESET, 502, "");
            assert_non_null(strstr(s->f.warning, "cannot be sent again"));
            continue;
        }
        script_connect(s);
        while (s->x->request_state != REQUEST_SENT) {
            script_writes(s, 10000);
        }
        head = strlen(PUT("b")) - 1 + (size_t)snprintf(NULL, 0, "%d", length);
        assert_int_equal(s->wire_len, head + (size_t)length);
        answer(s, "<200 b>hi");
    }
}

/* A retry whose body is at hand does not wait for 100 again. */
static void check_replay_expect(void **state)
{
    script_t *s = script_begin("PUT", BODY_STREAM, 0);

    s->x->request.expect_continue = 1;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    script_read(s, "HTTP/1.1 100 Continue\r\n\r\n");
    script_source(s, "abc", SOURCE_END);
    script_writes(s, SIZE_MAX);
    s->x->policy.retry.on |= 1 << FAILED_INVALID;
    script_closed(s, "reset");
    s->wire_len = 0;
    script_connect(s);
    script_writes(s, SIZE_MAX);
    assert_int_equal(s->x->request_state, REQUEST_BODY);
    s->wire_len = 0;
    script_sends(s, "3\r\nabc\r\n0\r\n\r\n");
    answer(s, "<200 b>hi");
}

int main(void)
{
    size_t i;

    apr_initialize();
    unit_add("kept connection was closed", check_stale, NULL);
    unit_add("and the fresh one too", check_stale_then_reset, NULL);
    unit_add("kept connection, POST", check_stale_post, NULL);
    unit_add("kept connection, POST not sent", check_stale_post_unsent, NULL);
    unit_add("kept connection, within a body", check_stale_within_body, NULL);
    unit_add("reset", check_reset, NULL);
    unit_add("the only member once more", check_only_member, NULL);
    unit_add("POST reset", check_post_reset, NULL);
    unit_add("no response in time, enabled", check_timeout_enabled, NULL);
    unit_add("no response in time", check_timeout_not_enabled, NULL);
    unit_add("nonsense, enabled", check_invalid_enabled, NULL);
    unit_add("head refused, enabled", check_head_refused_elsewhere, NULL);
    unit_add("response begun", check_started, NULL);
    unit_add("503, then another", check_5xx, NULL);
    unit_add("503 everywhere", check_5xx_everywhere, NULL);
    unit_add("part of the body again", check_replay, NULL);
    unit_add("chunks again", check_replay_chunked, NULL);
    unit_add("429", check_429, NULL);
    unit_add("the same member", check_same_member, NULL);
    unit_add("the same member, full", check_same_member_full, NULL);
    unit_add("another member or none", check_other_member, NULL);
    unit_add("Retry-After", check_retry_after, NULL);
    unit_add("Retry-After, repeated", check_retry_after_repeated, NULL);
    unit_add("replay limit", check_replay_limit, NULL);
    unit_add("body again, with Expect", check_replay_expect, NULL);
    for (i = 0; i < UNIT_COUNT(passed_on); i++) {
        unit_add(passed_on[i].name, check_passed_on, &passed_on[i]);
    }
    return script_finish(unit_run("exchange_retry"));
}
