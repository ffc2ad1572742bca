/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_bodies_test.c: bodies larger than the sockets hold: partial writes
 * and reads, back-pressure both ways, members that answer early. */
#include "exchange_sockets.h"

/* ---- large bodies ---- */

#define LARGE (8 << 20)

/* The client sends more than the sockets hold: no more is read of it than was
 * written, but for what is held to be sent again. */
static void check_upload(void **state)
{
    static char body[LARGE];
    size_t got = 0, head;

    memset(body, 'u', sizeof(body));
    begin("PUT", BODY_LENGTH, LARGE);
    f.source = body;
    f.source_len = LARGE;
    f.source_piece = 30000;
    connect_to(0);
    fill_sockets();
    head = strlen("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608"
                  "\r\n\r\n");
    while (got < head + LARGE) {
        assert_in_range(fixture_held(&f), 0, 64 * 1024 + 2 * CHUNK_LARGE);
        if (waits.want & EXCHANGE_WANT_AGAIN) {
            step();
            continue;
        }
        assert_true(loopback_await(peer, POLLIN));
        got += member_drains();
        if (f.x->request_state != REQUEST_SENT) {
            await(EPOLLOUT);
        }
    }
    assert_int_equal(got, head + LARGE);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
}

/* As much as the sockets take, without waiting.  @return bytes */
static size_t member_sends(size_t max)
{
    static char body[64 * 1024];
    size_t total = 0;
    ssize_t n;

    memset(body, 'd', sizeof(body));
    while (total < max) {
        size_t len = max - total < sizeof(body) ? max - total : sizeof(body);
        n = send(peer, body, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            assert_int_equal(errno, EAGAIN);
            break;
        }
        total += (size_t)n;
    }
    return total;
}

/* Reads are bounded in each step, and go on without an event. */
static void check_download(void **state)
{
    size_t sent = 0, before;
    int again = 0;

    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n");
    while (!f.x->done) {
        sent += member_sends(LARGE - sent);
        before = f.got_body;
        if (waits.want & EXCHANGE_WANT_AGAIN) {
            again++;
            step();
        }
        else {
            await(EPOLLIN);
        }
        assert_in_range(f.got_body - before, 0, 16 * 64 * 1024);
    }
    assert_int_equal(f.got_body, LARGE);
    assert_true(again > 0);
    assert_int_equal(connections(), 1);
}

/* The client takes nothing: no more is read of the member. */
static void check_back_pressure(void **state)
{
    size_t sent = 0, n, before;

    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n");
    f.body_answer = SINK_FULL;
    while ((n = member_sends(LARGE - sent)) > 0) {
        sent += n;
        if (!f.x->sink_full) {
            await(EPOLLIN);
        }
        step();
        assert_int_equal(waits.want & EXCHANGE_WANT_READ, 0);
        assert_true(waits.want & EXCHANGE_WANT_SINK);
        assert_int_equal(waits.deadline, 0);
    }
    assert_true(sent < LARGE);
    assert_in_range(f.got_body, 1, CHUNK_LARGE);
    while (!f.x->done) { /* a piece each time it has room again */
        before = f.got_body;
        exchange_on_sink_ready(f.x, f.now);
        step();
        sent += member_sends(LARGE - sent);
        if (!f.x->done && !f.x->sink_full) {
            await(EPOLLIN);
        }
        assert_in_range(f.got_body - before, 0, CHUNK_LARGE);
    }
    assert_int_equal(f.got_body, LARGE);
    assert_int_equal(f.x->outcome, OUTCOME_OK);
}

/* Chunks that the client holds are not written over. */
static slice_t held_data[64];
static chunk_t *held_chunk[64];
static int held_count;

static sink_e hold_body(void *ctx, chunk_t *chunk, slice_t data)
{
    (void)ctx;
    if (held_count < 64) {
        chunk_ref(chunk);
        held_chunk[held_count] = chunk;
        held_data[held_count++] = data;
    }
    return SINK_OK;
}

static void check_chunks_held(void **state)
{
    char all[8192] = "", expected[8192] = "";
    sink_ops_t sink;
    int i;

    begin("GET", BODY_NONE, 0);
    sink = *f.x->sink;
    sink.body = hold_body;
    f.x->sink = &sink;
    held_count = 0;
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(UNTIL);
    for (i = 0; i < 40; i++) {
        char piece[128];
        snprintf(piece, sizeof(piece), "%0100d", i);
        strcat(expected, piece);
        member_says(piece);
        await(EPOLLIN);
    }
    hang_up();
    await(EPOLLIN);
    for (i = 0; i < held_count; i++) {
        strncat(all, held_data[i].p, held_data[i].len);
        chunk_release(&held_chunk[i]);
    }
    assert_string_equal(all, expected);
}

/* ---- early answers ---- */

/* The member answers, reads nothing more and closes: the answer arrives. */
static void check_answer_then_reset(void **state)
{
    static char body[LARGE];
    int rounds = 0;

    begin("POST", BODY_LENGTH, LARGE);
    f.source = body;
    f.source_len = LARGE;
    connect_to(0);
    fill_sockets();
    member_says("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    hang_up(); /* with bytes unread: a reset */
    while (!f.x->done) {
        await(EPOLLOUT);
        assert_in_range(++rounds, 1, 100);
    }
    ended(OUTCOME_OK, 0, "<413 a>no", 0);
}

static void check_reset_within_upload(void **state)
{
    static char body[LARGE];

    begin("POST", BODY_LENGTH, LARGE);
    f.source = body;
    f.source_len = LARGE;
    connect_to(0);
    loopback_reset(peer);
    peer = -1;
    await(EPOLLOUT);
    ended(OUTCOME_RESET, 502, "", 0);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("upload", check_upload, NULL);
    unit_add("download", check_download, NULL);
    unit_add("client takes nothing", check_back_pressure, NULL);
    unit_add("chunks held by the client", check_chunks_held, NULL);
    unit_add("answer, then reset", check_answer_then_reset, NULL);
    unit_add("reset within an upload", check_reset_within_upload, NULL);
    failed = unit_run("exchange_bodies");
    finish();
    return failed;
}
