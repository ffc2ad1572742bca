/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_wait_test.c: an exchange whose upstream's members are all full:
 * refused, called, called in vain, replaced, too long, cancelled. */
#include "exchange_script.h"

#define WAIT 50

/* A balancer that answers as it is told. */
static struct {
    int choice;
    balancer_entry_e entry;
    int waits, stops, was_called;
    balancer_exit_e exit;
    const balancer_waiter_t *waiter;
} line;

static int choose(void *pool, const balancer_request_t *request,
                  const balancer_tried_t *tried, apr_time_t now,
                  balancer_reason_e *reason)
{
    *reason = BALANCER_BY_METHOD;
    line.was_called = request->is_called;
    return line.choice;
}

static balancer_entry_e wait_for_room(void *pool, balancer_waiter_t *waiter,
                                      const balancer_request_t *request,
                                      apr_time_t now)
{
    line.waits++;
    line.waiter = waiter;
    waiter->verdict = BALANCER_WAITS;
    waiter->until = FIXTURE_START + WAIT;
    waiter->retry_after_s = 7;
    return line.entry;
}

static void stop_waiting(void *pool, balancer_waiter_t *waiter,
                         balancer_exit_e why, apr_time_t now)
{
    line.stops++;
    line.exit = why;
}

static void leave(void *pool, int member, balancer_reason_e reason,
                  balancer_result_e result, apr_time_t now)
{
}

static const balancer_t balancer = { .choose = choose,
                                     .wait = wait_for_room,
                                     .stop_waiting = stop_waiting,
                                     .leave = leave };

static script_t *begin(balancer_entry_e entry)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    memset(&line, 0, sizeof(line));
    line.choice = BALANCER_FULL;
    line.entry = entry;
    s->f.upstream.balancer = &balancer;
    script_choose(s);
    return s;
}

static void decide_on(script_t *s, balancer_verdict_e is)
{
    s->x->waiter.verdict = is;
    assert_int_equal(exchange_wait_step(s->x, s->f.now), 1);
}

static void check_overload(script_t *s, balancer_exit_e why)
{
    assert_int_equal(line.stops, 1);
    assert_int_equal(line.exit, why);
    assert_int_equal(s->x->retry_after_s, 7);
    script_end(s, OUTCOME_OVERLOAD, 503, "");
}

static void check_refused(void **state)
{
    script_t *s = begin(BALANCER_REFUSED);

    assert_int_equal(line.stops, 0);
    assert_int_equal(s->x->retry_after_s, 7);
    script_end(s, OUTCOME_OVERLOAD, 503, "");
}

static void check_no_queue(void **state)
{
    script_end(begin(BALANCER_NO_QUEUE), OUTCOME_NO_MEMBER, 503, "");
}

static void check_waits(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    assert_int_equal(s->x->request_state, REQUEST_WAIT);
    assert_int_equal(exchange_want(s->x), EXCHANGE_WANT_SLOT);
    assert_int_equal(exchange_wait_step(s->x, s->f.now), 0);
    assert_int_equal(exchange_deadline(s->x), FIXTURE_START + WAIT);
    s->x->policy.total_timeout = WAIT / 2;
    assert_int_equal(exchange_deadline(s->x), FIXTURE_START + WAIT / 2);
}

static void check_called(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    s->f.now += 20;
    decide_on(s, BALANCER_CALLED);
    line.choice = BALANCER_NONE;
    script_choose(s);
    assert_int_equal(line.was_called, 1);
    assert_int_equal(line.exit, BALANCER_NOBODY_LEFT);
    assert_int_equal(s->x->waited, 20);
    script_end(s, OUTCOME_NO_MEMBER, 503, "");
}

static void check_called_in_vain(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    decide_on(s, BALANCER_CALLED);
    script_choose(s);
    assert_int_equal(line.waits, 2);
    assert_int_equal(line.stops, 0);
    assert_int_equal(s->x->request_state, REQUEST_WAIT);
    assert_int_equal(s->x->balance.is_called, 0);
}

static void check_replaced(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    decide_on(s, BALANCER_REPLACED);
    check_overload(s, BALANCER_MOVED);
}

static void check_too_long(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    s->f.now += WAIT;
    exchange_on_deadline(s->x, s->f.now);
    check_overload(s, BALANCER_TIMED_OUT);
    assert_int_equal(s->x->waited, WAIT);
}

/* The call and the deadline in one moment: it was called. */
static void check_called_at_last(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    s->f.now += WAIT;
    s->x->waiter.verdict = BALANCER_CALLED;
    exchange_on_deadline(s->x, s->f.now);
    assert_int_equal(s->x->request_state, REQUEST_CHOOSE);
    assert_int_equal(line.stops, 0);
}

static void check_cancelled(void **state)
{
    script_t *s = begin(BALANCER_ENTERED);

    exchange_cancel(s->x, OUTCOME_CLIENT_GONE, s->f.now);
    assert_int_equal(line.stops, 1);
    assert_int_equal(line.exit, BALANCER_GONE);
    script_end(s, OUTCOME_CLIENT_GONE, 0, "");
}

int main(void)
{
    apr_initialize();
    unit_add("refused", check_refused, NULL);
    unit_add("no queue", check_no_queue, NULL);
    unit_add("waits", check_waits, NULL);
    unit_add("called", check_called, NULL);
    unit_add("called in vain", check_called_in_vain, NULL);
    unit_add("replaced", check_replaced, NULL);
    unit_add("too long", check_too_long, NULL);
    unit_add("called at last", check_called_at_last, NULL);
    unit_add("cancelled", check_cancelled, NULL);
    return unit_run("exchange_wait");
}
