/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_stream.c: see status_stream.h.  Layer L2, on the loop's thread. */
#include "status_stream.h"

#include <apr_optional.h>
#include <http_protocol.h>

#include "../client/client.h"
#include "../mod_rproxy.h"

#define INTERVAL apr_time_from_sec(1)
#define MOST_EVENTS 3600
#define MOST_STREAMS 16 /* of this child: each event takes a loop some time */

typedef struct {
    status_stream_fn *write;
    apr_pool_t *pool; /* of the last event */
    int events;
} stream_t;

static int stream_count; /* atomic */

static apr_status_t leave(void *unused)
{
    (void)unused;
    __atomic_fetch_sub(&stream_count, 1, __ATOMIC_RELAXED);
    return APR_SUCCESS;
}

/* @return 0 when there are enough */
static int enter(request_rec *r)
{
    if (__atomic_add_fetch(&stream_count, 1, __ATOMIC_RELAXED) > MOST_STREAMS) {
        leave(NULL);
        return 0;
    }
    apr_pool_cleanup_register(r->pool, NULL, leave, apr_pool_cleanup_null);
    return 1;
}

/* Each line becomes one of data. */
static void write_event(writer_t *w, const char *text, apr_size_t len)
{
    const char *end = text + len;

    write_text(w, "retry: 1000\n");
    while (text < end) {
        const char *line = memchr(text, '\n', (size_t)(end - text));

        line = line ? line : end;
        write_text(w, "data: ");
        write_bytes(w, text, (size_t)(line - text));
        write_text(w, "\n");
        text = line + 1;
    }
    write_text(w, "\n");
}

static apr_bucket_brigade *render(request_rec *r, const stream_t *stream)
{
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *page = apr_brigade_create(stream->pool, list);
    apr_bucket_brigade *event = apr_brigade_create(stream->pool, list);
    request_rec copy = *r;
    writer_t w = writer_make(page);
    apr_size_t len = 0;
    char *text = NULL;

    copy.pool = stream->pool;
    stream->write(&copy, &w);
    writer_end(&w);
    apr_brigade_pflatten(page, &text, &len, stream->pool);
    apr_brigade_destroy(page);
    w = writer_make(event);
    write_event(&w, text, len);
    writer_end(&w);
    APR_BRIGADE_INSERT_TAIL(event, apr_bucket_flush_create(list));
    return event;
}

/* What still waits of the event before is copied when its pool goes. */
static apr_status_t send_event(request_rec *r, stream_t *stream)
{
    if (stream->pool) {
        apr_pool_destroy(stream->pool);
    }
    apr_pool_create(&stream->pool, r->pool);
    stream->events++;
    return ap_pass_brigade(r->output_filters, render(r, stream));
}

static int on_event(request_rec *r, rproxy_park_e event, void *ctx)
{
    APR_OPTIONAL_FN_TYPE(rproxy_output_full) *is_full =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_output_full);
    stream_t *stream = ctx;

    if (event != RPROXY_PARK_TIMEOUT) {
        return RPROXY_PARKED;
    }
    if (client_of(r->connection)->draining || stream->events == MOST_EVENTS) {
        return OK; /* the browser comes again */
    }
    if (is_full(r)) {
        return RPROXY_PARKED; /* this event is left out */
    }
    return send_event(r, stream) == APR_SUCCESS ? RPROXY_PARKED
                                                : AP_FILTER_ERROR;
}

int status_stream(request_rec *r, status_stream_fn *write)
{
    APR_OPTIONAL_FN_TYPE(rproxy_can_park) *can_park =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    APR_OPTIONAL_FN_TYPE(rproxy_park) *park =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    stream_t *stream = apr_pcalloc(r->pool, sizeof(*stream));

    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    if (!can_park(r) || r->header_only || !enter(r)) {
        return HTTP_NO_CONTENT;
    }
    stream->write = write;
    ap_set_content_type(r, "text/event-stream");
    apr_table_setn(r->headers_out, "X-Accel-Buffering", "no");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    if (send_event(r, stream) != APR_SUCCESS) {
        return AP_FILTER_ERROR;
    }
    return park(r, on_event, stream, INTERVAL) ? SUSPENDED : OK;
}
