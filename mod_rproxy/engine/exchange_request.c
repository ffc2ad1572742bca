/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_request.c: the request on its way to the member.  Layer L1, no
 * system calls.  Body chunks already sent are kept up to the replay limit, so
 * that another attempt can send them again. */
#include "exchange_private.h"

#include <string.h>

/* In chunked coding the end has bytes of its own to send. */
static int ends_with_bytes(const exchange_t *x)
{
    return x->request.body == BODY_STREAM;
}

void exchange_drop_body(exchange_t *x)
{
    while (x->body_out) {
        chunk_t *chunk = x->body_out;
        x->body_out = chunk->next;
        chunk->next = NULL;
        chunk_release(&chunk);
    }
    x->body_next = x->body_last = NULL;
}

static int can_rewind(const exchange_t *x)
{
    return x->source && x->source->rewind;
}

void exchange_rewind_body(exchange_t *x)
{
    if (!can_rewind(x)) {
        return;
    }
    exchange_drop_body(x);
    x->source->rewind(x->ctx);
    x->source_blocked = x->source_ended = 0;
    x->body_read = x->bytes_sent = 0;
}

int exchange_output(const exchange_t *x, struct iovec *iov, int max)
{
    const chunk_t *chunk = x->body_next;
    size_t skip = x->out_done;
    int n = 0;

    if (x->request_state == REQUEST_HEAD) {
        iov[n].iov_base = x->head_out->data + skip;
        iov[n++].iov_len = x->head_out->end - skip;
        skip = 0;
        if (x->request.expect_continue) {
            return n;
        }
    }
    for (; chunk && n < max; chunk = chunk->next) {
        iov[n].iov_base = (char *)chunk->data + chunk->begin + skip;
        iov[n++].iov_len = chunk->end - chunk->begin - skip;
        skip = 0;
    }
    return n;
}

static void request_sent(exchange_t *x, apr_time_t now)
{
    x->sent_at = now;
    exchange_request_transit(x, REQUEST_SENT);
}

/* Nothing of the body lies ready: what comes next? */
static void body_drained(exchange_t *x, apr_time_t now)
{
    if (x->source_ended || x->request.body == BODY_NONE) {
        request_sent(x, now);
    }
}

static void head_written(exchange_t *x, apr_time_t now)
{
    chunk_release(&x->head_out);
    if (x->request.body == BODY_NONE) {
        request_sent(x, now);
    }
    else if (x->request.expect_continue && !x->body_out && !x->source_ended) {
        exchange_request_transit(x, REQUEST_EXPECT);
    }
    else {
        exchange_request_transit(x, REQUEST_BODY);
        if (!x->body_next) {
            body_drained(x, now);
        }
    }
}

/* Sent chunks beyond the replay limit are not kept, and then no earlier one
 * is of use either.  None is where the source has them all. */
static void chunk_sent(exchange_t *x)
{
    x->body_next = x->body_next->next;
    if (!can_rewind(x) && x->replay_bytes > x->policy.retry.replay_limit) {
        x->body_replayable = 0;
    }
    while ((can_rewind(x) || !x->body_replayable)
           && x->body_out != x->body_next) {
        chunk_t *chunk = x->body_out;
        x->body_out = chunk->next;
        chunk->next = NULL;
        chunk_release(&chunk);
    }
    if (!x->body_out) {
        x->body_last = NULL;
    }
}

void exchange_on_written(exchange_t *x, size_t len, apr_time_t now)
{
    x->progress_at = now;
    x->sent_some = 1;
    if (x->request_state == REQUEST_HEAD) {
        size_t left = x->head_out->end - x->out_done;
        if (len < left) {
            x->out_done += len;
            return;
        }
        len -= left;
        x->out_done = 0;
        head_written(x, now);
    }
    while (x->body_next) {
        size_t left = x->body_next->end - x->body_next->begin - x->out_done;
        if (len < left) {
            x->out_done += len;
            return;
        }
        len -= left;
        x->out_done = 0;
        chunk_sent(x);
        if (!x->body_next) {
            body_drained(x, now);
        }
    }
}

/* The member may have answered before it stopped reading (413, 401): what it
 * said is still read, and only its silence is a failure. */
void exchange_on_write_failed(exchange_t *x, const char *why, apr_time_t now)
{
    if (!x->sent_some) {
        exchange_attempt_failed(x, FAILED_RESET, OUTCOME_RESET, 502, why, now);
        return;
    }
    x->body_next = NULL;
    exchange_request_transit(x, REQUEST_STOPPED);
    x->conn->readable = 1;
}

chunk_t *exchange_body_room(exchange_t *x, size_t *room)
{
    const size_t around = PROTOCOL_BODY_HEADROOM + PROTOCOL_BODY_TAILROOM;
    uint64_t left = UINT64_MAX;
    chunk_t *chunk;

    if (x->request.body == BODY_LENGTH) {
        left = (uint64_t)(x->request.content_length - x->body_read);
    }
    chunk = chunk_get(&x->env->chunks,
                      left <= CHUNK_SMALL - around ? CHUNK_SMALL : CHUNK_LARGE);
    chunk->begin = chunk->end = PROTOCOL_BODY_HEADROOM;
    *room = chunk->cap - around;
    if (left && left < *room) { /* with length 0 the end is still read */
        *room = (size_t)left;
    }
    return chunk;
}

/* Bytes that fit behind those sent last are copied there: an upload in tiny
 * pieces would otherwise hold a chunk for each of them. */
static int body_join(exchange_t *x, chunk_t *chunk)
{
    chunk_t *last = x->body_last;
    size_t len = chunk->end - chunk->begin;

    if (!last || x->body_next || last->cap - last->end < len) {
        return 0;
    }
    x->out_done = last->end - last->begin;
    memcpy(last->data + last->end, chunk->data + chunk->begin, len);
    last->end += len;
    x->body_next = last;
    chunk_release(&chunk);
    return 1;
}

static void body_append(exchange_t *x, chunk_t *chunk, int last)
{
    x->member->protocol->frame_body(x->codec, chunk, last);
    x->replay_bytes += (int64_t)(chunk->end - chunk->begin);
    if (body_join(x, chunk)) {
        return;
    }
    if (x->body_last) {
        x->body_last->next = chunk;
    }
    else {
        x->body_out = chunk;
    }
    x->body_last = chunk;
    if (!x->body_next) {
        x->body_next = chunk;
        if (x->request_state != REQUEST_HEAD) {
            x->out_done = 0;
        }
    }
}

/* The member must get exactly as many bytes as the head told it: it would read
 * the next request as the rest, or the rest as the next request. */
static int wrong_length(const exchange_t *x, int ended)
{
    return x->request.body == BODY_LENGTH
           && (x->body_read > x->request.content_length
               || (ended && x->body_read < x->request.content_length));
}

void exchange_on_source(exchange_t *x, chunk_t *chunk, size_t len,
                        source_e state, apr_time_t now)
{
    int last = state == SOURCE_END;

    x->body_read += (int64_t)len;
    x->bytes_sent += (int64_t)len;
    chunk->end += len;
    if (wrong_length(x, last)) {
        chunk_release(&chunk);
        exchange_finish(x, OUTCOME_BAD_REQUEST, 400,
                        "the client's request body is not of the length "
                        "announced",
                        now);
        return;
    }
    if (x->request.body == BODY_LENGTH
        && x->body_read >= x->request.content_length) {
        last = 1;
    }
    if (last) {
        x->source_ended = 1;
    }
    x->source_blocked = state == SOURCE_AGAIN;
    if (len || (last && ends_with_bytes(x))) {
        x->progress_at = now;
        body_append(x, chunk, last);
        return;
    }
    chunk_release(&chunk);
    if (state == SOURCE_BAD) {
        exchange_finish(x, OUTCOME_BAD_REQUEST, 400,
                        "the client's request body is malformed", now);
    }
    else if (state == SOURCE_GONE) {
        exchange_finish(x, OUTCOME_CLIENT_GONE, 0,
                        "the client went away within its request body", now);
    }
    else if (state == SOURCE_FAILED) {
        exchange_finish(x, OUTCOME_REFUSED, 500,
                        "the buffered request body cannot be read", now);
    }
    else if (last && x->request_state == REQUEST_BODY) {
        body_drained(x, now);
    }
}
