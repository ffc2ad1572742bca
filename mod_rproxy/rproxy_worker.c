/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_worker.c: an exchange and its client on a thread that may wait.
 * Layer L2. */
#include "rproxy_worker.h"

#include <apr_portable.h>
#include <http_core.h>

#include "driver/worker.h"
#include "rproxy_buffer.h"
#include "rproxy_sink.h"

static apr_time_t client_deadline(void *p, apr_time_t now)
{
    return rproxy_source_deadline(p, now);
}

static int is_needed(void *p)
{
    return !proxied_may_finish(p);
}

/* mod_http2 says so of a stream that was reset. */
static int stream_gone(void *ctx)
{
    const proxied_t *p = ctx;

    return p->r->connection->aborted && is_needed(ctx);
}

static void wait_for_both(proxied_t *p)
{
    conn_rec *c = p->r->connection;
    worker_client_t client = {
        .fd = -1, .is_needed = is_needed, .deadline = client_deadline, .ctx = p
    };

    if (c->master) {
        client.gone = stream_gone;
    }
    else {
        apr_os_sock_get(&client.fd, ap_get_conn_socket(c));
    }
    worker_run(p->x, &client);
    if (p->x->outcome == OUTCOME_BAD_REQUEST && !p->body_status) {
        proxied_body_too_slow(p);
    }
}

int rproxy_worker_run(proxied_t *p)
{
    int status;

    if (p->buffer) {
        rproxy_buffer_collect(p);
    }
    if (!p->x->done) {
        wait_for_both(p);
    }
    status = proxied_end(p);
    chunk_cache_drain(&p->env.chunks);
    return status;
}
