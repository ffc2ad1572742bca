/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_adopt.c: takes a connection over from the MPM, and frees it at the
 * end.  Layer L2.
 *
 * A worker thread that suspends a connection goes on writing into it for a
 * moment after our hook has returned.  The loop begins when c->sbh is NULL, and
 * the pool goes only when that thread provably left: it has entered a later
 * process_connection hook (adopter_t), or its scoreboard slot is ready again.
 */
#include "client_private.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <ap_mpm.h>
#include <apr_portable.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_vhost.h>
#include <mod_core.h>
#include <scoreboard.h>

#include "../rproxy_config.h"
#include "../rproxy_handler.h"
#include "acceptor.h"
#include "blocking.h"

typedef struct adopter_t {
    unsigned long entries; /* into process_connection; atomic */
    int child, thread;     /* its scoreboard slot */
} adopter_t;

#define STOPPING_GRACE apr_time_from_sec(1)
#define RETRY_DISPOSE 20000 /* usec */

static int can_suspend;
static int threads_per_slot = 1;

static __thread adopter_t *this_adopter;
static int scoreboard_child;

int client_scoreboard_child(void)
{
    return __atomic_load_n(&scoreboard_child, __ATOMIC_RELAXED);
}

client_t *client_of(const conn_rec *c)
{
    return ap_get_module_config(c->conn_config, &rproxy_module);
}

/* ---- adoption: on the MPM's worker thread ---- */

static adopter_t *enter(const conn_rec *c)
{
    if (!this_adopter) {
        this_adopter = calloc(1, sizeof(*this_adopter)); /* for good */
        if (!this_adopter) {
            abort();
        }
    }
    this_adopter->child = (int)(c->id / threads_per_slot);
    this_adopter->thread = (int)(c->id % threads_per_slot);
    /* the same from every thread */
    __atomic_store_n(&scoreboard_child, this_adopter->child, __ATOMIC_RELAXED);
    __atomic_add_fetch(&this_adopter->entries, 1, __ATOMIC_RELEASE);
    return this_adopter;
}

static int server_wants(void *found, conn_rec *c, server_rec *s)
{
    const server_conf_t *conf = rproxy_server_conf(s);

    (void)c;
    if (conf->has_routes || conf->uses_loop) {
        *(int *)found = 1;
    }
    if (conf->event_loop == RPROXY_LOOP_OFF) {
        *(int *)found = -1;
        return 1;
    }
    return 0;
}

/* Does a virtual host of this address use the suite, and none refuse it? */
static int address_wants(conn_rec *c)
{
    int found = 0;

    server_wants(&found, c, c->base_server);
    if (found >= 0 && c->vhost_lookup_data) {
        ap_vhost_iterate_given_conn(c, server_wants, &found);
    }
    return found > 0;
}

static int adoptable(conn_rec *c)
{
    return can_suspend && !c->master && c->cs && c->sbh && !c->aborted
           && strcmp(ap_get_protocol(c), AP_PROTOCOL_HTTP1) == 0
           && address_wants(c);
}

static client_t *create(conn_rec *c, loop_t *loop)
{
    client_t *client = apr_pcalloc(c->pool, sizeof(*client));
    apr_os_sock_t fd;

    apr_os_sock_get(&fd, ap_get_conn_socket(c));
    client->conn = c;
    client->loop = loop;
    client->fd = fd;
    client->out = apr_brigade_create(c->pool, c->bucket_alloc);
    client->spare = apr_brigade_create(c->pool, c->bucket_alloc);
    return client;
}

static apr_status_t take_filters(client_t *client)
{
    apr_status_t rv = client_take_input(client);

    if (rv == APR_SUCCESS) {
        client_take_output(client);
        ap_set_module_config(client->conn->conn_config, &rproxy_module, client);
    }
    return rv;
}

static int process_connection(conn_rec *c)
{
    adopter_t *adopter = enter(c);
    client_t *client;
    loop_t *loop;

    if (!adoptable(c) || (loop = loops_choose()) == NULL) {
        return DECLINED;
    }
    client = create(c, loop);
    client->adopter = adopter;
    client->adopter_entries = adopter->entries;
    client->on_worker = 1; /* the loop's memory is not this thread's */
    if (take_filters(client) != APR_SUCCESS) {
        ap_log_cerror(APLOG_MARK, APLOG_DEBUG, 0, c,
                      RPLOGNO(1308) "not adopted: the connection's input "
                                    "filters are not the usual ones");
        return DECLINED;
    }
    client->on_worker = 0;
    ap_update_child_status(c->sbh, SERVER_BUSY_READ, NULL);
    c->cs->state = CONN_STATE_SUSPENDED;
    client_begin(client);
    return OK;
}

/* ---- connections the loop accepts itself ---- */

apr_status_t client_accepted(conn_rec *c, loop_t *loop)
{
    client_t *client = create(c, loop);
    apr_status_t rv = take_filters(client);

    if (rv != APR_SUCCESS) {
        ap_log_cerror(APLOG_MARK, APLOG_ERR, rv, c,
                      RPLOGNO(1309) "a module has put an unusual filter on the "
                                    "connection: set RProxyEventLoop off for "
                                    "this port");
        return rv;
    }
    client_arrived(client);
    return APR_SUCCESS;
}

int client_mpm_is_ready(void)
{
    int i, n = 0;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &n);
    for (i = 0; i < n; i++) {
        process_score *ps = ap_get_scoreboard_process(i);
        worker_score *ws = ap_get_scoreboard_worker_from_indexes(i, 0);
        if (ps && ps->pid == getpid() && ws) {
            __atomic_store_n(&scoreboard_child, i, __ATOMIC_RELAXED);
            return ws->status != SERVER_DEAD && ws->status != SERVER_STARTING;
        }
    }
    return 0;
}

/* ---- the end: on the loop ---- */

static int adopter_left(const client_t *client)
{
    const adopter_t *a = client->adopter;
    worker_score *ws;

    if (!a) {
        return 1;
    }
    if (__atomic_load_n(&a->entries, __ATOMIC_ACQUIRE)
        != client->adopter_entries) {
        return 1;
    }
    ws = ap_get_scoreboard_worker_from_indexes(a->child, a->thread);
    if (!ws || ws->status == SERVER_READY || ws->status == SERVER_DEAD) {
        return 1;
    }
    /* A stopping child marks all its threads at once, which proves nothing. */
    return ws->status == SERVER_GRACEFUL
           && client->loop->reactor->now - client->adopted_at > STOPPING_GRACE;
}

static void dispose(reactor_task_t *task, reactor_t *reactor)
{
    client_t *client = (client_t *)((char *)task - offsetof(client_t, task));
    conn_rec *c = client->conn;

    if (!adopter_left(client)) {
        timer_set(&reactor->timers, &client->timer,
                  reactor->now + RETRY_DISPOSE);
        return;
    }
    timer_remove(&reactor->timers, &client->timer);
    reactor_forget(reactor, &client->flush_task);
    reactor_forget(reactor, &client->turn_task);
    if (client->next || client->prev || client->loop->clients == client) {
        client_unlink(client);
    }
    chunk_release(&client->in);
    chunk_release(&client->raw);
    if (!client->adopter) {
        acceptor_recycle(client->loop, c->pool);
        return;
    }
    c->cs->state = CONN_STATE_SUSPENDED; /* the MPM counts it as such */
    apr_pool_destroy(c->pool);
}

static void dispose_again(timer_entry_t *entry, int64_t now)
{
    client_t *client = (client_t *)((char *)entry - offsetof(client_t, timer));

    (void)now;
    dispose(&client->task, client->loop->reactor);
}

/* In the next turn: events of this one may still name the client. */
void client_dispose(client_t *client)
{
    reactor_t *reactor = client->loop->reactor;

    apr_brigade_cleanup(client->out);
    timer_set(&reactor->timers, &client->timer, 0);
    client->timer.fire = dispose_again;
    client->task.run = dispose;
    client->task.queued = 0;
    reactor_later(reactor, &client->task);
}

/* ---- hooks ---- */

void (*rproxy_logio_add_bytes_in)(conn_rec *c, apr_off_t bytes);
void (*rproxy_logio_add_bytes_out)(conn_rec *c, apr_off_t bytes);

APR_DECLARE_OPTIONAL_FN(void, ap_logio_add_bytes_in,
                        (conn_rec * c, apr_off_t bytes));
APR_DECLARE_OPTIONAL_FN(void, ap_logio_add_bytes_out,
                        (conn_rec * c, apr_off_t bytes));

void client_child_init(apr_pool_t *pchild, server_rec *s,
                       const shared_t *shared, int count)
{
    int async = 0;

    rproxy_logio_add_bytes_in = APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_in);
    rproxy_logio_add_bytes_out =
        APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_out);
    blocking_filters_find();
    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &threads_per_slot);
    if (async && count > 0) {
        acceptor_take_listeners(pchild, s);
        can_suspend = loops_start(pchild, s, shared, count) == APR_SUCCESS;
    }
}

void client_register_hooks(apr_pool_t *pool)
{
    static const char *const before[] = { "mod_ssl.c", "mod_http2.c",
                                          "mod_reqtimeout.c", NULL };

    (void)pool;
    ap_hook_process_connection(process_connection, before, NULL, APR_HOOK_LAST);
    client_input_register();
    client_output_register();
    client_body_register();
    client_head_register();
    park_register();
    pace_register();
}
