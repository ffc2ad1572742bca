/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_io_test.c: an exchange over real sockets.  The test is also the
 * member, on the same thread: each of its steps waits until the kernel has
 * something to say, then lets the exchange go on, as the loop does. */
#define FIXTURE_SOCKETS
#include "unit.h"
#undef fail /* cmocka's; a name in the code as well */

#include <fcntl.h>

#include "engine/exchange_fixture.h"
#include "engine/loopback.h"

#define GET_HEAD "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define UNTIL "HTTP/1.1 200 OK\r\n\r\n"

static fixture_t f;
static loopback_t listener[FIXTURE_MEMBERS];
static address_list_t addresses[FIXTURE_MEMBERS];
static int peer = -1; /* the member's side */
static exchange_wait_t waits;
static int epoll_fd;

static void hang_up(void)
{
    if (peer >= 0) {
        close(peer);
        peer = -1;
    }
}

static void finish(void)
{
    int i;

    if (f.pool) {
        fixture_close(&f);
        hang_up();
        close(epoll_fd);
        for (i = 0; i < FIXTURE_MEMBERS; i++) {
            close(listener[i].fd);
        }
    }
}

static void watch(void *driver, upstream_conn_t *conn)
{
    struct epoll_event event = { .events =
                                     EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                 .data.ptr = conn };

    assert_ptr_equal(driver, &f);
    assert_int_equal(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, conn->fd, &event), 0);
}

static void begin(const char *method, request_body_e body, int64_t length)
{
    int i;

    finish();
    assert_true(fixture_open(&f));
    f.env.watch = watch;
    f.env.driver = &f;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        listener[i] = loopback_listen();
        addresses[i].count = 0;
        loopback_add(&addresses[i], &listener[i]);
        f.member[i].addresses = &addresses[i];
    }
    fixture_request(&f, method, body, length);
}

/* ---- the driver's part ---- */

static void step(void)
{
    waits = exchange_io_step(f.x, f.now);
    assert_int_equal(!!(waits.want & EXCHANGE_DONE), f.x->done);
}

/* Waits for one of these, passes on what the kernel says, and goes on.  Like
 * the loop it is told of each change once: what the exchange forgets to read
 * or write never comes. */
static void await(uint32_t events)
{
    struct epoll_event got = { 0 };

    while (!(got.events & (events | EPOLLERR | EPOLLHUP))) {
        upstream_conn_t *conn;

        assert_int_equal(epoll_wait(epoll_fd, &got, 1, 2000), 1);
        conn = got.data.ptr;
        conn->readable |=
            !!(got.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR));
        conn->writable |= !!(got.events & EPOLLOUT);
        conn->hangup |= !!(got.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
        step();
    }
}

/* Until the connection to that member is there and the head is out. */
static void connect_to(int member)
{
    step();
    assert_ptr_equal(f.x->member, &f.member[member]);
    assert_true(waits.want & EXCHANGE_WANT_CONNECT);
    peer = loopback_accept(&listener[member]);
    await(EPOLLOUT);
}

/* The member does not read: until its sockets take no more. */
static void fill_sockets(void)
{
    while (waits.want & EXCHANGE_WANT_AGAIN) {
        step();
    }
    assert_int_equal(f.x->conn->writable, 0);
    assert_true(waits.want & EXCHANGE_WANT_WRITE);
}

/* ---- the member's part ---- */

static void member_says(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL),
                     strlen(text));
}

static void member_gets(const char *expected)
{
    char buf[4096];
    size_t len = 0, wanted = strlen(expected);

    while (len < wanted) {
        ssize_t n;
        assert_true(loopback_await(peer, POLLIN));
        n = recv(peer, buf + len, wanted - len, 0);
        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_memory_equal(buf, expected, wanted);
}

/* @return bytes read, without waiting for more than there are */
static size_t member_drains(void)
{
    static char buf[64 * 1024];
    size_t total = 0;
    ssize_t n;

    while ((n = recv(peer, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
        total += (size_t)n;
    }
    return total;
}

/* ---- the end ---- */

static int connections(void)
{
    int i, n = 0;

    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        assert_int_equal(f.shared->held[i], f.member[i].shared->connections);
        n += f.shared->held[i];
    }
    return n;
}

static void ended(outcome_e outcome, int status, const char *got, int kept)
{
    assert_true(waits.want & EXCHANGE_DONE);
    assert_string_equal(outcome_name(f.x->outcome), outcome_name(outcome));
    assert_int_equal(f.x->error_status, status);
    assert_string_equal(f.got, got);
    assert_null(f.x->conn);
    assert_null(f.x->in);
    assert_null(f.x->body_out);
    assert_int_equal(connections(), kept);
    assert_int_equal(fixture_active(&f), 0);
}

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
    f.x->policy.retry_on = 0;
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

/* ---- lost connections ---- */

static void check_eof(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.x->policy.retry_tries = 1;
    connect_to(0);
    member_gets(GET_HEAD);
    hang_up();
    await(EPOLLIN);
    ended(OUTCOME_RESET, 502, "", 0);
}

static void check_reset(void **state)
{
    begin("GET", BODY_NONE, 0);
    f.x->policy.retry_tries = 1;
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

static void add_connecting(void)
{
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
    add_connecting();
    unit_add("closed before the response", check_eof, NULL);
    unit_add("reset before the response", check_reset, NULL);
    unit_add("closed within the body", check_truncated, NULL);
    unit_add("reset instead of a close", check_until_reset, NULL);
    unit_add("upload", check_upload, NULL);
    unit_add("download", check_download, NULL);
    unit_add("client takes nothing", check_back_pressure, NULL);
    unit_add("chunks held by the client", check_chunks_held, NULL);
    unit_add("large heads", check_large_heads, NULL);
    unit_add("answer, then reset", check_answer_then_reset, NULL);
    unit_add("reset within an upload", check_reset_within_upload, NULL);
    unit_add("deadline", check_deadline, NULL);
    unit_add("deadline between bytes", check_bytes_at_hand, NULL);
    failed = unit_run("exchange_io");
    finish();
    return failed;
}
