/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_io_test.c: plain exchanges over sockets, connections that are lost,
 * heads of any size, deadlines. */
#include "exchange_sockets.h"

/* ---- plain ---- */

static void check_get(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    assert_int_equal(waits.want, EXCHANGE_WANT_READ);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
}

/* Each byte by itself, each flushed to the client. */
static void check_bytes(void **state)
{
    const char *text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    const char *byte;

    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    for (byte = text; *byte; byte++) {
        const char one[] = { *byte, '\0' };
        assert_false(f.x->done);
        member_says(one);
        await(EPOLLIN);
    }
    ended(OUTCOME_OK, 0, "<200 a>|h|e|l|l|o|", 1);
}

static void check_kept(void **state)
{
    int i;

    begin("GET", BODY_NONE, 0);
    connect_to(0);
    for (i = 0;; i++) {
        member_gets(GET_HEAD);
        member_says(OK_HEAD "hello");
        await(EPOLLIN);
        ended(OUTCOME_OK, 0, "<200 a>hello", 1);
        assert_int_equal(f.x->was_reused, i > 0);
        if (i == 3) {
            break;
        }
        fixture_next(&f);
        fixture_request(&f, i % 2 ? "POST" : "GET", BODY_NONE, 0);
        f.x->request.method = SLICE_LIT("GET");
        step(); /* no connect, the head goes out at once */
    }
    assert_int_equal(f.shared->member_metrics[0].connects, 1);
    assert_int_equal(f.shared->member_metrics[0].reuses, 3);
}

static void check_closing_response(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(UNTIL "hello");
    await(EPOLLIN);
    assert_false(f.x->done);
    hang_up();
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello|", 0);
}

/* Bytes and the close in one event: there will be no second one. */
static void check_response_and_close(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(UNTIL "hello");
    hang_up();
    assert_true(loopback_await(f.x->conn->fd, POLLRDHUP));
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 0);
}

static void check_unix(void **state)
{
    char folder[] = "/tmp/rproxy-test-XXXXXX";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    loopback_t l = { .fd = socket(AF_UNIX, SOCK_STREAM, 0) };

    begin("GET", BODY_NONE, 0);
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
    assert_int_equal(bind(l.fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    assert_int_equal(listen(l.fd, 4), 0);
    f.member[0].unix_path = address.sun_path;
    step();
    peer = loopback_accept(&l);
    await(EPOLLOUT);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hello");
    await(EPOLLIN);
    ended(OUTCOME_OK, 0, "<200 a>hello", 1);
    close(l.fd);
    unlink(address.sun_path);
    rmdir(folder);
}

/* ---- lost connections ---- */

static void check_eof(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.x->policy.retry.tries = 1;
    connect_to(0);
    member_gets(GET_HEAD);
    hang_up();
    await(EPOLLIN);
    ended(OUTCOME_RESET, 502, "", 0);
}

static void check_reset(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.x->policy.retry.tries = 1;
    connect_to(0);
    member_gets(GET_HEAD);
    loopback_reset(peer);
    peer = -1;
    await(EPOLLIN);
    ended(OUTCOME_RESET, 502, "", 0);
    assert_string_equal(f.x->reason, "connection reset");
}

static void check_truncated(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hel");
    await(EPOLLIN);
    hang_up();
    await(EPOLLIN);
    ended(OUTCOME_TRUNCATED, 502, "<200 a>hel|", 0);
}

/* A reset is not the end of a body that ends with the connection. */
static void check_until_reset(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(UNTIL "hello");
    await(EPOLLIN);
    loopback_reset(peer);
    peer = -1;
    await(EPOLLIN);
    ended(OUTCOME_TRUNCATED, 502, "<200 a>hello|", 0);
}

/* ---- heads ---- */

/* One head of that many bytes, in pieces. */
static void large_head(size_t size, size_t limit)
{
    char line[1002];
    size_t at = strlen("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");

    begin("GET", BODY_NONE, 0);
    f.x->policy.limits.head = limit;
    f.x->policy.limits.fields = 10000;
    connect_to(0);
    member_gets(GET_HEAD);
    member_says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n");
    memset(line, 'x', sizeof(line));
    line[1] = ':';
    while (at < size && !f.x->done) {
        size_t n = size - at < 1000 ? size - at : 1000;
        if (size - at - n && size - at - n < 5) {
            n -= 5; /* so that the last line is one */
        }
        memcpy(line + n - 2, "\r\n", 3);
        member_says(line);
        memset(line + n - 2, 'x', 3);
        at += n;
        await(EPOLLIN);
    }
    if (!f.x->done) {
        member_says("\r\nok");
        await(EPOLLIN);
    }
}

static void check_large_heads(void **state)
{
    static const size_t sizes[] = { CHUNK_SMALL - 1, CHUNK_SMALL,
                                    CHUNK_LARGE - 1, CHUNK_LARGE,
                                    CHUNK_LARGE + 1, 64 * 1024,
                                    200 * 1024,      1 << 20 };
    size_t i;

    for (i = 0; i < UNIT_COUNT(sizes); i++) {
        large_head(sizes[i], sizes[i]);
        ended(OUTCOME_OK, 0, "<200 a>ok", 1);
        large_head(sizes[i], sizes[i] - 1);
        ended(OUTCOME_INVALID, 502, "", 0);
    }
}

/* ---- deadlines ---- */

static void check_deadline(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    assert_int_equal(waits.deadline, f.now + fixture_policy.first_byte_timeout);
    f.now = waits.deadline - 1;
    step();
    assert_false(f.x->done);
    f.now++;
    step();
    ended(OUTCOME_FIRST_BYTE, 504, "", 0);
}

/* A byte that came in time counts, even if it is read at the deadline. */
static void check_bytes_at_hand(void **state)
{
    begin("GET", BODY_NONE, 0);
    connect_to(0);
    member_gets(GET_HEAD);
    member_says(OK_HEAD "hel");
    await(EPOLLIN);
    assert_int_equal(waits.deadline, f.now + fixture_policy.between_timeout);
    f.now += 1000;
    member_says("l");
    await(EPOLLIN);
    assert_int_equal(waits.deadline, f.now + fixture_policy.between_timeout);
    f.now = waits.deadline;
    step();
    ended(OUTCOME_BETWEEN, 504, "<200 a>hel|l|", 0);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("GET", check_get, NULL);
    unit_add("byte by byte", check_bytes, NULL);
    unit_add("one connection for several", check_kept, NULL);
    unit_add("until close", check_closing_response, NULL);
    unit_add("response and close at once", check_response_and_close, NULL);
    unit_add("unix socket", check_unix, NULL);
    unit_add("closed before the response", check_eof, NULL);
    unit_add("reset before the response", check_reset, NULL);
    unit_add("closed within the body", check_truncated, NULL);
    unit_add("reset instead of a close", check_until_reset, NULL);
    unit_add("large heads", check_large_heads, NULL);
    unit_add("deadline", check_deadline, NULL);
    unit_add("deadline between bytes", check_bytes_at_hand, NULL);
    failed = unit_run("exchange_io");
    finish();
    return failed;
}
