/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_sockets.h: an exchange over real sockets.  The test is also the
 * member, on the same thread: each of its steps waits until the kernel has
 * something to say, then lets the exchange go on, as the loop does. */
#ifndef T_UNIT_DRIVER_EXCHANGE_SOCKETS_H
#define T_UNIT_DRIVER_EXCHANGE_SOCKETS_H

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

static inline void hang_up(void)
{
    if (peer >= 0) {
        close(peer);
        peer = -1;
    }
}

static inline void finish(void)
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

static inline void watch(void *driver, upstream_conn_t *conn)
{
    struct epoll_event event = { .events =
                                     EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                 .data.ptr = conn };

    assert_ptr_equal(driver, &f);
    assert_int_equal(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, conn->fd, &event), 0);
}

static inline void begin(const char *method, request_body_e body,
                         int64_t length)
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

static inline void step(void)
{
    waits = exchange_io_step(f.x, f.now);
    assert_int_equal(!!(waits.want & EXCHANGE_DONE), f.x->done);
}

/* Waits for one of these, passes on what the kernel says, and goes on.  Like
 * the loop it is told of each change once: what the exchange forgets to read
 * or write never comes. */
static inline void await(uint32_t events)
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
static inline void connect_to(int member)
{
    step();
    assert_ptr_equal(f.x->member, &f.member[member]);
    assert_true(waits.want & EXCHANGE_WANT_CONNECT);
    peer = loopback_accept(&listener[member]);
    await(EPOLLOUT);
}

/* The member does not read: until its sockets take no more. */
static inline void fill_sockets(void)
{
    while (waits.want & EXCHANGE_WANT_AGAIN) {
        step();
    }
    assert_int_equal(f.x->conn->writable, 0);
    assert_true(waits.want & EXCHANGE_WANT_WRITE);
}

/* ---- the member's part ---- */

static inline void member_says(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL),
                     strlen(text));
}

static inline void member_gets(const char *expected)
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
static inline size_t member_drains(void)
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

static inline int connections(void)
{
    int i, n = 0;

    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        assert_int_equal(f.shared->held[i], f.member[i].shared->connections);
        n += f.shared->held[i];
    }
    return n;
}

static inline void ended(outcome_e outcome, int status, const char *got,
                         int kept)
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

#endif
