/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_input.c: bytes from the client.  Layer L2.
 *
 *   plain:  request filters > [RPROXY_IN]                          < socket
 *   TLS:    request filters > [RPROXY_IN] > mod_ssl > [RPROXY_NET_IN] < socket
 *
 * RPROXY_IN holds the decrypted bytes no request has taken yet, so that a head
 * can be collected without a thread waiting for it.  RPROXY_NET_IN stands where
 * the core's network filter was.  On the loop neither waits. */
#include "client_private.h"

#include "../driver/socket_call.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <http_core.h>
#include <http_log.h>

#include "read_timeout.h"

#define RAW_READ CHUNK_SMALL

/* The loop's cache is for the loop's thread only. */
static chunk_cache_t *chunks(const client_t *client)
{
    return client->on_worker ? NULL : &client->loop->reactor->env.chunks;
}

void client_input_detach(client_t *client)
{
    if (client->in) {
        client->in->cache = NULL;
    }
    if (client->raw) {
        client->raw->cache = NULL;
    }
}

/* On a worker: usec that the client has for its next byte, from Timeout and
 * RequestReadTimeout. */
static apr_time_t time_left(client_t *client)
{
    const server_rec *s = client->conn->base_server;
    apr_time_t limit, left, now = clock_now();

    if (!client->read_begun) {
        client->read_begun = now;
        client->read_bytes = 0;
    }
    limit = client->r ? read_timeout_body(s, client->read_bytes)
                      : read_timeout_head(s, (apr_size_t)client->read_bytes);
    left = client->read_begun + limit - now;
    return !limit || left > s->timeout ? s->timeout : left > 0 ? left : 0;
}

static apr_status_t wait_readable(client_t *client)
{
    struct pollfd pfd = { client->fd, POLLIN, 0 };
    int n;

    do {
        n = poll(&pfd, 1, (int)((time_left(client) + 999) / 1000));
    } while (n < 0 && errno == EINTR);
    return n > 0 ? APR_SUCCESS : n == 0 ? APR_TIMEUP : errno;
}

/* One recv().  On a worker, or where a phase must wait (a TLS renegotiation),
 * it waits for the first byte. */
static apr_status_t receive(client_t *client, char *buf, size_t room,
                            int may_wait, size_t *len)
{
    ssize_t n;

    if (client->eof) {
        return APR_EOF;
    }
    for (;;) {
        n = socket_recv(client->fd, buf, room);
        if (n > 0) {
            if ((size_t)n < room && !client->hangup) {
                client->readable = 0;
            }
            *len = (size_t)n;
            client->read_bytes += n;
            return APR_SUCCESS;
        }
        if (n == 0) {
            client->eof = 1;
            return APR_EOF;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            client->eof = 1;
            return errno;
        }
        client->readable = 0;
        if (!may_wait) {
            return APR_EAGAIN;
        }
        if (wait_readable(client) != APR_SUCCESS) {
            client->conn->keepalive = AP_CONN_CLOSE;
            return APR_TIMEUP;
        }
    }
}

/* Room behind the bytes in *held, which stay in one piece.
 * @return 0 when the largest buffer is full */
static size_t make_room(client_t *client, chunk_t **held)
{
    chunk_t *old = *held, *now;
    size_t len;

    if (!old) {
        *held = chunk_get(chunks(client), CHUNK_SMALL);
        return (*held)->cap;
    }
    len = old->end - old->begin;
    if (!len) {
        old->begin = old->end = 0;
    }
    if (old->end < old->cap) {
        return old->cap - old->end;
    }
    if (old->begin) {
        memmove(old->data, old->data + old->begin, len);
        old->begin = 0;
        old->end = len;
        return old->cap - len;
    }
    if (old->cap == CHUNK_LARGE) {
        return 0;
    }
    now = chunk_get(chunks(client), CHUNK_LARGE);
    memcpy(now->data, old->data, len);
    now->end = len;
    chunk_release(held);
    *held = now;
    return now->cap - len;
}

static int may_wait(const client_t *client)
{
    return client->on_worker && !client->no_wait;
}

static apr_status_t fill_plain(client_t *client, size_t room)
{
    chunk_t *in = client->in;
    size_t len = 0;
    apr_status_t rv =
        receive(client, in->data + in->end, room, may_wait(client), &len);

    if (rv == APR_SUCCESS) {
        in->end += len;
        if (rproxy_logio_add_bytes_in) {
            rproxy_logio_add_bytes_in(client->conn, (apr_off_t)len);
        }
    }
    return rv;
}

static apr_status_t fill_through_filters(client_t *client, size_t room)
{
    apr_bucket_brigade *bb = client->spare;
    chunk_t *in = client->in;
    apr_size_t len = room;
    apr_status_t rv =
        ap_get_brigade(client->in_filter->next, bb, AP_MODE_READBYTES,
                       may_wait(client) ? APR_BLOCK_READ : APR_NONBLOCK_READ,
                       (apr_off_t)room);

    if (rv == APR_SUCCESS) {
        rv = apr_brigade_flatten(bb, in->data + in->end, &len);
        in->end += rv == APR_SUCCESS ? len : 0;
        if (rv == APR_SUCCESS && !len) {
            rv = !APR_BRIGADE_EMPTY(bb)
                         && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb))
                     ? APR_EOF
                     : APR_EAGAIN;
        }
    }
    apr_brigade_cleanup(bb);
    return rv;
}

apr_status_t client_fill(client_t *client)
{
    size_t room;

    if (!client->tls && !client->readable && !client->on_worker) {
        return client->eof ? APR_EOF : APR_EAGAIN;
    }
    room = make_room(client, &client->in);
    if (!room) {
        return APR_ENOSPC;
    }
    return client->tls ? fill_through_filters(client, room)
                       : fill_plain(client, room);
}

void client_trim(client_t *client)
{
    if (client->in && client->in->begin == client->in->end) {
        chunk_release(&client->in);
    }
    if (client->raw && client->raw->begin == client->raw->end) {
        chunk_release(&client->raw);
    }
    client->scanned = 0;
}

/* ---- RPROXY_IN ---- */

static void insert_bytes(client_t *client, apr_bucket_brigade *bb, size_t len,
                         int take)
{
    chunk_t *in = client->in;

    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_transient_create(in->data + in->begin,
                                                        len,
                                                        client->conn
                                                            ->bucket_alloc));
    if (take) {
        in->begin += len;
        client->scanned = 0;
    }
}

static size_t held(const client_t *client)
{
    return client->in ? client->in->end - client->in->begin : 0;
}

static apr_status_t no_more(const client_t *client, apr_status_t rv,
                            apr_read_type_e block)
{
    if (!APR_STATUS_IS_EAGAIN(rv)) {
        return rv;
    }
    if (block == APR_NONBLOCK_READ) {
        return APR_EAGAIN;
    }
    /* The loop does not wait: the connection ends instead. */
    client->conn->keepalive = AP_CONN_CLOSE;
    return APR_TIMEUP;
}

static apr_status_t read_line(client_t *client, apr_bucket_brigade *bb,
                              apr_read_type_e block)
{
    size_t searched = 0;

    for (;;) {
        size_t len = held(client);
        const char *start = len ? client->in->data + client->in->begin : NULL;
        const char *lf = len > searched
                             ? memchr(start + searched, '\n', len - searched)
                             : NULL;
        apr_status_t rv;

        if (lf || len >= HUGE_STRING_LEN) {
            insert_bytes(client, bb, lf ? (size_t)(lf - start) + 1 : len, 1);
            return APR_SUCCESS;
        }
        searched = len;
        rv = client_fill(client);
        if (rv != APR_SUCCESS) {
            if (len && (rv == APR_EOF || block == APR_NONBLOCK_READ)) {
                insert_bytes(client, bb, len, 1);
                return APR_SUCCESS;
            }
            return no_more(client, rv, block);
        }
    }
}

static apr_status_t eat_line_ends(client_t *client)
{
    chunk_t *in = client->in;

    while (in && in->begin < in->end
           && (in->data[in->begin] == '\r' || in->data[in->begin] == '\n')) {
        in->begin++;
        client->scanned = 0;
    }
    return held(client) ? APR_SUCCESS : APR_EAGAIN;
}

static apr_status_t in_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                              ap_input_mode_t mode, apr_read_type_e block,
                              apr_off_t readbytes)
{
    client_t *client = f->ctx;
    apr_status_t rv;

    switch (mode) {
    case AP_MODE_INIT:
        return APR_SUCCESS;
    case AP_MODE_GETLINE:
        return read_line(client, bb, block);
    case AP_MODE_EATCRLF:
        return eat_line_ends(client);
    case AP_MODE_READBYTES:
    case AP_MODE_SPECULATIVE:
        break;
    default:
        return APR_ENOTIMPL;
    }
    if (!held(client)) {
        if (mode == AP_MODE_SPECULATIVE && block == APR_NONBLOCK_READ
            && client->on_worker) {
            return APR_EAGAIN; /* a look for pipelined requests: the loop's */
        }
        client->no_wait = block == APR_NONBLOCK_READ;
        rv = client_fill(client);
        client->no_wait = 0;
        if (rv != APR_SUCCESS) {
            return no_more(client, rv, block);
        }
    }
    insert_bytes(client, bb,
                 readbytes < (apr_off_t)held(client) ? (size_t)readbytes
                                                     : held(client),
                 mode == AP_MODE_READBYTES);
    return APR_SUCCESS;
}

/* ---- RPROXY_NET_IN ---- */

static apr_status_t net_in_filter(ap_filter_t *f, apr_bucket_brigade *bb,
                                  ap_input_mode_t mode, apr_read_type_e block,
                                  apr_off_t readbytes)
{
    client_t *client = f->ctx;
    size_t len = 0;
    apr_status_t rv;

    if (mode == AP_MODE_INIT) {
        return APR_SUCCESS;
    }
    if (mode != AP_MODE_READBYTES && mode != AP_MODE_SPECULATIVE) {
        return APR_ENOTIMPL;
    }
    if (!client->raw || client->raw->begin == client->raw->end) {
        int may_wait =
            block == APR_BLOCK_READ && (client->on_worker || client->in_phases);
        /* Nobody tells a worker of what has come: it looks. */
        if (!client->readable && !client->on_worker && !may_wait) {
            return client->eof ? APR_EOF : no_more(client, APR_EAGAIN, block);
        }
        make_room(client, &client->raw);
        rv = receive(client, client->raw->data, client->raw->cap, may_wait,
                     &len);
        if (rv != APR_SUCCESS) {
            return no_more(client, rv, block);
        }
        client->raw->end = len;
    }
    len = client->raw->end - client->raw->begin;
    if (readbytes < (apr_off_t)len) {
        len = (size_t)readbytes;
    }
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_transient_create(client->raw->data
                                                            + client->raw
                                                                  ->begin,
                                                        len,
                                                        f->c->bucket_alloc));
    if (mode == AP_MODE_READBYTES) {
        client->raw->begin += len;
    }
    return APR_SUCCESS;
}

/* ---- taking the core's place ---- */

/* What the core's filter has read ahead (after a TLS handshake, say). */
static apr_status_t take_over(client_t *client, ap_filter_t *core,
                              chunk_t **into)
{
    const core_net_rec *net = core->ctx;
    apr_bucket_brigade *bb = client->spare;
    apr_status_t rv = APR_SUCCESS;

    while (net->in_ctx && rv == APR_SUCCESS) {
        apr_size_t room = make_room(client, into), len = room;

        if (!room) {
            return APR_ENOSPC;
        }
        rv = ap_get_brigade(core, bb, AP_MODE_READBYTES, APR_NONBLOCK_READ,
                            (apr_off_t)room);
        if (rv == APR_SUCCESS) {
            rv = apr_brigade_flatten(bb, (*into)->data + (*into)->end, &len);
            (*into)->end += len;
            if (!len) {
                rv = APR_EAGAIN;
            }
        }
        apr_brigade_cleanup(bb);
    }
    return APR_STATUS_IS_EAGAIN(rv) || rv == APR_SUCCESS ? APR_SUCCESS : rv;
}

static ap_filter_t *find(ap_filter_t *f, const char *name)
{
    while (f && strcmp(f->frec->name, name) != 0) {
        f = f->next;
    }
    return f;
}

/* Filters that pass plain bytes through unchanged: mod_logio's count is kept
 * by an optional function, mod_reqtimeout's clocks by the loop. */
static int is_transparent(const ap_filter_t *f)
{
    return strcmp(f->frec->name, "log_input_output") == 0
           || strcmp(f->frec->name, "reqtimeout") == 0;
}

apr_status_t client_take_input(client_t *client)
{
    conn_rec *c = client->conn;
    ap_filter_t *core = find(c->input_filters, "core_in"), *f;
    ap_filter_t *reqtimeout;
    apr_status_t rv;

    if (!core || core->next) {
        return APR_ENOTIMPL;
    }
    for (f = c->input_filters; f != core; f = f->next) {
        if (!is_transparent(f)) {
            client->tls = 1;
        }
    }
    rv = take_over(client, core, client->tls ? &client->raw : &client->in);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if ((reqtimeout = find(c->input_filters, "reqtimeout")) != NULL) {
        ap_remove_input_filter(reqtimeout);
    }
    ap_remove_input_filter(core);
    if (client->tls) {
        ap_add_input_filter_handle(client_net_in_handle, client, NULL, c);
    }
    client->in_filter =
        ap_add_input_filter_handle(client_in_handle, client, NULL, c);
    return client->in_filter ? APR_SUCCESS : APR_EGENERAL;
}

ap_filter_rec_t *client_in_handle, *client_net_in_handle;

void client_input_register(void)
{
    client_in_handle = ap_register_input_filter("RPROXY_IN", in_filter, NULL,
                                                AP_FTYPE_CONNECTION);
    client_net_in_handle =
        ap_register_input_filter("RPROXY_NET_IN", net_in_filter, NULL,
                                 AP_FTYPE_NETWORK);
}
