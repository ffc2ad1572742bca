/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_attempt_test.c: which member is asked after the first, at which
 * address, and what that costs: tries, budget, time. */
#include "exchange_script.h"

#define GET_A "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK_HI "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
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

/* ---- which member ---- */

static void check_refused(void **state)
{
    script_t *s = script_begin("POST", BODY_LENGTH, 6);

    script_refuse(s);
    script_refuse(s);
    script_connect(s);
    script_source(s, "abcdef", SOURCE_END);
    script_sends(s, "POST / HTTP/1.1\r\nHost: c\r\nContent-Length: 6\r\n\r\n"
                    "abcdef");
    answer(s, "<200 c>hi");
    assert_int_equal(s->x->attempts, 3);
    assert_int_equal(failures(s, 0), 1);
    assert_int_equal(failures(s, 1), 1);
    assert_int_equal(failures(s, 2), 0);
    assert_int_equal(credit(s), FULL - 2 * COST);
}

static void check_all_refused(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.retry.tries = 10;
    script_refuse(s);
    script_refuse(s);
    script_refuse(s);
    script_end(s, OUTCOME_CONNECT, 502, "");
    assert_int_equal(s->x->attempts, 3);
    assert_int_equal(credit(s), FULL - 2 * COST); /* the third costs none */
    assert_non_null(strstr(s->f.warning, "no other member"));
}

/* All addresses of a name count as one try. */
static void check_addresses(void **state)
{
    static const address_list_t three = { .count = 3 };
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->f.member[0].addresses = &three;
    s->x->policy.retry.on = 0;
    script_choose(s);
    s->x->conn = fixture_connect(s->x->member, 0);
    exchange_on_connect_failed(s->x, FAILED_CONNECT, "refused", s->f.now);
    assert_null(s->x->conn);
    assert_int_equal(s->x->address, 1);
    script_wants(s, EXCHANGE_WANT_CONNECT);
    script_wait(s, 10);
    s->x->conn = fixture_connect(s->x->member, 0);
    script_wait(s, fixture_policy.connect_timeout - 10);
    assert_null(s->x->conn); /* no answer there either */
    assert_int_equal(s->x->address, 2);
    script_deadline(s, fixture_policy.connect_timeout);
    assert_int_equal(s->x->attempts, 1);
    assert_int_equal(failures(s, 0), 0);
    exchange_on_connect_failed(s->x, FAILED_CONNECT, "refused", s->f.now);
    script_end(s, OUTCOME_CONNECT, 502, "");
    assert_int_equal(failures(s, 0), 1);
}

/* A limit is the member's, whatever the address. */
static void check_no_slot_at_any_address(void **state)
{
    static const address_list_t two = { .count = 2 };
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->f.member[0].addresses = &two;
    script_no_slot(s);
    script_choose(s);
    assert_ptr_equal(s->x->member, &s->f.member[1]);
    assert_int_equal(s->x->address, 0);
}

static void check_backup_last(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->f.member[0].backup = 1;
    script_refuse(s);
    script_refuse(s);
    script_connect(s);
    script_sends(s, GET_A);
    answer(s, "<200 a>hi");
}

static void check_paused_last(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    member_failed(&s->f.member[0], s->f.now);
    member_failed(&s->f.member[1], s->f.now);
    script_choose(s);
    assert_ptr_equal(s->x->member, &s->f.member[2]);
    exchange_on_connect_failed(s->x, FAILED_CONNECT, "refused", s->f.now);
    script_connect(s); /* better a paused one than none */
    script_sends(s, GET_A);
    answer(s, "<200 a>hi");
    assert_int_equal(member_paused(&s->f.member[0], s->f.now), 0);
    assert_int_equal(member_paused(&s->f.member[1], s->f.now), 1);
}

/* A paused member of the first rank only after a backup that is well. */
static void check_backup_before_paused(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    members(s, 2);
    s->f.member[1].backup = 1;
    member_failed(&s->f.member[0], s->f.now);
    script_choose(s);
    assert_ptr_equal(s->x->member, &s->f.member[1]);
}

static void check_no_member(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    members(s, 0);
    script_choose(s);
    script_end(s, OUTCOME_NO_MEMBER, 503, "");
    assert_int_equal(s->x->started, s->f.now);
}

/* ---- members at their limit ---- */

/* Nothing was tried there: it is no failure and costs no try. */
static void check_no_slot(void **state)
{
    script_t *s = script_begin("POST", BODY_NONE, 0);

    s->x->policy.retry.tries = 1;
    s->x->policy.retry.on = 0;
    script_no_slot(s);
    script_no_slot(s);
    script_connect(s);
    script_sends(s, "POST / HTTP/1.1\r\nHost: c\r\n\r\n");
    answer(s, "<200 c>hi");
    assert_int_equal(s->x->attempts, 1);
    assert_int_equal(failures(s, 0), 0);
    assert_int_equal(member_paused(&s->f.member[0], s->f.now), 0);
    assert_int_equal(credit(s), FULL);
}

static void check_no_slot_anywhere(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    script_no_slot(s);
    script_no_slot(s);
    script_no_slot(s);
    script_end(s, OUTCOME_NO_MEMBER, 503, "");
}

/* ---- tries and budget ---- */

static void check_tries(void **state)
{
    int tries, i;

    for (tries = 1; tries <= 4; tries++) {
        script_t *s = script_begin("GET", BODY_NONE, 0);

        s->x->policy.retry.tries = tries;
        for (i = 0; i < tries; i++) {
            script_connect(s);
            script_writes(s, SIZE_MAX);
            script_closed(s, NULL);
        }
        script_end(s, OUTCOME_RESET, 502, "");
        assert_int_equal(s->x->attempts, tries);
        assert_int_equal(credit(s), FULL - (tries - 1) * COST);
        assert_non_null(strstr(s->f.warning, "tries are used up"));
    }
}

static void check_budget(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->f.shared->upstream[0].retry_credit = COST - EARNED - 1;
    script_refuse(s);
    script_end(s, OUTCOME_CONNECT, 502, "");
    assert_int_equal(credit(s), COST - 1);
    assert_non_null(strstr(s->f.warning, "budget"));
}

static void check_total_time(void **state)
{
    script_t *s = script_begin("GET", BODY_NONE, 0);

    s->x->policy.total_timeout = 10;
    script_choose(s);
    s->f.now += 10;
    exchange_on_connect_failed(s->x, FAILED_CONNECT, "refused", s->f.now);
    script_end(s, OUTCOME_CONNECT, 502, "");
    assert_non_null(strstr(s->f.warning, "no time"));
}

int main(void)
{
    apr_initialize();
    unit_add("refused: the next member", check_refused, NULL);
    unit_add("all refuse", check_all_refused, NULL);
    unit_add("several addresses", check_addresses, NULL);
    unit_add("several addresses, at the limit", check_no_slot_at_any_address,
             NULL);
    unit_add("backups last", check_backup_last, NULL);
    unit_add("paused members last", check_paused_last, NULL);
    unit_add("a backup before a paused one", check_backup_before_paused, NULL);
    unit_add("no member at all", check_no_member, NULL);
    unit_add("member at its limit", check_no_slot, NULL);
    unit_add("all at their limit", check_no_slot_anywhere, NULL);
    unit_add("tries", check_tries, NULL);
    unit_add("budget", check_budget, NULL);
    unit_add("no time left", check_total_time, NULL);
    return script_finish(unit_run("exchange_attempt"));
}
