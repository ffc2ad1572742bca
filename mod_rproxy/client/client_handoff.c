/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_handoff.c: requests that may wait go to the MPM's worker threads, and
 * the connection comes back.  Layer L2.
 *
 * The MPM does not know that its thread is busy while our callback runs, so the
 * thread's scoreboard slot is marked: server-status shows it, and the parent
 * counts it when it decides about more children.
 *
 * When the child stops, the MPM's threads end without a thought for callbacks
 * not begun and for connections the loops have accepted.  From then on requests
 * run on threads of our own.  Who runs one is settled by its ticket. */
#include "client_private.h"

#include <stddef.h>
#include <stdlib.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <scoreboard.h>

#include "../engine/thread.h"

typedef struct handoff_ticket_t {
    client_t *client;
    int taken; /* atomic */
} handoff_ticket_t;

/* ---- on the worker ---- */

/* The scoreboard slot of the thread that runs this, or -1. */
static int own_slot(void)
{
    static __thread int slot = -2;
    apr_os_thread_t self = apr_os_thread_current();
    int i, threads = 0;

    if (slot != -2) {
        return slot;
    }
    slot = -1;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    for (i = 0; i < threads; i++) {
        worker_score *ws =
            ap_get_scoreboard_worker_from_indexes(client_scoreboard_child(), i);
        if (ws && apr_os_thread_equal(ws->tid, self)) {
            slot = i;
        }
    }
    return slot;
}

static void read_and_process(client_t *client)
{
    request_rec *r;

    client->read_begun = client->head_since;
    client->read_bytes = (apr_off_t)(client->in->end - client->in->begin);
    r = ap_read_request(client->conn);
    if (r && r->status == HTTP_OK) {
        client->r = r;
        client->read_begun = 0;
        client_keep_protocol(r);
        client_process(client, r);
    }
    else {
        client->conn->keepalive = AP_CONN_CLOSE;
        client->linger_close = 1;
    }
}

static void come_back(reactor_task_t *task, reactor_t *reactor)
{
    client_t *client = (client_t *)((char *)task - offsetof(client_t, task));
    loop_t *loop = client->loop;

    (void)reactor;
    free(client->ticket);
    client->ticket = NULL;
    METRIC_ADD(loop->reactor->metrics->handoffs_active, -1);
    client->on_worker = 0;
    client->conn->current_thread = loop->thread;
    client->draining = client->draining || loop->stopping;
    client->readable = client->writable = 1;
    client->state = CLIENT_FLUSH;
    loop->handoffs--;
    client_handoff_next(loop);
    client_go(client);
}

static void run(client_t *client)
{
    conn_rec *c = client->conn;
    reactor_t *reactor = client->loop->reactor;
    int slot = own_slot();
    ap_sb_handle_t *sbh = NULL;

    if (slot >= 0) {
        ap_create_sb_handle(&sbh, client->r ? client->r->pool : c->pool,
                            client_scoreboard_child(), slot);
        ap_update_child_status(sbh, SERVER_BUSY_WRITE, client->r);
    }
    switch (client->handoff) {
    case HANDOFF_READ:
        read_and_process(client);
        break;
    case HANDOFF_PROCESS:
        client_process(client, client->r);
        break;
    case HANDOFF_HANDLER:
        client_handled(client, client->r, ap_invoke_handler(client->r));
        break;
    case HANDOFF_RESUME:
        client_run_handler(client, client->r);
        break;
    case HANDOFF_DIE:
        client_finish_request(client, client->r, client->status);
        break;
    }
    if (slot >= 0) {
        ap_update_child_status_from_indexes(client_scoreboard_child(), slot,
                                            SERVER_READY, NULL);
    }
    client->task.run = come_back;
    reactor_post(reactor, &client->task);
}

/* @return 1 for the first who asks */
static int take(handoff_ticket_t *ticket)
{
    return !__atomic_exchange_n(&ticket->taken, 1, __ATOMIC_ACQ_REL);
}

static void on_mpm_thread(void *data)
{
    handoff_ticket_t *ticket = data;

    if (!take(ticket)) {
        free(ticket); /* the client may be gone */
        return;
    }
#if AP_MODULE_MAGIC_AT_LEAST(20120211, 122)
    ticket->client->conn->current_thread = ap_thread_current();
#endif
    run(ticket->client);
}

static void *APR_THREAD_FUNC on_own_thread(apr_thread_t *thread, void *data)
{
    client_t *client = data;

    client->conn->current_thread = thread;
    run(client);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* ---- on the loop ---- */

static apr_status_t give_to_mpm(client_t *client)
{
    handoff_ticket_t *ticket = calloc(1, sizeof(*ticket));
    apr_status_t rv;

    if (!ticket) {
        return APR_ENOMEM;
    }
    ticket->client = client;
    client->ticket = ticket;
    rv = ap_mpm_register_timed_callback(0, on_mpm_thread, ticket);
    if (rv != APR_SUCCESS) {
        client->ticket = NULL;
        free(ticket);
    }
    return rv;
}

static apr_status_t give_to_own_thread(client_t *client)
{
    loop_t *loop = client->loop;
    apr_thread_t *thread;
    apr_status_t rv = thread_start(&thread, on_own_thread, client, loop->pool);

    if (rv == APR_SUCCESS) {
        APR_ARRAY_PUSH(loop->own_threads, apr_thread_t *) = thread;
    }
    return rv;
}

static void give(client_t *client)
{
    loop_t *loop = client->loop;
    apr_status_t rv;

    loop->handoffs++;
    METRIC_ADD(loop->reactor->metrics->handoffs, 1);
    METRIC_ADD(loop->reactor->metrics->handoffs_active, 1);
    rv = loop->stopping ? give_to_own_thread(client) : give_to_mpm(client);
    if (rv != APR_SUCCESS) {
        ap_log_cerror(APLOG_MARK, APLOG_ERR, rv, client->conn,
                      RPLOGNO(1307) "no worker thread for the request");
        METRIC_ADD(loop->reactor->metrics->handoffs_active, -1);
        loop->handoffs--;
        client_abort(client);
    }
}

void client_hand_off(client_t *client, handoff_e what)
{
    loop_t *loop = client->loop;

    client->handoff = what;
    if (client->on_worker) {
        return; /* a worker handles everything where it is */
    }
    if (client->r) {
        client_body_restore(client->r);
    }
    if (client_output_pending(client)) {
        client_write(client); /* what came before does not wait for this */
    }
    client_input_detach(client);
    timer_set(&loop->reactor->timers, &client->timer, 0);
    reactor_forget(loop->reactor, &client->flush_task);
    reactor_forget(loop->reactor, &client->turn_task);
    client->state = CLIENT_WORKER;
    client->on_worker = 1;
    if (loop->handoffs < loop->handoff_limit) {
        give(client);
        return;
    }
    client->task.next = NULL;
    *loop->waiting.last = &client->task;
    loop->waiting.last = &client->task.next;
}

void client_handoff_next(loop_t *loop)
{
    reactor_task_t *task = loop->waiting.first;

    if (!task || loop->handoffs >= loop->handoff_limit) {
        return;
    }
    loop->waiting.first = task->next;
    if (!task->next) {
        loop->waiting.last = &loop->waiting.first;
    }
    give((client_t *)((char *)task - offsetof(client_t, task)));
}

void client_handoff_stop(loop_t *loop)
{
    client_t *client;

    loop->own_threads = apr_array_make(loop->pool, 8, sizeof(apr_thread_t *));
    for (client = loop->clients; client; client = client->next) {
        if (client->ticket && take(client->ticket)) {
            client->ticket = NULL; /* the MPM's to free */
            if (give_to_own_thread(client) != APR_SUCCESS) {
                client_abort(client);
            }
        }
    }
}
