/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resets.c: see resets.h.  Layer L2.
 *
 * mod_http2 serves each stream as a connection of its own, which is aborted
 * when its client resets the stream.  A stream that was reset before a thread
 * began with it costs little, and is not seen here. */
#include "guard_private.h"
#include "resets.h"

#include <sys/socket.h>

#include <apr_portable.h>
#include <http_core.h>
#include <http_protocol.h>

#include "connections.h"

/* Its session reads the end of the connection, and ends.  The descriptor stays
 * open until no stream is left. */
static void end_connection(conn_rec *master)
{
    apr_socket_t *socket = ap_get_conn_socket(master);
    apr_os_sock_t fd;

    if (socket && apr_os_sock_get(&fd, socket) == APR_SUCCESS) {
        shutdown(fd, SHUT_RD);
    }
}

static int log_transaction(request_rec *r)
{
    conn_rec *c = r->connection;

    if (c->master && c->aborted && !connections_allow_reset(c->master)) {
        end_connection(c->master);
    }
    return DECLINED;
}

void resets_register(apr_pool_t *pool)
{
    ap_hook_log_transaction(log_transaction, NULL, NULL, APR_HOOK_MIDDLE);
}
