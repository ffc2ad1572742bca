/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_connect_test.c: connections refused, silent, at their limit; several
 * addresses; kept connections that have gone or spoke unasked. */
#include "exchange_sockets.h"

/* ---- connecting ---- */

/* A listener becomes a port where nobody answers. */
static void refuse(int member)
{
    close(listener[member].fd);
    listener[member] = loopback_refuse();
    addresses[member].count = 0;
    loopback_add(&addresses[member], &listener[member]);
}

/* Steps until the one address that takes connections was asked. */
static void step_until_connecting(const loopback_t *l)
{
    struct sockaddr_in to;
    socklen_t len = sizeof(to);

    step();
    while (!f.x->done && f.x->conn
           && (getpeername(f.x->conn->fd, (struct sockaddr *)&to, &len) != 0
               || to.sin_port != l->address.sin_port)) {
        await(EPOLLOUT);
    }
}

static void check_refused(void **state)
{
    begin("GET", BODY_NONE, 0);
    refuse(0);
    refuse(1);
    step_until_connecting(&listener[2]);
    peer = loopback_accept(&listener[2]);
    await(EPOLLOUT);
    member_gets("GET / HTTP/1.1\r\nHost: c\r\n\r\n");
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 c>hello", 1);
    assert_int_equal(f.x->attempts, 3);
    assert_non_null(strstr(f.warning, "connection refused"));
}

static void check_all_refused(void **state)
{
    begin("GET", BODY_NONE, 0);
    refuse(0);
    refuse(1);
    refuse(2);
    step_until_connecting(&listener[0]);
    ended(OUTCOME_CONNECT, 502, "", 0);
    assert_string_equal(f.x->reason, "connection refused");
}

/* A name with three addresses, of which the last one answers. */
static void check_addresses(void **state)
{
    loopback_t nobody = loopback_refuse();

    begin("GET", BODY_NONE, 0);
    addresses[0].count = 0;
    loopback_add(&addresses[0], &nobody);
    loopback_add(&addresses[0], &nobody);
    loopback_add(&addresses[0], &listener[0]);
    step_until_connecting(&listener[0]);
    peer = loopback_accept(&listener[0]);
    await(EPOLLOUT);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
    assert_int_equal(f.x->attempts, 1);
    assert_int_equal(f.shared->member_metrics[0].failures, 0);
    close(nobody.fd);
}

/* The first address is silent (nothing of it is told to the exchange). */
static void check_silent_address(void **state)
{
    loopback_t silent = loopback_listen();

    begin("GET", BODY_NONE, 0);
    addresses[0].count = 0;
    loopback_add(&addresses[0], &silent);
    loopback_add(&addresses[0], &listener[0]);
    step();
    assert_int_equal(waits.deadline, f.now + fixture_policy.connect_timeout);
    f.now = waits.deadline;
    step();
    assert_int_equal(f.x->address, 1);
    assert_int_equal(waits.deadline, f.now + fixture_policy.connect_timeout);
    peer = loopback_accept(&listener[0]);
    await(EPOLLOUT);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
    close(silent.fd);
}

static void check_no_address(void **state)
{
    int i;

    begin("GET", BODY_NONE, 0);
    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        f.member[i].addresses = NULL;
    }
    step();
    ended(OUTCOME_CONNECT, 502, "", 0);
    assert_string_equal(f.x->reason, "no address known for the name");
}

static void check_limit(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.member[0].max_connections = 1;
    assert_true(member_slot_take(f.shared, &f.member[0]));
    connect_to(1);
    member_gets("GET / HTTP/1.1\r\nHost: b\r\n\r\n");
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 b>hello", 2);
    member_slot_give(f.shared, &f.member[0]);
}

static void watch_fails(void *driver, upstream_conn_t *conn)
{
    conn->hangup = 1;
}

static void check_not_watched(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.env.watch = watch_fails;
    f.x->policy.retry.on = 0;
    step();
    ended(OUTCOME_CONNECT, 502, "", 0);
}

/* ---- kept connections that are gone ---- */

static void keep_one(void)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
    fixture_next(&f);
    fixture_request(&f, "GET", BODY_NONE, 0);
}

static void answered_afresh(void)
{
    peer = loopback_accept(&listener[0]);
    await(EPOLLOUT);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "again");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>again", 1);
    assert_int_equal(f.x->attempts, 1);
}

static void check_stale(void **state)
{
    keep_one();
    hang_up();
    step();
    assert_int_equal(f.x->was_reused, 1);
    await(EPOLLIN);
    answered_afresh();
}

static void check_stale_reset(void **state)
{
    keep_one();
    loopback_reset(peer);
    peer = -1;
    step(); /* perhaps seen by the write, else by the read */
    if (f.x->conn->reused) {
        await(EPOLLIN);
    }
    answered_afresh();
}

/* For a request that could not be repeated the kernel is asked first. */
static void check_stale_post(void **state)
{
    keep_one();
    f.x->request.is_idempotent = 0;
    hang_up();
    step();
    assert_int_equal(f.x->conn->reused, 0);
    answered_afresh();
}

/* Bytes nobody asked for are no response. */
static void check_unasked(void **state)
{
    keep_one();
    member_says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    f.env.probe_always = 1;
    step();
    assert_int_equal(f.x->conn->reused, 0);
    hang_up();
    answered_afresh();
    keep_one();
    member_says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    step(); /* without a look: the loop has still to tell of the bytes */
    assert_int_equal(f.x->conn->reused, 1);
    f.x->conn->unasked = 1;
    await(EPOLLIN);
    hang_up();
    answered_afresh();
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("refused", check_refused, NULL);
    unit_add("refused everywhere", check_all_refused, NULL);
    unit_add("several addresses", check_addresses, NULL);
    unit_add("a silent address", check_silent_address, NULL);
    unit_add("no address", check_no_address, NULL);
    unit_add("member at its limit", check_limit, NULL);
    unit_add("cannot be watched", check_not_watched, NULL);
    unit_add("kept connection closed", check_stale, NULL);
    unit_add("kept connection reset", check_stale_reset, NULL);
    unit_add("kept connection closed, POST", check_stale_post, NULL);
    unit_add("kept connection that spoke", check_unasked, NULL);
    failed = unit_run("exchange_connect");
    finish();
    return failed;
}
