/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* conn_pool.c: open, keep, close connections to members.  Layer L1. */
#include "conn_pool.h"
#include "scratch.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

conn_pool_t *conn_pool_create(const shared_t *shared, int locked, apr_pool_t *p)
{
    conn_pool_t *pool = apr_pcalloc(p, sizeof(*pool));
    scratch_t *lists = apr_palloc(p, sizeof(*lists));

    scratch_create(lists, sizeof(conn_list_t) * (size_t)(shared->members + 1),
                   p);
    pool->shared = shared;
    pool->idle = lists->memory;
    if (locked) {
        apr_thread_mutex_create(&pool->mutex, APR_THREAD_MUTEX_DEFAULT, p);
    }
    return pool;
}

static void lock(conn_pool_t *pool)
{
    if (pool->mutex) {
        apr_thread_mutex_lock(pool->mutex);
    }
}

static void unlock(conn_pool_t *pool)
{
    if (pool->mutex) {
        apr_thread_mutex_unlock(pool->mutex);
    }
}

static metrics_member_t *metrics(const upstream_conn_t *conn)
{
    const shared_t *s = conn->pool->shared;

    return &s->member_metrics[shared_child() * s->members + conn->member->id];
}

static void idle_remove(upstream_conn_t *conn)
{
    conn_list_t *list = &conn->pool->idle[conn->member->id];

    *(conn->prev ? &conn->prev->next : &list->newest) = conn->next;
    *(conn->next ? &conn->next->prev : &list->oldest) = conn->prev;
    conn->next = conn->prev = NULL;
    list->count--;
    METRIC_ADD(metrics(conn)->idle, -1);
}

static void idle_insert(upstream_conn_t *conn)
{
    conn_list_t *list = &conn->pool->idle[conn->member->id];

    conn->prev = NULL;
    conn->next = list->newest;
    *(list->newest ? &list->newest->prev : &list->oldest) = conn;
    list->newest = conn;
    list->count++;
    METRIC_ADD(metrics(conn)->idle, 1);
}

static int is_idle(const upstream_conn_t *conn)
{
    return conn->prev || conn->next
           || conn->pool->idle[conn->member->id].newest == conn;
}

static int outlived(const upstream_conn_t *conn, apr_time_t now)
{
    const member_t *m = conn->member;

    return conn->hangup || __atomic_load_n(&m->gone, __ATOMIC_RELAXED)
           || (m->max_requests && conn->requests >= m->max_requests)
           || (m->max_age && now - conn->created >= m->max_age)
           || (m->idle_timeout && conn->idle_since
               && now - conn->idle_since >= m->idle_timeout);
}

/* Anything to read on an idle connection, even data, makes it useless. */
static int is_alive(const upstream_conn_t *conn)
{
    char byte;
    ssize_t n = recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static void close_unlocked(upstream_conn_t *conn)
{
    conn_pool_t *pool = conn->pool;

    if (is_idle(conn)) {
        idle_remove(conn);
    }
    close(conn->fd);
    conn->fd = -1;
    conn->exchange = NULL;
    member_slot_give(pool->shared, conn->member);
    member_let_go(conn->member);
    if (pool->defer_free) {
        conn->next = pool->dead;
        pool->dead = conn;
    }
    else {
        free(conn);
    }
}

upstream_conn_t *conn_pool_take(conn_pool_t *pool, member_t *member,
                                apr_time_t now, int probe)
{
    upstream_conn_t *conn;
    int look = 0;

    lock(pool);
    while ((conn = pool->idle[member->id].newest) != NULL) {
        look = probe || conn->readable; /* perhaps not read to the end */
        if (conn->member == member && !outlived(conn, now)
            && (!look || is_alive(conn))) {
            idle_remove(conn);
            break;
        }
        close_unlocked(conn);
    }
    unlock(pool);
    if (conn) {
        conn->reused = 1;
        conn->probed = !!look;
        conn->readable = 0;
        conn->writable = 1;
        conn->requests++;
    }
    return conn;
}

void conn_pool_give(conn_pool_t *pool, upstream_conn_t **held, apr_time_t now)
{
    upstream_conn_t *conn = *held;
    const member_t *member = conn->member;

    *held = NULL;
    conn->exchange = NULL;
    conn->idle_since = 0;
    lock(pool);
    if (outlived(conn, now) || pool->idle[member->id].count >= member->max_idle
        || member_slots_used_up(member) || member_crowded(member, now)) {
        close_unlocked(conn);
    }
    else {
        conn->idle_since = now;
        idle_insert(conn);
    }
    unlock(pool);
}

static int open_socket(const member_t *member, int address,
                       struct sockaddr_storage *to, socklen_t *len)
{
    int one = 1, fd;

    if (member->unix_path) {
        struct sockaddr_un *sun = (struct sockaddr_un *)to;
        memset(sun, 0, sizeof(*sun));
        sun->sun_family = AF_UNIX;
        strncpy(sun->sun_path, member->unix_path, sizeof(sun->sun_path) - 1);
        *len = sizeof(*sun);
    }
    else {
        const address_list_t *list =
            __atomic_load_n(&member->addresses, __ATOMIC_ACQUIRE);
        if (!list || address >= list->count) {
            errno = EADDRNOTAVAIL;
            return -1;
        }
        *len = list->item[address].len;
        memcpy(to, &list->item[address].sockaddr, *len);
    }
    fd = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && to->ss_family != AF_UNIX) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    }
    return fd;
}

apr_status_t conn_open(conn_pool_t *pool, member_t *member, int address,
                       apr_time_t now, upstream_conn_t **out)
{
    struct sockaddr_storage to;
    socklen_t len = 0;
    upstream_conn_t *conn;
    int fd, error = 0;

    if (!member_slot_take(pool->shared, member)) {
        member_turned_away(member, now);
        return APR_ENOLOCK;
    }
    fd = open_socket(member, address, &to, &len);
    if (fd < 0
        || (connect(fd, (struct sockaddr *)&to, len) != 0
            && errno != EINPROGRESS)) {
        error = errno;
        if (fd >= 0) {
            close(fd);
        }
        member_slot_give(pool->shared, member);
        return error;
    }
    conn = calloc(1, sizeof(*conn));
    if (!conn) {
        abort();
    }
    member_hold(member);
    conn->fd = fd;
    conn->member = member;
    conn->pool = pool;
    conn->created = now;
    conn->requests = 1;
    conn->connecting = 1;
    METRIC_ADD(metrics(conn)->connects, 1);
    *out = conn;
    return APR_SUCCESS;
}

apr_status_t conn_finish_connect(upstream_conn_t *conn)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        return errno;
    }
    if (!error) {
        conn->connecting = 0;
    }
    return error;
}

void conn_close(upstream_conn_t **held)
{
    upstream_conn_t *conn = *held;
    conn_pool_t *pool;

    *held = NULL;
    if (!conn) {
        return;
    }
    pool = conn->pool;
    lock(pool);
    close_unlocked(conn);
    unlock(pool);
}

void conn_pool_expire(conn_pool_t *pool, apr_time_t now)
{
    int i;

    lock(pool);
    for (i = 0; i < pool->shared->members; i++) {
        upstream_conn_t *conn;
        while ((conn = pool->idle[i].oldest) != NULL
               && (outlived(conn, now) || member_crowded(conn->member, now))) {
            close_unlocked(conn);
        }
    }
    unlock(pool);
}

void conn_pool_clear(conn_pool_t *pool)
{
    int i;

    lock(pool);
    for (i = 0; i < pool->shared->members; i++) {
        while (pool->idle[i].newest) {
            close_unlocked(pool->idle[i].newest);
        }
    }
    unlock(pool);
}

void conn_pool_bury(conn_pool_t *pool)
{
    while (pool->dead) {
        upstream_conn_t *conn = pool->dead;
        pool->dead = conn->next;
        free(conn);
    }
}
