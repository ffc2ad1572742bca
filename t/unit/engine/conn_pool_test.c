/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* conn_pool_test.c: connections to real listeners on loopback: opened, kept,
 * taken again, closed when too old, too many or of no use. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/un.h>
#include <apr_general.h>
#include <apr_strings.h>

#include "engine/metrics.c"
#include "engine/recount.c"
#include "engine/shared.c"
#include "engine/conn_pool.c"

#include "engine/loopback.h"

#define NOW apr_time_from_sec(1000)
#define LATER (NOW + apr_time_from_sec(3))

static apr_pool_t *pool;
static shared_t *shared;
static conn_pool_t *conns;
static member_t member[2];
static address_list_t addresses;
static loopback_t listener;
static int peers[16];
static int peer_count;

static void begin_with(int locked)
{
    int i;

    if (pool) {
        conn_pool_clear(conns);
        conn_pool_bury(conns);
        apr_pool_destroy(pool);
        while (peer_count) {
            close(peers[--peer_count]);
        }
        close(listener.fd);
    }
    listener = loopback_listen();
    apr_pool_create(&pool, NULL);
    assert_int_equal(shared_create(&shared, 1, 1, 2, 0, pool), APR_SUCCESS);
    assert_int_equal(shared_child_claim(shared, pool), APR_SUCCESS);
    conns = conn_pool_create(shared, locked, pool);
    memset(member, 0, sizeof(member));
    addresses.count = 0;
    loopback_add(&addresses, &listener);
    for (i = 0; i < 2; i++) {
        member[i].id = i;
        member[i].max_idle = 10;
        member[i].addresses = &addresses;
        member[i].shared = &shared->member[i];
    }
}

static void begin(void)
{
    begin_with(0);
}

static int count(void)
{
    assert_int_equal(shared->held[0], shared->member[0].connections);
    return shared->member[0].connections;
}

static int64_t idle(void)
{
    assert_int_equal(shared->member_metrics[0].idle, conns->idle[0].count);
    return shared->member_metrics[0].idle;
}

/* Connected to member 0; the other side is the last of peers. */
static upstream_conn_t *connected(apr_time_t now)
{
    upstream_conn_t *conn = NULL;

    assert_int_equal(conn_open(conns, &member[0], 0, now, &conn), APR_SUCCESS);
    assert_true(loopback_await(conn->fd, POLLOUT) & POLLOUT);
    assert_int_equal(conn_finish_connect(conn), APR_SUCCESS);
    peers[peer_count++] = loopback_accept(&listener);
    return conn;
}

static upstream_conn_t *take(apr_time_t now, int probe)
{
    return conn_pool_take(conns, &member[0], now, probe);
}

static void give(upstream_conn_t *conn, apr_time_t now)
{
    conn_pool_give(conns, &conn, now);
    assert_null(conn);
}

/* The other side has seen the end of it. */
static int peer_sees_close(int peer)
{
    char byte;

    assert_true(loopback_await(peer, POLLIN));
    return recv(peer, &byte, 1, 0) == 0;
}

/* ---- opening ---- */

static void check_open(void **state)
{
    upstream_conn_t *conn;
    int one = 0;
    socklen_t len = sizeof(one);

    begin();
    conn = connected(NOW);
    assert_int_equal(conn->requests, 1);
    assert_int_equal(conn->reused, 0);
    assert_int_equal(conn->connecting, 0);
    assert_int_equal(conn->created, NOW);
    assert_ptr_equal(conn->member, &member[0]);
    assert_int_equal(count(), 1);
    assert_int_equal(shared->member_metrics[0].connects, 1);
    assert_true(fcntl(conn->fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(conn->fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(getsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, &len),
                     0);
    assert_int_equal(one, 1);
    conn_close(&conn);
    assert_null(conn);
    assert_int_equal(count(), 0);
    assert_true(peer_sees_close(peers[0]));
    conn_close(&conn); /* NULL is nothing */
}

static void check_refused(void **state)
{
    loopback_t nobody = loopback_refuse();
    upstream_conn_t *conn = NULL;
    apr_status_t rv;

    begin();
    addresses.count = 0;
    loopback_add(&addresses, &nobody);
    rv = conn_open(conns, &member[0], 0, NOW, &conn);
    if (rv == APR_SUCCESS) { /* not known at once */
        assert_true(loopback_await(conn->fd, POLLOUT));
        rv = conn_finish_connect(conn);
        assert_int_equal(conn->connecting, 1);
        conn_close(&conn);
    }
    assert_int_equal(rv, ECONNREFUSED);
    assert_int_equal(count(), 0);
    close(nobody.fd);
}

static void check_no_address(void **state)
{
    upstream_conn_t *conn = NULL;

    begin();
    assert_int_equal(conn_open(conns, &member[0], 1, NOW, &conn),
                     EADDRNOTAVAIL);
    member[0].addresses = NULL;
    assert_int_equal(conn_open(conns, &member[0], 0, NOW, &conn),
                     EADDRNOTAVAIL);
    assert_null(conn);
    assert_int_equal(count(), 0);
}

static void check_unix(void **state)
{
    char folder[] = "/tmp/rproxy-test-XXXXXX";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    upstream_conn_t *conn = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;

    begin();
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", folder);
    member[0].unix_path = address.sun_path;
    assert_int_equal(conn_open(conns, &member[0], 0, NOW, &conn), ENOENT);
    assert_int_equal(count(), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(conn_open(conns, &member[0], 0, NOW, &conn), APR_SUCCESS);
    peer = accept(fd, NULL, NULL);
    assert_true(peer >= 0);
    assert_int_equal(conn_finish_connect(conn), APR_SUCCESS);
    conn_close(&conn);
    assert_true(peer_sees_close(peer));
    close(peer);
    close(fd);
    unlink(address.sun_path);
    rmdir(folder);
}

/* ---- limits ---- */

static void check_limit(void **state)
{
    upstream_conn_t *a, *b, *c = NULL;

    begin();
    member[0].max_connections = 2;
    a = connected(NOW);
    b = connected(NOW);
    assert_int_equal(conn_open(conns, &member[0], 0, NOW, &c), APR_ENOLOCK);
    assert_null(c);
    assert_int_equal(count(), 2);
    assert_int_equal(shared->member_metrics[0].connects, 2);
    give(a, NOW); /* at the limit none is kept: others may be waiting */
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 1);
    give(b, LATER);
    assert_int_equal(idle(), 1);
    c = connected(LATER);
    conn_close(&c);
}

/* Somebody was turned away: for a while nobody keeps what he does not use. */
static void check_crowded(void **state)
{
    upstream_conn_t *a, *b, *c = NULL;

    begin();
    member[0].max_connections = 2;
    a = connected(NOW);
    b = connected(NOW);
    give(a, NOW);
    a = connected(NOW);
    assert_int_equal(conn_open(conns, &member[0], 0, NOW, &c), APR_ENOLOCK);
    give(a, NOW);
    give(b, NOW);
    assert_int_equal(idle(), 0);
    a = connected(NOW);
    b = connected(NOW);
    conn_close(&b);
    give(a, LATER);
    assert_int_equal(idle(), 1);
    member_turned_away(&member[0], LATER);
    conn_pool_expire(conns, LATER);
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 0);
}

/* A connection to the second pool counts like one to the first. */
static void check_two_pools(void **state)
{
    conn_pool_t *other;
    upstream_conn_t *conn, *second = NULL;

    begin();
    other = conn_pool_create(shared, 0, pool);
    member[0].max_connections = 1;
    conn = connected(NOW);
    assert_int_equal(conn_open(other, &member[0], 0, NOW, &second),
                     APR_ENOLOCK);
    conn_close(&conn);
    assert_int_equal(conn_open(other, &member[0], 0, NOW, &second),
                     APR_SUCCESS);
    assert_null(conn_pool_take(other, &member[1], NOW, 0));
    conn_close(&second);
    assert_int_equal(count(), 0);
}

static void check_max_idle(void **state)
{
    upstream_conn_t *conn[3];
    int i;

    begin();
    member[0].max_idle = 2;
    for (i = 0; i < 3; i++) {
        conn[i] = connected(NOW);
    }
    for (i = 0; i < 3; i++) {
        give(conn[i], NOW);
    }
    assert_int_equal(idle(), 2);
    assert_int_equal(count(), 2);
    assert_true(peer_sees_close(peers[2]));
}

/* ---- kept connections ---- */

static void check_newest_first(void **state)
{
    upstream_conn_t *a, *b, *c;

    begin();
    assert_null(take(NOW, 0));
    a = connected(NOW);
    b = connected(NOW);
    c = connected(NOW);
    a->readable = a->hangup = 0;
    give(a, NOW);
    give(b, NOW + 1);
    give(c, NOW + 2);
    assert_int_equal(idle(), 3);
    assert_ptr_equal(take(NOW + 3, 0), c);
    assert_ptr_equal(take(NOW + 3, 0), b);
    assert_ptr_equal(take(NOW + 3, 1), a);
    assert_null(take(NOW + 3, 0));
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 3);
    assert_int_equal(a->reused, 1);
    assert_int_equal(a->writable, 1);
    assert_int_equal(a->readable, 0);
    assert_int_equal(a->requests, 2);
    assert_null(a->exchange);
    conn_close(&a);
    conn_close(&b);
    conn_close(&c);
}

/* Wherever in the list one is closed. */
static void check_close_idle(void **state)
{
    int at, i;

    for (at = 0; at < 3; at++) {
        upstream_conn_t *conn[3], *left;

        begin();
        for (i = 0; i < 3; i++) {
            conn[i] = left = connected(NOW);
        }
        for (i = 0; i < 3; i++) {
            give(conn[i], NOW);
        }
        conn_close(&conn[at]);
        assert_int_equal(idle(), 2);
        for (i = 2; i >= 0; i--) {
            if (i != at) {
                left = take(NOW, 0);
                assert_ptr_equal(left, conn[i]);
                conn_close(&left);
            }
        }
        assert_null(take(NOW, 0));
        assert_int_equal(count(), 0);
    }
}

typedef struct {
    const char *name;
    apr_interval_time_t idle_timeout, max_age;
    int max_requests;
    apr_interval_time_t created, given, taken; /* after NOW */
    int is_kept, is_taken;
} age_t;

static const age_t ages[] = {
    { "no limits", 0, 0, 0, 0, 0, apr_time_from_sec(100000), 1, 1 },
    { "idle just not too long", 10, 0, 0, 0, 5, 14, 1, 1 },
    { "idle too long", 10, 0, 0, 0, 5, 15, 1, 0 },
    { "just not too old", 0, 10, 0, 0, 5, 9, 1, 1 },
    { "too old when taken", 0, 10, 0, 0, 9, 10, 1, 0 },
    { "too old when given", 0, 10, 0, 0, 10, 10, 0, 0 },
    { "requests left", 0, 0, 2, 0, 1, 2, 1, 1 },
    { "requests used up", 0, 0, 1, 0, 1, 2, 0, 0 },
};

static void check_age(void **state)
{
    const age_t *row = *state;
    upstream_conn_t *conn;

    begin();
    member[0].idle_timeout = row->idle_timeout;
    member[0].max_age = row->max_age;
    member[0].max_requests = row->max_requests;
    give(connected(NOW + row->created), NOW + row->given);
    assert_int_equal(idle(), row->is_kept);
    conn = take(NOW + row->taken, 0);
    assert_int_equal(conn != NULL, row->is_taken);
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), row->is_taken);
    conn_close(&conn);
    assert_true(peer_sees_close(peers[0]));
}

static void check_idle_time_starts_anew(void **state)
{
    upstream_conn_t *conn;

    begin();
    member[0].idle_timeout = 10;
    give(connected(NOW), NOW);
    conn = take(NOW + 9, 0);
    give(conn, NOW + 30); /* a long request is not idleness */
    assert_int_equal(idle(), 1);
    assert_ptr_equal(take(NOW + 39, 0), conn);
    conn_close(&conn);
}

static void check_hangup(void **state)
{
    upstream_conn_t *conn;

    begin();
    conn = connected(NOW);
    conn->hangup = 1;
    give(conn, NOW);
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 0);
}

static void check_expire(void **state)
{
    upstream_conn_t *conn[3];
    int i;

    begin();
    member[0].idle_timeout = 10;
    for (i = 0; i < 3; i++) {
        conn[i] = connected(NOW);
    }
    for (i = 0; i < 3; i++) {
        give(conn[i], NOW + i);
    }
    conn_pool_expire(conns, NOW + 9);
    assert_int_equal(idle(), 3);
    conn_pool_expire(conns, NOW + 11);
    assert_int_equal(idle(), 1);
    assert_int_equal(count(), 1);
    assert_ptr_equal(conns->idle[0].newest, conn[2]);
    assert_ptr_equal(conns->idle[0].oldest, conn[2]);
    conn_pool_expire(conns, NOW + 12);
    assert_int_equal(idle(), 0);
}

static void check_clear(void **state)
{
    upstream_conn_t *conn;

    begin();
    give(connected(NOW), NOW);
    conn = connected(NOW);
    conn_pool_clear(conns);
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 1); /* the one in use stays */
    conn_close(&conn);
}

/* ---- is it alive? ---- */

static void check_probe(void **state)
{
    upstream_conn_t *closed, *spoke, *alive;

    begin();
    closed = connected(NOW);
    close(peers[--peer_count]);
    assert_true(loopback_await(closed->fd, POLLIN));
    spoke = connected(NOW);
    assert_int_equal(write(peers[0], "x", 1), 1);
    assert_true(loopback_await(spoke->fd, POLLIN));
    alive = connected(NOW);
    give(alive, NOW);
    give(spoke, NOW);
    give(closed, NOW);
    assert_ptr_equal(take(NOW, 1), alive);
    assert_int_equal(alive->probed, 1);
    assert_int_equal(idle(), 0);
    assert_int_equal(count(), 1);
    conn_close(&alive);
}

static void check_without_probe(void **state)
{
    upstream_conn_t *conn;

    begin();
    conn = connected(NOW);
    close(peers[--peer_count]);
    assert_true(loopback_await(conn->fd, POLLIN));
    give(conn, NOW);
    assert_ptr_equal(take(NOW, 0), conn);
    assert_int_equal(conn->probed, 0);
    conn_close(&conn);
}

/* Its mark says that there may be more to read, and the edge that would tell
 * of it is gone: it has to be looked at. */
static void check_readable(void **state)
{
    upstream_conn_t *conn;

    begin();
    conn = connected(NOW);
    assert_int_equal(write(peers[0], "x", 1), 1);
    assert_true(loopback_await(conn->fd, POLLIN));
    conn->readable = 1;
    give(conn, NOW);
    assert_null(take(NOW, 0));
    conn = connected(NOW);
    conn->readable = 1;
    give(conn, NOW);
    assert_ptr_equal(take(NOW, 0), conn);
    assert_int_equal(conn->readable, 0);
    conn_close(&conn);
}

/* ---- memory ---- */

static void check_defer(void **state)
{
    upstream_conn_t *conn, *same;

    begin();
    conns->defer_free = 1;
    same = conn = connected(NOW);
    conn_close(&conn);
    assert_int_equal(same->fd, -1); /* still there for events of this turn */
    assert_null(same->exchange);
    assert_int_equal(count(), 0);
    conn_pool_bury(conns);
    assert_null(conns->dead);
}

/* ---- threads ---- */

static void *use_pool(void *data)
{
    int i;

    for (i = 0; i < 2000; i++) {
        upstream_conn_t *conn = take(NOW, 1);
        if (conn) {
            conn_pool_give(conns, &conn, NOW);
        }
        if (i % 100 == 0) {
            conn_pool_expire(conns, NOW);
        }
    }
    return data;
}

/* Another member has the place: it gets no connection of the one before, whose
 * idle ones go. */
static void check_next_in_place(void **state)
{
    member_t next;

    begin();
    next = member[0];
    member[0].at_run_time = 1;
    give(connected(NOW), NOW);
    assert_int_equal(member[0].uses, 1);
    assert_null(conn_pool_take(conns, &next, NOW, 0));
    assert_int_equal(member[0].uses, 0);
    assert_true(peer_sees_close(peers[0]));
    give(connected(NOW), NOW);
    member[0].gone = 1;
    conn_pool_expire(conns, NOW);
    assert_int_equal(member[0].uses, 0);
    assert_int_equal(count(), 0);
}

static void check_threads(void **state)
{
    pthread_t thread[3];
    int i;

    begin_with(1);
    for (i = 0; i < 2; i++) {
        upstream_conn_t *conn = connected(NOW);
        conn_pool_give(conns, &conn, NOW);
    }
    give(take(NOW, 0), NOW);
    for (i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, use_pool, NULL), 0);
    }
    for (i = 0; i < 3; i++) {
        pthread_join(thread[i], NULL);
    }
    assert_in_range(idle(), 1, 2);
    assert_int_equal(count(), idle());
}

static void add_kept(void)
{
    size_t i;

    unit_add("newest first", check_newest_first, NULL);
    unit_add("an idle one is closed", check_close_idle, NULL);
    for (i = 0; i < UNIT_COUNT(ages); i++) {
        unit_add(ages[i].name, check_age, &ages[i]);
    }
    unit_add("idle time starts anew", check_idle_time_starts_anew, NULL);
    unit_add("hung up", check_hangup, NULL);
    unit_add("expire", check_expire, NULL);
    unit_add("clear", check_clear, NULL);
}

int main(void)
{
    int failed;

    apr_initialize();
    unit_add("open", check_open, NULL);
    unit_add("refused", check_refused, NULL);
    unit_add("no address", check_no_address, NULL);
    unit_add("unix socket", check_unix, NULL);
    unit_add("limit", check_limit, NULL);
    unit_add("crowded", check_crowded, NULL);
    unit_add("limit over two pools", check_two_pools, NULL);
    unit_add("no more than max_idle", check_max_idle, NULL);
    add_kept();
    unit_add("probe", check_probe, NULL);
    unit_add("no probe", check_without_probe, NULL);
    unit_add("unread bytes", check_readable, NULL);
    unit_add("memory is kept for a turn", check_defer, NULL);
    unit_add("the next one in its place", check_next_in_place, NULL);
    unit_add("several threads", check_threads, NULL);
    failed = unit_run("conn_pool");
    begin();
    apr_pool_destroy(pool);
    return failed;
}
