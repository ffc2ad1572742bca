/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange.h: one request to an upstream and its response.  Layer L1.
 *
 * The exchange decides; it makes no system call and reads no clock.  What it
 * wants next (exchange_want) is carried out by driver/exchange_io.c, which
 * reports back through the exchange_on_* functions.  A driver (the event loop
 * or a worker thread) only waits for what exchange_io_step asks for.
 *
 * Request and response are two state variables, since a response may begin, and
 * even end, before the request is sent.  All functions belong to one thread at
 * a time: the loop's, or the worker's.  */
#ifndef RPROXY_EXCHANGE_H
#define RPROXY_EXCHANGE_H

#include <sys/uio.h>

#include <apr_pools.h>
#include <apr_time.h>

#include "../driver/reactor_task.h"
#include "../driver/timer_wheel.h"
#include "conn_pool.h"
#include "message.h"
#include "metrics.h"
#include "protocol.h"
#include "retry_rules.h"

/* clang-format off */
#define REQUEST_STATES(X)                                                     \
    X(REQUEST_CHOOSE,  "choose")    /* no member yet */                       \
    X(REQUEST_WAIT,    "wait")      /* all members are full */                \
    X(REQUEST_CONNECT, "connect")   /* a connection is being taken or made */ \
    X(REQUEST_HEAD,    "head")      /* the head is going out */               \
    X(REQUEST_EXPECT,  "expect")    /* waiting for 100 before the body */     \
    X(REQUEST_BODY,    "body")                                                \
    X(REQUEST_SENT,    "sent")                                                \
    X(REQUEST_STOPPED, "stopped")   /* the member takes no more of it */

#define RESPONSE_STATES(X)                                                    \
    X(RESPONSE_NONE,   "none")      /* nothing of it was asked for yet */     \
    X(RESPONSE_HEAD,   "head")                                                \
    X(RESPONSE_BODY,   "body")                                                \
    X(RESPONSE_DONE,   "done")
/* clang-format on */

typedef enum {
#define X(id, name) id,
    REQUEST_STATES(X)
#undef X
} request_state_e;

typedef enum {
#define X(id, name) id,
    RESPONSE_STATES(X)
#undef X
} response_state_e;

enum {
    EXCHANGE_WANT_CONNECT = 1,
    EXCHANGE_WANT_READ = 2,    /* from the member */
    EXCHANGE_WANT_WRITE = 4,   /* to the member */
    EXCHANGE_WANT_SINK = 8,    /* room at the client */
    EXCHANGE_WANT_SOURCE = 16, /* request body from the client */
    EXCHANGE_WANT_AGAIN = 32,  /* its turn is over, but it could go on */
    EXCHANGE_WANT_SLOT = 64,   /* a place at a member: waiter.wake tells */
    EXCHANGE_DONE = 128
};

typedef struct {
    unsigned want;
    apr_time_t deadline; /* absolute usec; 0: none */
} exchange_wait_t;

/* Where the response goes. */
typedef enum {
    SINK_OK,
    SINK_FULL,    /* taken, but no more until exchange_on_sink_ready */
    SINK_REFUSED, /* this head cannot be passed on */
    SINK_GONE     /* the client is away */
} sink_e;

typedef struct {
    void (*interim)(void *ctx, const h1_response_t *response);
    sink_e (*head)(void *ctx, const member_t *member,
                   const h1_response_t *response, const h1_framing_t *framing);
    /* data lies in chunk, which the sink may chunk_ref to keep it. */
    sink_e (*body)(void *ctx, chunk_t *chunk, slice_t data);
    void (*trailer)(void *ctx, const h1_field_t *field);
    /* No more bytes are at hand: what was given should reach the client. */
    sink_e (*flush)(void *ctx);
} sink_ops_t;

/* Where the request body comes from. */
typedef enum {
    SOURCE_DATA,
    SOURCE_AGAIN, /* none now; exchange_on_source_ready tells of more */
    SOURCE_END,
    SOURCE_BAD,   /* malformed or too large: status is in the context */
    SOURCE_GONE,  /* the client is away */
    SOURCE_FAILED /* what we had kept of it cannot be read */
} source_e;

typedef struct {
    source_e (*read)(void *ctx, char *buf, size_t cap, size_t *len);
    /* Reads from the first byte again; NULL: the exchange itself keeps what a
     * retry sends again, up to the replay limit. */
    void (*rewind)(void *ctx);
} source_ops_t;

enum {
    EXCHANGE_LOG_TRACE,
    EXCHANGE_LOG_DEBUG,
    EXCHANGE_LOG_WARNING
};

typedef void (*exchange_log_fn)(void *ctx, int level, const char *text);

typedef struct {
    apr_interval_time_t connect_timeout, send_timeout, first_byte_timeout,
        between_timeout, total_timeout; /* 0: none */
    retry_rules_t retry;                /* all of it set */
    int interim_limit;
    protocol_limits_t limits;
} exchange_policy_t;

/* Lives as long as the thread that runs exchanges. */
typedef struct {
    chunk_cache_t chunks;
    conn_pool_t *conns;
    const shared_t *shared;
    /* A new descriptor to watch, edge-triggered; NULL where poll() is used. */
    void (*watch)(void *driver, upstream_conn_t *conn);
    /* Runs one more exchange, from its first step on, beside the one that is
     * running, and takes a cancelled one out again.  NULL: cannot. */
    void (*begin)(void *driver, exchange_t *x);
    void (*end)(void *driver, exchange_t *x);
    void *driver;
    int probe_always; /* nobody watches idle connections */
} exchange_env_t;

struct exchange_t {
    /* set by exchange_create's caller before the first step */
    apr_pool_t *pool;
    exchange_env_t *env;
    upstream_t *upstream;
    request_head_t request;
    balancer_request_t balance; /* where the upstream has a balancer */
    exchange_policy_t policy;
    const sink_ops_t *sink;
    const source_ops_t *source; /* NULL without a body */
    void *ctx;                  /* of sink, source and log */
    exchange_log_fn log;
    int log_level;                   /* least level worth formatting */
    void (*finished)(exchange_t *x); /* loop only: called once, when done */
    balancer_waiter_t waiter;        /* its wake: the driver's */
    /* Another exchange goes on in place of x, for the same client and with its
     * finished: the result is found there.  NULL: there shall be none. */
    void (*replaced)(exchange_t *x, exchange_t *by);

    /* result */
    int done;
    outcome_e outcome;
    int error_status;   /* to answer with, when no response was passed on */
    const char *reason; /* sentence for the log, NULL with OUTCOME_OK */
    int response_started;
    int status;                         /* of the response passed on */
    int64_t bytes_sent, bytes_received; /* bodies */
    apr_time_t started, attempt_started, connected_at, sent_at, first_byte_at,
        finished_at;
    int attempts;
    int was_reused;
    balancer_reason_e chosen_by; /* of the last member, if a balancer did */
    apr_interval_time_t waited;  /* for a member with room */
    uint32_t retry_after_s;      /* with 503, 0: as configured */
    balancer_hedge_e hedge;

    /* private */
    request_state_e request_state;
    response_state_e response_state;
    member_t *member;
    upstream_conn_t *conn;
    void *codec;
    balancer_tried_t tried;
    exchange_t *rival;   /* exchange_race.c; NULL: alone */
    apr_time_t hedge_at; /* ask for one then; 0: no more */
    int address;         /* index of the address being tried */
    int fresh_only;      /* take no kept connection */
    int interims;
    unsigned sink_full : 1, source_blocked : 1, source_ended : 1, sent_some : 1,
        unflushed : 1, input_pending : 1, counted : 1, chosen : 1, queued : 1,
        earned : 1, is_second : 1;
    int body_replayable;
    int64_t replay_bytes;
    chunk_t *head_out;
    chunk_t *body_out;  /* oldest held chunk of the request body */
    chunk_t *body_next; /* next to send, or NULL */
    chunk_t *body_last;
    size_t out_done;   /* bytes of the segment at the front already sent */
    int64_t body_read; /* bytes taken from the source */
    chunk_t *in;
    apr_time_t progress_at; /* of the side that is waited for */
    apr_time_t wait_begun;  /* 0: it does not wait */
    apr_time_t ask_again;   /* for a connection to the member it has */
    timer_entry_t timer;    /* the loop's */
    reactor_task_t again;   /* the loop's */
    reactor_task_t called;  /* the loop's: posted by waiter.wake */
    int is_called;          /* atomic: on its way */
    int wake_fd;            /* a worker thread's; atomic */
};

exchange_t *exchange_create(apr_pool_t *pool);

unsigned exchange_want(const exchange_t *x);
apr_time_t exchange_deadline(const exchange_t *x);

/* For exchange_io.c only, in the order of an attempt. */
void exchange_choose(exchange_t *x, apr_time_t now);
/* @return 1 when it waits no longer */
int exchange_wait_step(exchange_t *x, apr_time_t now);
void exchange_on_connected(exchange_t *x, apr_time_t now);
/* At one address of the member's; closes the connection, if there is one. */
void exchange_on_connect_failed(exchange_t *x, retry_failure_e failure,
                                const char *why, apr_time_t now);
int exchange_output(const exchange_t *x, struct iovec *iov, int max);
void exchange_on_written(exchange_t *x, size_t len, apr_time_t now);
void exchange_on_write_failed(exchange_t *x, const char *why, apr_time_t now);
/* Room for more of the body, NULL when it may not be read now. */
chunk_t *exchange_body_room(exchange_t *x, size_t *room);
void exchange_on_source(exchange_t *x, chunk_t *chunk, size_t len,
                        source_e state, apr_time_t now);
void exchange_on_input(exchange_t *x, apr_time_t now);
void exchange_on_closed(exchange_t *x, const char *error, apr_time_t now);
void exchange_on_deadline(exchange_t *x, apr_time_t now);
void exchange_flush(exchange_t *x, apr_time_t now);

/* For the client side. */
static inline void exchange_on_sink_ready(exchange_t *x, apr_time_t now)
{
    x->sink_full = 0;
    x->progress_at = now;
}

static inline void exchange_on_source_ready(exchange_t *x)
{
    x->source_blocked = 0;
}

/* Of one that is done: another one goes on or has won, and nobody is told. */
static inline int exchange_is_outrun(const exchange_t *x)
{
    return x->rival != NULL;
}

/* Ends it at once, whatever it is doing; finished is not called. */
void exchange_cancel(exchange_t *x, outcome_e outcome, apr_time_t now);

#endif
