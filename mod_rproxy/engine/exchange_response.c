/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_response.c: the response on its way from the member.  Layer L1, no
 * system calls. */
#include "exchange_private.h"
#include "retry_after.h"

static void give_up_on_client(exchange_t *x, apr_time_t now)
{
    exchange_finish(x, OUTCOME_CLIENT_GONE, 0, "the client went away", now);
}

/* A response that cannot be trusted: before its head was passed on it is a
 * failed attempt, after that it is cut short and must not look complete. */
static void broken(exchange_t *x, retry_failure_e failure, outcome_e outcome,
                   const char *why, apr_time_t now)
{
    if (x->response_started) {
        exchange_finish(x, OUTCOME_TRUNCATED, 502, why, now);
    }
    else {
        exchange_attempt_failed(x, failure, outcome, 502, why, now);
    }
}

static void on_interim(exchange_t *x, const protocol_output_t *out,
                       apr_time_t now)
{
    if (++x->interims > x->policy.interim_limit) {
        broken(x, FAILED_INVALID, OUTCOME_INVALID,
               "more 1xx responses than RProxyResponseLimit interim=", now);
    }
    else if (out->response->status == 101) {
        broken(x, FAILED_INVALID, OUTCOME_INVALID,
               "101 Switching Protocols that nobody asked for", now);
    }
    else if (out->response->status == 100) {
        if (x->request_state == REQUEST_EXPECT) {
            x->progress_at = now;
            exchange_request_transit(x, REQUEST_BODY);
        }
    }
    else {
        x->sink->interim(x->ctx, out->response);
    }
}

static void on_head(exchange_t *x, const protocol_output_t *out, apr_time_t now)
{
    const apr_interval_time_t away = retry_after_of(out->response, now);

    if (away) {
        exchange_member_pause(x, away, now);
    }
    if (!exchange_race_answer(x, out->response->status, now)
        || exchange_retry_status(x, out->response->status, now)) {
        return;
    }
    if (x->request_state == REQUEST_EXPECT) {
        exchange_request_transit(x, REQUEST_STOPPED); /* refused unseen */
    }
    exchange_member_answered(x, now);
    histogram_add(&exchange_member_metrics(x)->first_byte,
                  now - x->connected_at);
    exchange_response_transit(x, RESPONSE_BODY);
    switch (x->sink->head(x->ctx, x->member, out->response, &out->framing)) {
    case SINK_REFUSED:
        exchange_attempt_failed(x, FAILED_INVALID, OUTCOME_INVALID, 502,
                                "the response head cannot be passed on", now);
        return;
    case SINK_GONE:
        give_up_on_client(x, now);
        return;
    case SINK_FULL:
        x->sink_full = 1;
        break;
    case SINK_OK:
        break;
    }
    x->status = out->response->status;
    x->response_started = 1;
    x->unflushed = 1;
}

static void on_data(exchange_t *x, slice_t data, apr_time_t now)
{
    x->bytes_received += (int64_t)data.len;
    x->unflushed = 1;
    switch (x->sink->body(x->ctx, x->in, data)) {
    case SINK_FULL:
        x->sink_full = 1;
        break;
    case SINK_GONE:
        give_up_on_client(x, now);
        break;
    default:
        break;
    }
}

static void on_end(exchange_t *x, const protocol_output_t *out, apr_time_t now)
{
    int reusable = out->keep_alive && x->request_state == REQUEST_SENT
                   && (!x->in || x->in->begin == x->in->end);
    h1_field_t field;
    size_t pos = 0;

    while (x->member->protocol->trailer(x->codec, &pos, &field)) {
        x->sink->trailer(x->ctx, &field);
    }
    exchange_response_transit(x, RESPONSE_DONE);
    exchange_release_conn(x, reusable, now);
    exchange_finish(x, OUTCOME_OK, 0, NULL, now);
}

void exchange_on_input(exchange_t *x, apr_time_t now)
{
    protocol_output_t out = { 0 };

    x->progress_at = now;
    if (!x->first_byte_at) {
        x->first_byte_at = now;
    }
    x->input_pending = 0;
    while (!x->done && x->conn) {
        if (x->sink_full) {
            x->input_pending = 1;
            return;
        }
        switch (x->member->protocol->read(x->codec, x->in, &out)) {
        case PROTOCOL_MORE:
            return;
        case PROTOCOL_INTERIM:
            on_interim(x, &out, now);
            break;
        case PROTOCOL_HEAD:
            on_head(x, &out, now);
            break;
        case PROTOCOL_DATA:
            on_data(x, out.data, now);
            break;
        case PROTOCOL_END:
            on_end(x, &out, now);
            break;
        case PROTOCOL_ERROR:
            broken(x, FAILED_INVALID, OUTCOME_INVALID, out.error, now);
            break;
        }
    }
}

void exchange_on_closed(exchange_t *x, const char *error, apr_time_t now)
{
    protocol_output_t out = { 0 };

    if (!x->first_byte_at) {
        exchange_attempt_failed(x, FAILED_RESET, OUTCOME_RESET, 502,
                                error ? error : "closed before the first byte",
                                now);
    }
    else if (!error
             && x->member->protocol->closed(x->codec, &out) == PROTOCOL_END) {
        out.keep_alive = 0;
        on_end(x, &out, now);
    }
    else {
        broken(x, FAILED_INVALID, OUTCOME_INVALID, error ? error : out.error,
               now);
    }
}

void exchange_flush(exchange_t *x, apr_time_t now)
{
    x->unflushed = 0;
    switch (x->sink->flush(x->ctx)) {
    case SINK_FULL:
        x->sink_full = 1;
        break;
    case SINK_GONE:
        give_up_on_client(x, now);
        break;
    default:
        break;
    }
}
