/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_race_test.c: two exchanges for one response: who begins the second,
 * who takes the client, what becomes of the other.  The balancer is a stand-in
 * that names members in order and writes down what it is told. */
#include "engine/exchange_script.h"

#define AFTER apr_time_from_msec(50)
#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#define BAD "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"
#define HINTS "HTTP/1.1 103 Early Hints\r\n\r\n"

static struct {
    unit_text_t said; /* "+a" chosen, "a:failed" left, "won" ... */
    balancer_hedge_verdict_e verdict;
    balancer_reason_e reason;
    balancer_result_e outrun;
    int members, full; /* full: after those */
    exchange_t *begun, *ended;
} stub;

static int stub_choose(void *pool, const balancer_request_t *request,
                       const balancer_tried_t *tried, apr_time_t now,
                       balancer_reason_e *reason)
{
    int i;

    for (i = 0; i < stub.members && balancer_is_tried(tried, i); i++) {
    }
    if (i == stub.members) {
        return stub.full ? BALANCER_FULL : BALANCER_NONE;
    }
    *reason = tried->count ? BALANCER_BY_METHOD : stub.reason;
    unit_text_add(&stub.said, "+%c ", 'a' + i);
    return i;
}

static void stub_again(void *pool, int member)
{
    unit_text_add(&stub.said, "+%c ", 'a' + member);
}

static int stub_is_left(void *pool, const balancer_tried_t *tried,
                        apr_time_t now)
{
    return (int)tried->count < stub.members || stub.full;
}

static balancer_entry_e stub_wait(void *pool, balancer_waiter_t *waiter,
                                  const balancer_request_t *request,
                                  apr_time_t now)
{
    waiter->verdict = BALANCER_WAITS;
    waiter->until = now + AFTER;
    unit_text_add(&stub.said, "waits ");
    return BALANCER_ENTERED;
}

static void stub_stop_waiting(void *pool, balancer_waiter_t *waiter,
                              balancer_exit_e why, apr_time_t now)
{
    unit_text_add(&stub.said, "stops ");
}

static void stub_answered(void *pool, int member, apr_interval_time_t first,
                          apr_time_t now)
{
    unit_text_add(&stub.said, "%c:answered ", 'a' + member);
}

static void stub_leave(void *pool, int member, balancer_reason_e reason,
                       balancer_result_e result, apr_time_t now)
{
    static const char *const names[] = { "passed", "failed", "unknown" };

    unit_text_add(&stub.said, "%c:%s ", 'a' + member, names[result]);
}

static void stub_ended(void *pool, int member,
                       const balancer_attempt_t *attempt, apr_time_t now)
{
}

static balancer_hedge_verdict_e stub_hedge(void *pool,
                                           const balancer_tried_t *tried,
                                           apr_interval_time_t waited,
                                           apr_interval_time_t *after,
                                           apr_time_t now)
{
    *after = AFTER - waited;
    return waited < AFTER ? BALANCER_HEDGE_LATER : stub.verdict;
}

static void stub_hedged(void *pool, balancer_hedge_e result)
{
    static const char *const names[] = {
#define X(id, text) text,
        BALANCER_HEDGES(X)
#undef X
    };

    unit_text_add(&stub.said, "%s ", names[result]);
}

static balancer_result_e stub_outrun(void *pool, int member,
                                     apr_interval_time_t waited,
                                     apr_interval_time_t patience,
                                     apr_time_t now)
{
    assert_int_equal(patience, fixture_policy.first_byte_timeout);
    unit_text_add(&stub.said, "%c:outrun ", 'a' + member);
    return stub.outrun;
}

static const balancer_t stub_balancer = {
    .choose = stub_choose,
    .again = stub_again,
    .is_left = stub_is_left,
    .answered = stub_answered,
    .ended = stub_ended,
    .leave = stub_leave,
    .hedge = stub_hedge,
    .hedged = stub_hedged,
    .outrun = stub_outrun,
    .wait = stub_wait,
    .stop_waiting = stub_stop_waiting,
};

static void begin_beside(void *driver, exchange_t *x)
{
    stub.begun = x;
}

static void end_beside(void *driver, exchange_t *x)
{
    stub.ended = x;
}

static void replaced(exchange_t *x, exchange_t *by)
{
    fixture->x = by;
}

/* A first request that is out, at "a". */
static script_t *begin(const char *method, request_body_e body, int64_t length)
{
    script_t *s = script_begin(method, body, length);

    memset(&stub, 0, sizeof(stub));
    stub.verdict = BALANCER_HEDGE_NOW;
    stub.outrun = BALANCER_UNKNOWN;
    stub.members = FIXTURE_MEMBERS;
    s->f.upstream.balancer = &stub_balancer;
    s->f.env.begin = begin_beside;
    s->f.env.end = end_beside;
    s->x->replaced = replaced;
    s->x->request.is_safe = strcmp(method, "GET") == 0;
    return s;
}

static void send_it(script_t *s)
{
    script_connect(s);
    script_writes(s, SIZE_MAX);
    s->wire_len = 0;
}

/* Two of them, both waiting for an answer.  s->x is the first. */
static script_t *race(exchange_t **second)
{
    script_t *s = begin("GET", BODY_NONE, 0);
    exchange_t *first = s->x;

    send_it(s);
    script_deadline(s, AFTER);
    script_wait(s, AFTER);
    assert_non_null(stub.begun);
    *second = s->x = stub.begun;
    send_it(s);
    s->x = first;
    assert_string_equal(stub.said.text, "+a +b ");
    return s;
}

static void said(const char *expected)
{
    assert_string_equal(stub.said.text, expected);
}

static void check_second_wins(void **state)
{
    exchange_t *second, *first;
    script_t *s = race(&second);

    first = s->x;
    s->x = second;
    script_read(s, GOOD);
    said("+a +b a:outrun a:unknown won b:answered b:passed ");
    assert_ptr_equal(s->f.x, second);
    assert_ptr_equal(stub.ended, first);
    assert_true(first->done && exchange_is_outrun(first));
    assert_false(exchange_is_outrun(second));
    assert_int_equal(second->hedge, HEDGED_WON);
    assert_int_equal(second->attempts, 2);
    assert_int_equal(second->started, first->started);
    script_end(s, OUTCOME_OK, 0, "<200 b>hi");
}

static void check_first_wins(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    script_read(s, GOOD);
    said("+a +b b:outrun b:unknown lost a:answered a:passed ");
    assert_ptr_equal(s->f.x, s->x);
    assert_ptr_equal(stub.ended, second);
    assert_true(second->done && exchange_is_outrun(second));
    assert_int_equal(s->x->hedge, HEDGED_LOST);
    script_end(s, OUTCOME_OK, 0, "<200 a>hi");
}

/* The balancer says that this one has been silent for too long. */
static void check_silent(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    stub.outrun = BALANCER_FAILED;
    s->x = second;
    script_read(s, GOOD);
    said("+a +b a:outrun a:failed won b:answered b:passed ");
    script_end(s, OUTCOME_OK, 0, "<200 b>hi");
}

static void check_bad_first(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    script_read(s, BAD);
    said("+a +b a:failed ");
    assert_true(s->x->done && exchange_is_outrun(s->x));
    assert_ptr_equal(s->f.x, second);
    assert_string_equal(s->f.got, "");
    s->x = second;
    script_read(s, GOOD);
    said("+a +b a:failed won b:answered b:passed ");
    script_end(s, OUTCOME_OK, 0, "<200 b>hi");
}

static void check_bad_both(void **state)
{
    exchange_t *second, *first;
    script_t *s = race(&second);

    first = s->x;
    s->x = second;
    script_read(s, BAD);
    assert_ptr_equal(s->f.x, first);
    s->x = first;
    script_read(s, BAD);
    said("+a +b b:failed failed a:answered a:failed ");
    script_end(s, OUTCOME_OK, 0, "<500 a>no");
}

/* What is left of the tries is the survivor's. */
static void check_first_lost(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    script_closed(s, "reset");
    assert_true(s->x->done && exchange_is_outrun(s->x));
    s->x = second;
    script_closed(s, "reset");
    assert_false(s->x->done);
    send_it(s);
    script_read(s, GOOD);
    said("+a +b a:failed b:failed +c won c:answered c:passed ");
    assert_int_equal(s->x->attempts, 3);
    script_end(s, OUTCOME_OK, 0, "<200 c>hi");
}

/* The survivor is the client's request: it waits for room as any. */
static void check_survivor_waits(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    stub.members = 2;
    stub.full = 1;
    script_closed(s, "reset");
    s->x = second;
    script_closed(s, "reset");
    script_choose(s);
    said("+a +b a:failed b:failed waits ");
    assert_int_equal(s->x->request_state, REQUEST_WAIT);
    exchange_cancel(s->x, OUTCOME_CLIENT_GONE, s->f.now);
    said("+a +b a:failed b:failed waits stops ");
    script_end(s, OUTCOME_CLIENT_GONE, 0, "");
}

/* Who is asked beside another one does not. */
static void check_no_room(void **state)
{
    script_t *s = begin("GET", BODY_NONE, 0);
    exchange_t *first = s->x;

    stub.members = 1;
    stub.full = 1;
    send_it(s);
    script_wait(s, AFTER);
    s->x = stub.begun;
    script_choose(s);
    assert_true(s->x->done && exchange_is_outrun(s->x));
    s->x = first;
    script_read(s, GOOD);
    said("+a failed a:answered a:passed ");
    script_end(s, OUTCOME_OK, 0, "<200 a>hi");
}

static void check_second_lost(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);
    exchange_t *first = s->x;

    s->x = second;
    script_closed(s, "reset");
    assert_true(second->done && exchange_is_outrun(second));
    s->x = first;
    assert_false(first->done);
    script_closed(s, "reset");
    send_it(s);
    script_read(s, GOOD);
    said("+a +b b:failed failed a:failed +c c:answered c:passed ");
    assert_int_equal(s->x->attempts, 3);
    script_end(s, OUTCOME_OK, 0, "<200 c>hi");
}

static void check_client_gone(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);

    exchange_cancel(s->x, OUTCOME_CLIENT_GONE, s->f.now);
    assert_true(second->done);
    assert_ptr_equal(stub.ended, second);
    said("+a +b b:unknown a:unknown ");
    assert_int_equal(s->x->hedge, HEDGED_SENT);
    script_end(s, OUTCOME_CLIENT_GONE, 0, "");
}

static void check_interim(void **state)
{
    exchange_t *second;
    script_t *s = race(&second);
    exchange_t *first = s->x;

    s->x = second;
    script_read(s, HINTS);
    assert_string_equal(s->f.got, "");
    s->x = first;
    script_read(s, HINTS);
    assert_string_equal(s->f.got, "<103>");
    s->x = second;
    script_read(s, GOOD);
    script_end(s, OUTCOME_OK, 0, "<103><200 b>hi");
}

static void check_no_member(void **state)
{
    script_t *s = begin("GET", BODY_NONE, 0);
    exchange_t *first = s->x;

    stub.members = 1;
    send_it(s);
    script_wait(s, AFTER);
    s->x = stub.begun;
    script_choose(s);
    assert_true(s->x->done && exchange_is_outrun(s->x));
    s->x = first;
    script_read(s, GOOD);
    said("+a failed a:answered a:passed ");
    script_end(s, OUTCOME_OK, 0, "<200 a>hi");
}

static void check_refused(void **state)
{
    script_t *s = begin("GET", BODY_NONE, 0);

    stub.verdict = BALANCER_HEDGE_REFUSED;
    send_it(s);
    script_wait(s, AFTER);
    assert_null(stub.begun);
    assert_int_equal(s->x->hedge, HEDGED_REFUSED);
    script_read(s, GOOD);
    script_end(s, OUTCOME_OK, 0, "<200 a>hi");
}

/* A head that has come ends the thought of it. */
static void check_in_time(void **state)
{
    script_t *s = begin("GET", BODY_NONE, 0);

    send_it(s);
    script_read(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    script_wait(s, AFTER);
    assert_null(stub.begun);
    script_read(s, "hi");
    script_end(s, OUTCOME_OK, 0, "<200 a>hi");
}

typedef struct {
    const char *name;
    const char *method;
    request_body_e body;
    balancer_reason_e reason;
} never_t;

static const never_t nevers[] = {
    { "never: POST", "POST", BODY_NONE, BALANCER_BY_METHOD },
    { "never: PUT", "PUT", BODY_NONE, BALANCER_BY_METHOD },
    { "never: a body", "GET", BODY_LENGTH, BALANCER_BY_METHOD },
    { "never: a session", "GET", BODY_NONE, BALANCER_BY_SESSION },
};

static void check_never(void **state)
{
    const never_t *row = *state;
    script_t *s = begin(row->method, row->body, 1);

    stub.reason = row->reason;
    script_connect(s);
    assert_int_equal(s->x->hedge_at, 0);
    exchange_cancel(s->x, OUTCOME_CLIENT_GONE, s->f.now);
}

int main(void)
{
    size_t i;

    apr_initialize();
    unit_add("the second wins", check_second_wins, NULL);
    unit_add("the first wins", check_first_wins, NULL);
    unit_add("silent for too long", check_silent, NULL);
    unit_add("a bad answer first", check_bad_first, NULL);
    unit_add("two bad answers", check_bad_both, NULL);
    unit_add("the first is lost", check_first_lost, NULL);
    unit_add("the second is lost", check_second_lost, NULL);
    unit_add("who is left waits for room", check_survivor_waits, NULL);
    unit_add("the second does not wait for room", check_no_room, NULL);
    unit_add("the client goes", check_client_gone, NULL);
    unit_add("interim responses", check_interim, NULL);
    unit_add("no other member", check_no_member, NULL);
    unit_add("no budget", check_refused, NULL);
    unit_add("in time", check_in_time, NULL);
    for (i = 0; i < UNIT_COUNT(nevers); i++) {
        unit_add(nevers[i].name, check_never, &nevers[i]);
    }
    return script_finish(unit_run("exchange_race"));
}
