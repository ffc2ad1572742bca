/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client.h: a client connection that an event loop has adopted.  Layer L2.
 *
 *   adopted -> HEAD -> REQUEST -> FLUSH -> HEAD ...      keep-alive
 *                   \> WORKER --/      \-> LINGER -> gone
 *
 * HEAD     waiting for, or collecting, a request head
 * REQUEST  a request waits on the loop, as its client_wait_t says: for an
 *          exchange with an upstream, or parked until somebody wakes it
 * WORKER   a worker thread has connection and request; the loop only marks
 *          what the kernel says
 * FLUSH    the response lies ready and is being sent
 * LINGER   sent and shut down; what the client still sends is thrown away
 *
 * After adoption only the loop's thread touches connection and request, in
 * WORKER only the worker's.  The struct lives in the connection's pool. */
#ifndef RPROXY_CLIENT_H
#define RPROXY_CLIENT_H

#include <httpd.h>
#include <http_connection.h>
#include <util_filter.h>

#include "../driver/reactor.h"

typedef struct client_t client_t;
typedef struct loop_t loop_t;
typedef struct pace_t pace_t;

typedef enum {
    CLIENT_HEAD,
    CLIENT_REQUEST,
    CLIENT_WORKER,
    CLIENT_FLUSH,
    CLIENT_LINGER,
    CLIENT_GONE
} client_state_e;

/* What a worker thread shall do for a client. */
typedef enum {
    HANDOFF_READ,    /* read the head itself: larger than our buffer */
    HANDOFF_PROCESS, /* all phases */
    HANDOFF_HANDLER, /* filters and handler; the phases before have run */
    HANDOFF_RESUME,  /* the handler only; filters are inserted */
    HANDOFF_DIE      /* the error response: its document is a local URL */
} handoff_e;

/* What a client in CLIENT_REQUEST waits for.  Its handler sets client->wait and
 * wait_ctx and returns SUSPENDED.  Each may end the request. */
typedef struct {
    /* The handler has returned. */
    void (*begin)(void *ctx);
    /* The socket moved: room for more, or more of the request body. */
    void (*ready)(void *ctx);
    /* The client hung up.  @return 1 when the request is over */
    int (*gone)(void *ctx);
    /* The client took or sent nothing within Timeout. */
    void (*slow)(void *ctx);
} client_wait_t;

struct client_t {
    watch_t watch; /* first */
    conn_rec *conn;
    loop_t *loop;
    int fd;
    client_state_e state;
    client_t *next, *prev; /* all clients of the loop */

    unsigned readable : 1; /* edge seen, EAGAIN not yet */
    unsigned writable : 1;
    unsigned hangup : 1;    /* the client closed or reset */
    unsigned eof : 1;       /* read to the end */
    unsigned dirty : 1;     /* output waits for the end of the turn */
    unsigned tls : 1;       /* filters between us and the network */
    unsigned in_phases : 1; /* on the loop; .htaccess may make TLS wait */
    unsigned on_worker : 1; /* the thread that runs filters may block */
    unsigned no_wait : 1;   /* but this read must not */
    unsigned draining : 1;  /* no further request on this connection */
    unsigned reset : 1;     /* close with RST: the response was cut short */
    unsigned unread : 1;    /* part of a request body was not read */
    unsigned resume : 1;    /* a filter may block: the handler goes elsewhere */
    unsigned linger_close : 1; /* more may be under way from the client */
    unsigned closing : 1;      /* the last bytes of the connection are queued */
    unsigned wants_room : 1;   /* the request is to be told of CLIENT_OUT_LOW */
    unsigned refused : 1;      /* the request that is over, see flush() */
    unsigned begun : 4;        /* requests of this turn */

    /* input: decrypted bytes not yet taken by a request */
    chunk_t *in;
    size_t scanned; /* bytes of in already searched for the head's end */
    ap_filter_t *in_filter;
    /* input below mod_ssl: bytes as they came */
    chunk_t *raw;

    /* output: what the filters passed and the kernel did not take yet */
    apr_bucket_brigade *out;
    apr_bucket_brigade *spare; /* for passing and reading; empty between uses */
    apr_pool_t *out_pool;      /* of what had to be set aside */
    apr_off_t out_bytes;       /* in memory, in out, buckets included */
    apr_time_t out_since;      /* out is not empty since then; 0: not known */
    apr_off_t out_taken;       /* bytes that the kernel took since */

    pace_t *pace; /* of the response in out, or NULL */

    request_rec *r; /* under way */
    const client_wait_t *wait;
    void *wait_ctx;
    int status; /* for HANDOFF_DIE and back */

    apr_time_t head_since; /* first byte of the head; 0: none yet */
    /* of the head or body that a worker thread waits for */
    apr_time_t read_begun; /* 0: no wait yet */
    apr_off_t read_bytes;  /* that have come since */
    apr_time_t linger_until;
    timer_entry_t timer;
    reactor_task_t flush_task; /* at the end of a turn */
    reactor_task_t turn_task;  /* the next turn: more requests lie here */
    reactor_task_t task;       /* between threads: adoption, hand-off */
    handoff_e handoff;
    struct handoff_ticket_t *ticket; /* while the MPM has it; loop's thread */

    /* proof that the adopting thread has left the MPM's code; NULL for a
     * connection the loop has accepted itself */
    struct adopter_t *adopter;
    unsigned long adopter_entries;
    apr_time_t adopted_at;
};

/* Bytes that wait for the client before its upstream is not read any more,
 * and where reading goes on. */
#define CLIENT_OUT_FULL (128 * 1024)
#define CLIENT_OUT_LOW (32 * 1024)
/* A bucket counts as so many bytes beside its own: without that, chunks of one
 * byte would cost a hundred times what they hold. */
#define CLIENT_BUCKET_BYTES 128

/* ---- client_input.c: bytes in ---- */

/* Reads what is there without waiting (on a worker: waits for the first byte
 * up to the server's Timeout).
 * @return APR_SUCCESS: there are new bytes in client->in; APR_EAGAIN; APR_EOF;
 *         APR_ENOSPC: the buffer is full; or the error */
apr_status_t client_fill(client_t *client);

/* Frees the buffer when nothing is in it. */
void client_trim(client_t *client);

/* Puts our input filters in the place of the core's; takes over what those
 * held. */
apr_status_t client_take_input(client_t *client);

/* ---- client_output.c: bytes out ---- */

void client_take_output(client_t *client);

/* Sends what the socket takes.  @return APR_SUCCESS (client->out_bytes and
 * client->out tell what is left) or the error: the connection is aborted */
apr_status_t client_write(client_t *client);

/* Sends at the end of this turn. */
void client_write_later(client_t *client);

int client_output_pending(const client_t *client);

/* Is all of it in memory that is the client's, or its requests'? */
int client_output_is_copied(const client_t *client);

/* Does more wait for the client than should? */
int client_output_full(client_t *client);

/* The client is gone: what waits for it is thrown away, as will be the rest. */
void client_output_drop(client_t *client);

/* Buckets of this type are sent from where their bytes are (mod_rproxy.h). */
void client_output_memory_bucket(const apr_bucket_type_t *type);

/* On a worker thread: waits until all is sent, or fails after Timeout. */
apr_status_t client_write_all(client_t *client);

/* ---- client_body.c: request bodies on the loop ---- */

/* Takes HTTP_IN's place in the request's input filters. */
void client_body_install(client_t *client, request_rec *r);

/* Gives its place back, for a worker thread that may wait. */
void client_body_restore(request_rec *r);

/* Body bytes without waiting: past the filters when there are none of the
 * request's own, else through them.
 * @return APR_SUCCESS with *len > 0, APR_EAGAIN, APR_EOF at the end, or the
 *         error (ap_map_http_request_error gives its status) */
apr_status_t client_body_read(request_rec *r, char *buf, apr_size_t cap,
                              apr_size_t *len);

/* Was the body read to its end? */
int client_body_at_end(const request_rec *r);

/* Throws away what has come of it, without waiting or asking for more.
 * @return 1: that was all */
int client_body_drop(request_rec *r);

/* ---- client_loop.c: states ---- */

/* From the adopting thread: hands the connection to its loop. */
void client_begin(client_t *client);

/* On the loop: a connection it has accepted itself. */
void client_arrived(client_t *client);

/* The child ends: this request, or one that is under way, is the last. */
void client_stop(client_t *client);

/* Closes some of the loop's idle clients, those that wait longest first. */
void client_shed(loop_t *loop);

/* Goes on in whatever state it is, as far as it can without waiting. */
void client_go(client_t *client);

/* Waits for a request and has no byte of one. */
int client_is_idle(const client_t *client);

/* Ends the connection in order: what is queued is sent first. */
void client_close(client_t *client);

/* Stops using the connection at once. */
void client_abort(client_t *client);

/* ---- client_request.c: one request ---- */

/* A complete head lies in the buffer: reads and runs the request. */
void client_run_request(client_t *client);

/* The same for a request that is read, on the loop or on a worker. */
void client_process(client_t *client, request_rec *r);

/* After ap_invoke_handler or ap_run_handler. */
void client_handled(client_t *client, request_rec *r, int status);

/* Runs the handler where it may run; the filters have been inserted. */
void client_run_handler(client_t *client, request_rec *r);

/* Ends a request whose phases or handler gave this status. */
void client_finish_request(client_t *client, request_rec *r, int status);

/* ---- client_handoff.c: worker threads ---- */

/* Gives the client to an MPM worker thread; it comes back to its loop. */
void client_hand_off(client_t *client, handoff_e what);

/* One is done: another that waits for a worker may have it. */
void client_handoff_next(loop_t *loop);

/* The MPM's threads end: what they have not begun, and all from now on, gets
 * threads of the loop's own. */
void client_handoff_stop(loop_t *loop);

/* ---- client_adopt.c ---- */

/* The adopted connection's client_t, or NULL. */
client_t *client_of(const conn_rec *c);

/* Takes a connection that the loop has accepted.
 * @return APR_SUCCESS, or why it must be closed */
apr_status_t client_accepted(conn_rec *c, loop_t *loop);

/* Have the MPM's worker threads been started? */
int client_mpm_is_ready(void);

/* Frees the connection once the thread it came from has provably left it. */
void client_dispose(client_t *client);

/* Starts the loops where the MPM can suspend connections; count 0: none. */
void client_child_init(apr_pool_t *pchild, server_rec *s,
                       const shared_t *shared, int count);

void client_register_hooks(apr_pool_t *pool);

#endif
