/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe.c: the request of a probe, and what it makes of the response.
 * Layer L1. */
#include "probe.h"

#include <string.h>

#include "driver/reactor_exchange.h"
#include "probe_protocol.h"

enum {
    BODY_MAX = 64 * 1024, /* looked through for the text */
    HEAD_MAX = 64 * 1024,
    FIELDS_MAX = 200,
    INTERIM_MAX = 16
};

const char *probe_result_text(probe_result_e result)
{
    static const char *const texts[] = {
#define X(id, text) text,
        PROBE_RESULTS(X)
#undef X
    };
    return texts[result];
}

/* ---- the response ---- */

static void sink_interim(void *ctx, const h1_response_t *response)
{
}

static int has_field(const probe_rules_t *rules, const h1_response_t *response)
{
    size_t i, len = strlen(rules->field_has);

    for (i = 0; i < response->field_count; i++) {
        const h1_field_t *field = &response->fields[i];

        if (slice_eq_nocase(field->name, slice_str(rules->field))
            && (!len
                || memmem(field->value.p, field->value.len, rules->field_has,
                          len))) {
            return 1;
        }
    }
    return 0;
}

static sink_e sink_head(void *ctx, const member_t *member,
                        const h1_response_t *response,
                        const h1_framing_t *framing)
{
    probe_t *p = ctx;

    p->status = response->status;
    if (!probe_expect_has(&p->rules->expect, response->status)) {
        p->result = PROBE_STATUS;
    }
    else if (p->rules->field && !has_field(p->rules, response)) {
        p->result = PROBE_FIELD;
    }
    else if (p->rules->body) {
        p->result = PROBE_BODY;
        p->body = apr_palloc(p->pool, BODY_MAX);
    }
    else {
        p->result = PROBE_GOOD;
    }
    return SINK_OK;
}

static sink_e sink_body(void *ctx, chunk_t *chunk, slice_t data)
{
    probe_t *p = ctx;
    size_t room = BODY_MAX - p->body_len;
    size_t len = data.len < room ? data.len : room;

    if (p->body && p->result == PROBE_BODY) {
        memcpy(p->body + p->body_len, data.p, len);
        p->body_len += len;
        if (memmem(p->body, p->body_len, p->rules->body,
                   strlen(p->rules->body))) {
            p->result = PROBE_GOOD;
        }
    }
    return SINK_OK;
}

static void sink_trailer(void *ctx, const h1_field_t *field)
{
}

static sink_e sink_flush(void *ctx)
{
    return SINK_OK;
}

/* ---- its begin and end ---- */

/* Of one that never came to a head. */
static probe_result_e without_head(const probe_t *p)
{
    switch (p->x->outcome) {
    case OUTCOME_OK:
        return p->rules->kind == PROBE_TLS ? PROBE_GOOD : PROBE_BROKEN;
    case OUTCOME_REFUSED:
        return p->rules->kind == PROBE_TCP ? PROBE_GOOD : PROBE_BROKEN;
    case OUTCOME_CONNECT:
    case OUTCOME_NO_MEMBER:
        return PROBE_CONNECT;
    case OUTCOME_CONNECT_TIME:
    case OUTCOME_FIRST_BYTE:
    case OUTCOME_SEND:
    case OUTCOME_TOTAL:
        return PROBE_TIMEOUT;
    default:
        return PROBE_BROKEN;
    }
}

/* A body that does not end well is no good answer, whatever its head says. */
static probe_result_e verdict(const probe_t *p)
{
    outcome_e outcome = p->x->outcome;

    if (p->result == PROBE_NONE) {
        return without_head(p);
    }
    if (outcome == OUTCOME_OK) {
        return p->result;
    }
    return outcome == OUTCOME_TOTAL ? PROBE_TIMEOUT : PROBE_BROKEN;
}

static void finished(exchange_t *x)
{
    probe_t *p = x->ctx;
    probe_result_e result = verdict(p);
    apr_interval_time_t took = x->finished_at - x->started;
    int status = p->status;

    apr_pool_destroy(p->pool);
    p->pool = NULL;
    p->x = NULL;
    p->done(p, result, status, took);
}

static void write_request(probe_t *p)
{
    static h1_field_t fields[] = {
        { SLICE_LIT("User-Agent"), SLICE_LIT("mod_rproxy probe") },
        { SLICE_LIT("Connection"), SLICE_LIT("close") },
    };
    const probe_rules_t *rules = p->rules;

    memset(&p->request, 0, sizeof(p->request));
    p->request.method = slice_str(rules->method);
    p->request.target = slice_str(rules->path);
    p->request.host = rules->host ? slice_str(rules->host) : SLICE_LIT("");
    p->request.fields = fields;
    p->request.field_count = sizeof(fields) / sizeof(fields[0]);
    p->request.body = BODY_NONE;
    p->request.is_head = strcmp(rules->method, "HEAD") == 0;
}

static void set_limits(exchange_policy_t *policy, apr_interval_time_t timeout)
{
    policy->connect_timeout = timeout;
    policy->total_timeout = timeout;
    policy->retry.tries = 1;
    policy->interim_limit = INTERIM_MAX;
    policy->limits.head = HEAD_MAX;
    policy->limits.fields = FIELDS_MAX;
    policy->limits.trailers = HEAD_MAX;
}

void probe_start(probe_t *p, reactor_t *reactor, apr_pool_t *pool)
{
    static const sink_ops_t sink = { sink_interim, sink_head, sink_body,
                                     sink_trailer, sink_flush };
    exchange_t *x;

    p->result = PROBE_NONE;
    p->status = 0;
    p->body = NULL;
    p->body_len = 0;
    write_request(p);
    apr_pool_create(&p->pool, pool);
    x = p->x = exchange_create(p->pool);
    x->env = &reactor->env;
    x->upstream = p->upstream;
    x->request = p->request;
    x->sink = &sink;
    x->ctx = p;
    x->finished = finished;
    set_limits(&x->policy, p->rules->timeout);
    reactor_exchange_start(reactor, x);
}

void probe_cancel(probe_t *p)
{
    if (p->pool) {
        reactor_exchange_cancel(p->x, OUTCOME_CLIENT_GONE);
        apr_pool_destroy(p->pool);
        p->pool = NULL;
        p->x = NULL;
    }
}
