/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* conn_pool.h: connections to members, in use and idle.  Layer L1.
 *
 * Each loop has a pool of its own, without a lock; the worker driver has one
 * per child, with a mutex.  A connection counts against its member's limit
 * from before connect() until after close(). */
#ifndef RPROXY_CONN_POOL_H
#define RPROXY_CONN_POOL_H

#include <apr_thread_mutex.h>

#include "shared.h"
#include "upstream.h"
#include "watch.h"

typedef struct conn_pool_t conn_pool_t;
typedef struct exchange_t exchange_t;

typedef struct upstream_conn_t {
    watch_t watch; /* first */
    int fd;
    member_t *member;
    conn_pool_t *pool;
    struct upstream_conn_t *next, *prev; /* idle list, newest first */
    exchange_t *exchange;                /* NULL while idle */
    apr_time_t created;
    apr_time_t idle_since;
    int requests; /* begun on it */
    unsigned reused : 1;
    unsigned probed : 1;  /* when it was taken from the pool */
    unsigned unasked : 1; /* has something to read from before its request */
    unsigned connecting : 1;
    unsigned readable : 1; /* edge seen, EAGAIN not yet */
    unsigned writable : 1;
    unsigned hangup : 1; /* the peer closed its side */
} upstream_conn_t;

typedef struct {
    upstream_conn_t *newest, *oldest;
    int count;
} conn_list_t;

struct conn_pool_t {
    const shared_t *shared;
    conn_list_t *idle;         /* [member id] */
    apr_thread_mutex_t *mutex; /* NULL: one thread only */
    upstream_conn_t *dead;     /* closed; freed by conn_pool_bury */
    int defer_free;            /* events of this turn may still name them */
};

/* @param shared with the number of members; lives as long as the pool */
conn_pool_t *conn_pool_create(const shared_t *shared, int locked,
                              apr_pool_t *pool);

/* An idle connection to the member, the most recent first, or NULL.  Those
 * too old are closed on the way.
 * @param probe ask the kernel whether the peer has closed or sent anything:
 *        needed where no loop watches idle connections, and before a request
 *        that could not be repeated */
upstream_conn_t *conn_pool_take(conn_pool_t *pool, member_t *member,
                                apr_time_t now, int probe);

/* Keeps the connection for the next one, or closes it: too many, too old, the
 * member's limit is reached.  Nulls the caller's pointer. */
void conn_pool_give(conn_pool_t *pool, upstream_conn_t **conn, apr_time_t now);

/* A new connection: begins connect() to one address without blocking and
 * counts it.
 * @return APR_SUCCESS with *conn (connecting or connected), APR_ENOLOCK when
 *         the member is at its limit, or the error of socket/connect */
apr_status_t conn_open(conn_pool_t *pool, member_t *member, int address,
                       apr_time_t now, upstream_conn_t **conn);

/* After the descriptor got writable.  @return APR_SUCCESS or why it failed */
apr_status_t conn_finish_connect(upstream_conn_t *conn);

/* Closes and uncounts; nulls the caller's pointer. */
void conn_close(upstream_conn_t **conn);

/* Closes what has been idle too long, or has a place that others need. */
void conn_pool_expire(conn_pool_t *pool, apr_time_t now);

/* Closes all idle connections. */
void conn_pool_clear(conn_pool_t *pool);

/* Frees closed connections: between two turns of a loop. */
void conn_pool_bury(conn_pool_t *pool);

#endif
