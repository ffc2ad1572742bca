/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_output.c: bytes to the client.  Layer L2.
 *
 * RPROXY_OUT stands where the core's output filter was.  On the loop it only
 * collects; the loop writes at the end of its turn, so that head, body and
 * end of a response leave in one system call.  On a worker thread it writes
 * and waits as the core's filter does. */
#include "client_private.h"

#include "../driver/clock.h"
#include "../driver/socket_call.h"
#include "../rproxy_config.h"
#include "send_rate.h"

#include <errno.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <http_core.h>
#include <http_request.h>
#include <apr_portable.h>
#include <util_filter.h>

#define MAX_IOV 64
#define MAX_WRITE (512 * 1024)
#define WORKER_PENDING (64 * 1024)

#define MEMORY_TYPES 8

static const apr_bucket_type_t *memory_types[MEMORY_TYPES + 1];

void client_output_memory_bucket(const apr_bucket_type_t *type)
{
    int i = 0;

    while (i < MEMORY_TYPES && memory_types[i] && memory_types[i] != type) {
        i++;
    }
    if (i < MEMORY_TYPES) {
        memory_types[i] = type;
    }
}

/* Its bytes lie in memory that is not ours, and stay there. */
static int is_lasting(const apr_bucket *b)
{
    int i = 0;

    while (memory_types[i] && memory_types[i] != b->type) {
        i++;
    }
    return memory_types[i] != NULL;
}

static int is_in_memory(const apr_bucket *b)
{
    return APR_BUCKET_IS_HEAP(b) || APR_BUCKET_IS_IMMORTAL(b)
           || APR_BUCKET_IS_POOL(b) || APR_BUCKET_IS_TRANSIENT(b)
           || is_lasting(b);
}

/* Does it stay as it is after the brigade's owner has gone on? */
static int is_kept(const apr_bucket *b)
{
    return APR_BUCKET_IS_METADATA(b) || APR_BUCKET_IS_HEAP(b)
           || APR_BUCKET_IS_IMMORTAL(b) || is_lasting(b);
}

/* Does waiting for the client hold memory of this process? */
static int is_counted(const apr_bucket *b)
{
    return !APR_BUCKET_IS_METADATA(b) && !APR_BUCKET_IS_FILE(b)
           && !is_lasting(b);
}

int client_output_pending(const client_t *client)
{
    return !APR_BRIGADE_EMPTY(client->out);
}

int client_output_is_copied(const client_t *client)
{
    const apr_bucket *b;

    for (b = APR_BRIGADE_FIRST(client->out);
         b != APR_BRIGADE_SENTINEL(client->out); b = APR_BUCKET_NEXT(b)) {
        if (!APR_BUCKET_IS_METADATA(b) && (!is_in_memory(b) || is_lasting(b))) {
            return 0;
        }
    }
    return 1;
}

int client_output_full(client_t *client)
{
    if (client->out_bytes > CLIENT_OUT_LOW) {
        client_write(client);
    }
    return client->out_bytes >= CLIENT_OUT_FULL;
}

static void bucket_done(client_t *client, apr_bucket *b)
{
    if (is_counted(b) && b->length != (apr_size_t)-1) {
        client->out_bytes -= (apr_off_t)b->length + CLIENT_BUCKET_BYTES;
    }
    apr_bucket_delete(b);
}

static void log_bytes(const client_t *client, size_t len)
{
    if (rproxy_logio_add_bytes_out && len) {
        rproxy_logio_add_bytes_out(client->conn, (apr_off_t)len);
    }
}

/* An EOR logs its request: mod_logio has the bytes before it by then, and not
 * those of the responses behind. */
static void took(client_t *client, size_t len)
{
    size_t unlogged = 0;

    pace_sent(client, len);
    client->out_taken += (apr_off_t)len;
    while (len) {
        apr_bucket *b = APR_BRIGADE_FIRST(client->out);

        if (AP_BUCKET_IS_EOR(b)) {
            log_bytes(client, unlogged);
            unlogged = 0;
        }
        if (len < b->length) {
            if (is_counted(b)) {
                client->out_bytes -= (apr_off_t)len;
            }
            b->start += (apr_off_t)len;
            b->length -= len;
            unlogged += len;
            break;
        }
        len -= b->length;
        unlogged += b->length;
        bucket_done(client, b);
    }
    log_bytes(client, unlogged);
}

/* Metadata at the front has been reached: an EOR here logs its request and
 * frees it. */
static void drop_reached(client_t *client)
{
    while (!APR_BRIGADE_EMPTY(client->out)) {
        apr_bucket *b = APR_BRIGADE_FIRST(client->out);
        if (!APR_BUCKET_IS_METADATA(b) && b->length) {
            return;
        }
        bucket_done(client, b);
    }
    client->out_bytes = 0;
    client->out_since = 0;
    if (client->out_pool) {
        apr_pool_clear(client->out_pool);
    }
}

apr_time_t client_output_deadline(client_t *client, apr_time_t now)
{
    const server_rec *s = client->conn->base_server;
    const server_conf_t *conf = rproxy_server_conf(s);
    apr_time_t next = now + s->timeout, slow;

    if (!client->out_since) {
        client->out_since = now;
        client->out_taken = 0;
    }
    if (conf->send_rate <= 0 || client->pace) {
        return next;
    }
    slow = send_rate_until(client->out_since, client->out_taken,
                           conf->send_rate, conf->send_grace);
    return slow < next ? slow : next;
}

void client_output_drop(client_t *client)
{
    client->conn->aborted = 1;
    apr_brigade_cleanup(client->out);
    drop_reached(client);
    client->conn->data_in_output_filters = 0;
}

static apr_status_t write_failed(client_t *client, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK) {
        client->writable = 0;
        return APR_EAGAIN;
    }
    return error == EINTR ? APR_SUCCESS : error;
}

static apr_status_t send_file(client_t *client, apr_bucket *b, size_t room)
{
    apr_bucket_file *data = b->data;
    apr_os_file_t fd;
    off_t offset = b->start;
    ssize_t n;

    apr_os_file_get(&fd, data->fd);
    n = sendfile(client->fd, fd, &offset, b->length < room ? b->length : room);
    if (n < 0) {
        return write_failed(client, errno);
    }
    if (n == 0) {
        return APR_EOF; /* the file has become shorter */
    }
    took(client, (size_t)n);
    return APR_SUCCESS;
}

/* The bytes at the front as vectors, up to what is not in memory, and no more
 * than there is room for.
 * @return their number; *total their bytes */
static int gather(client_t *client, size_t room, struct iovec *iov,
                  size_t *total, apr_status_t *rv)
{
    apr_bucket *b;
    int n = 0;

    *total = 0;
    *rv = APR_SUCCESS;
    for (b = APR_BRIGADE_FIRST(client->out);
         b != APR_BRIGADE_SENTINEL(client->out) && n < MAX_IOV
         && *total < MAX_WRITE && *total < room;
         b = APR_BUCKET_NEXT(b)) {
        const char *data;
        apr_size_t len;

        if (APR_BUCKET_IS_METADATA(b) || !b->length) {
            continue;
        }
        if (APR_BUCKET_IS_FILE(b)) {
            break;
        }
        if (!is_in_memory(b)) {
            apr_size_t before = b->length;
            if (n) {
                break;
            }
            *rv = apr_bucket_read(b, &data, &len, APR_BLOCK_READ);
            if (*rv != APR_SUCCESS) {
                return 0;
            }
            client->out_bytes += before == (apr_size_t)-1
                                     ? (apr_off_t)len + CLIENT_BUCKET_BYTES
                                     : 0;
        }
        else {
            *rv = apr_bucket_read(b, &data, &len, APR_NONBLOCK_READ);
        }
        if (len) {
            len = len < room - *total ? len : room - *total;
            iov[n].iov_base = (char *)data;
            iov[n++].iov_len = len;
            *total += len;
        }
    }
    return n;
}

static apr_status_t write_once(client_t *client, size_t room)
{
    struct iovec iov[MAX_IOV];
    struct msghdr message = { .msg_iov = iov };
    size_t total;
    apr_status_t rv;
    ssize_t n;
    int count = gather(client, room, iov, &total, &rv);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!count) {
        apr_bucket *b;
        drop_reached(client);
        b = APR_BRIGADE_FIRST(client->out);
        return APR_BRIGADE_EMPTY(client->out) ? APR_SUCCESS
               : APR_BUCKET_IS_FILE(b)        ? send_file(client, b, room)
                                              : APR_SUCCESS;
    }
    message.msg_iovlen = (size_t)count;
    n = socket_sendmsg(client->fd, &message);
    if (n < 0) {
        return write_failed(client, errno);
    }
    if ((size_t)n < total) {
        client->writable = 0;
    }
    drop_reached(client); /* empty buckets before the first byte */
    took(client, (size_t)n);
    return APR_SUCCESS;
}

apr_status_t client_write(client_t *client)
{
    apr_status_t rv = APR_SUCCESS;
    size_t room;

    drop_reached(client);
    while (client_output_pending(client) && client->writable
           && rv == APR_SUCCESS && (room = pace_room(client)) > 0) {
        rv = write_once(client, room);
        drop_reached(client);
    }
    client->conn->data_in_output_filters = client_output_pending(client);
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)) {
        client_output_drop(client);
        return rv;
    }
    return APR_SUCCESS;
}

apr_status_t client_write_all(client_t *client)
{
    struct pollfd pfd = { client->fd, POLLOUT, 0 };
    apr_status_t rv;

    for (;;) {
        apr_time_t now, left;

        client->writable = 1;
        rv = client_write(client);
        if (rv != APR_SUCCESS || !client_output_pending(client)) {
            return rv;
        }
        if (pace_waits(client)) {
            pace_sleep(client);
            continue;
        }
        now = clock_now();
        left = client_output_deadline(client, now) - now;
        if (left <= 0 || poll(&pfd, 1, (int)((left + 999) / 1000)) == 0) {
            client_output_drop(client);
            return APR_TIMEUP;
        }
    }
}

void client_write_later(client_t *client)
{
    reactor_at_turn_end(client->loop->reactor, &client->flush_task);
}

/* ---- RPROXY_OUT ---- */

enum {
    HAS_FLUSH = 1,
    HAS_PASSING = 2,
    HAS_UNKNOWN_LENGTH = 4
};

static int look_at(client_t *client, apr_bucket_brigade *bb)
{
    int has = 0;
    apr_bucket *b;

    for (b = APR_BRIGADE_FIRST(bb); b != APR_BRIGADE_SENTINEL(bb);
         b = APR_BUCKET_NEXT(b)) {
        if (APR_BUCKET_IS_METADATA(b)) {
            has |= APR_BUCKET_IS_FLUSH(b) ? HAS_FLUSH : 0;
            continue;
        }
        if (b->length == (apr_size_t)-1) {
            has |= HAS_UNKNOWN_LENGTH;
        }
        else if (is_counted(b)) {
            client->out_bytes += (apr_off_t)b->length + CLIENT_BUCKET_BYTES;
        }
        if (!is_kept(b)) {
            has |= HAS_PASSING;
        }
    }
    return has;
}

/* What the caller may free after we return becomes ours. */
static void set_aside(client_t *client)
{
    apr_bucket *b;

    if (!client->out_pool) {
        apr_pool_create(&client->out_pool, client->conn->pool);
    }
    for (b = APR_BRIGADE_FIRST(client->out);
         b != APR_BRIGADE_SENTINEL(client->out); b = APR_BUCKET_NEXT(b)) {
        if (!is_kept(b)) {
            apr_bucket_setaside(b, client->out_pool);
        }
    }
}

static apr_status_t out_filter(ap_filter_t *f, apr_bucket_brigade *bb)
{
    client_t *client = f->ctx;
    apr_status_t rv = APR_SUCCESS;
    int has;

    if (client->conn->aborted) {
        if (bb) {
            apr_brigade_cleanup(bb);
        }
        return APR_ECONNABORTED;
    }
    if (!bb) {
        return client_write(client);
    }
    has = look_at(client, bb);
    APR_BRIGADE_CONCAT(client->out, bb);
    if (client->on_worker) {
        if (has & (HAS_FLUSH | HAS_UNKNOWN_LENGTH)
            || client->out_bytes > WORKER_PENDING) {
            return client_write_all(client);
        }
    }
    else if (has & (HAS_PASSING | HAS_UNKNOWN_LENGTH)) {
        rv = client_write(client); /* saves most copies */
    }
    if ((has & HAS_PASSING) && client_output_pending(client)) {
        set_aside(client);
    }
    client->conn->data_in_output_filters = client_output_pending(client);
    if (!client->on_worker && client_output_pending(client)) {
        client_write_later(client);
    }
    return rv;
}

static ap_filter_rec_t *client_out_handle;

void client_take_output(client_t *client)
{
    conn_rec *c = client->conn;
    ap_filter_t *f, *next;

    for (f = c->output_filters; f; f = next) {
        next = f->next;
        if (strcmp(f->frec->name, "core") == 0
            || strcmp(f->frec->name, "reqtimeout") == 0) {
            ap_remove_output_filter(f);
        }
    }
    ap_add_output_filter_handle(client_out_handle, client, NULL, c);
}

void client_output_register(void)
{
    client_out_handle = ap_register_output_filter("RPROXY_OUT", out_filter,
                                                  NULL, AP_FTYPE_NETWORK);
}
