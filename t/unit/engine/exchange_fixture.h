/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* exchange_fixture.h: an exchange with all it needs around it: an upstream of
 * three members "a", "b" and "c", a client that writes down what it gets, a
 * request body out of a string.  Knows no test framework, so that the fuzz
 * target can use it too.
 *
 * Connections are stand-ins without a descriptor, which are only counted,
 * unless FIXTURE_SOCKETS is defined before. */
#ifndef T_UNIT_ENGINE_EXCHANGE_FIXTURE_H
#define T_UNIT_ENGINE_EXCHANGE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_tables.h>

#include "http1/h1_fields.c"
#include "http1/h1_response.c"
#include "http1/h1_framing.c"
#include "http1/h1_body.c"
#include "http1/h1_request.c"
#include "engine/chunk.c"
#include "engine/metrics.c"
#include "engine/retry.c"
#include "engine/retry_after.c"
#include "engine/recount.c"
#include "engine/shared.c"
#include "engine/protocol_http1.c"
#include "engine/exchange.c"
#include "engine/exchange_member.c"
#include "engine/exchange_wait.c"
#include "engine/exchange_attempt.c"
#include "engine/exchange_race.c"
#include "engine/exchange_request.c"
#include "engine/exchange_response.c"

#ifdef FIXTURE_SOCKETS
#include "engine/conn_pool.c"
#include "driver/exchange_io.c"
#endif

#define FIXTURE_MEMBERS 3
#define FIXTURE_START apr_time_from_sec(1000)

typedef struct {
    apr_pool_t *pool;
    shared_t *shared;
    upstream_t upstream;
    member_t member[FIXTURE_MEMBERS];
    exchange_env_t env;
    exchange_t *x;
    apr_time_t now;

    /* the client: "<103>" "<200 a>" body "<trailer: value>" "|" at a flush */
    char got[8192];
    size_t got_len;
    size_t got_body; /* bytes of body, those beyond got included */
    sink_e head_answer, body_answer, flush_answer;
    const char *source; /* request body not yet read */
    size_t source_len;
    size_t source_piece;  /* bytes handed out at a time */
    source_e source_then; /* when there is no more */
    char warning[512];    /* the last one */
    size_t transitions;

    /* stand-ins for connections */
    int open, kept, closed;
} fixture_t;

/* The one whose connections are counted. */
static fixture_t *fixture;

#ifndef FIXTURE_SOCKETS
static inline upstream_conn_t *fixture_connect(member_t *member, int reused)
{
    upstream_conn_t *conn = calloc(1, sizeof(*conn));

    conn->member = member;
    conn->reused = reused != 0;
    conn->writable = 1;
    fixture->open++;
    return conn;
}

void conn_pool_give(conn_pool_t *pool, upstream_conn_t **conn, apr_time_t now)
{
    (void)pool;
    (void)now;
    fixture->open--;
    fixture->kept++;
    free(*conn);
    *conn = NULL;
}

void conn_close(upstream_conn_t **conn)
{
    if (*conn) {
        fixture->open--;
        fixture->closed++;
        free(*conn);
        *conn = NULL;
    }
}
#endif

/* ---- the client ---- */

static inline void fixture_note(fixture_t *f, const char *bytes, size_t len)
{
    size_t room = sizeof(f->got) - 1 - f->got_len;

    len = len < room ? len : room;
    memcpy(f->got + f->got_len, bytes, len);
    f->got_len += len;
    f->got[f->got_len] = '\0';
}

static inline void fixture_note_text(fixture_t *f, const char *text)
{
    fixture_note(f, text, strlen(text));
}

static inline void fixture_interim(void *ctx, const h1_response_t *response)
{
    char text[16];

    snprintf(text, sizeof(text), "<%d>", response->status);
    fixture_note_text(ctx, text);
}

static sink_e fixture_head(void *ctx, const member_t *member,
                           const h1_response_t *response,
                           const h1_framing_t *framing)
{
    fixture_t *f = ctx;
    char text[64];

    (void)framing;
    if (f->head_answer != SINK_REFUSED) {
        snprintf(text, sizeof(text), "<%d %s>", response->status,
                 member->authority);
        fixture_note_text(f, text);
    }
    return f->head_answer;
}

static sink_e fixture_body(void *ctx, chunk_t *chunk, slice_t data)
{
    fixture_t *f = ctx;

    (void)chunk;
    fixture_note(f, data.p, data.len);
    f->got_body += data.len;
    return f->body_answer;
}

static inline void fixture_trailer(void *ctx, const h1_field_t *field)
{
    fixture_note_text(ctx, "<");
    fixture_note(ctx, field->name.p, field->name.len);
    fixture_note_text(ctx, ": ");
    fixture_note(ctx, field->value.p, field->value.len);
    fixture_note_text(ctx, ">");
}

static sink_e fixture_flush(void *ctx)
{
    fixture_t *f = ctx;

    fixture_note_text(f, "|");
    return f->flush_answer;
}

static source_e fixture_read(void *ctx, char *buf, size_t cap, size_t *len)
{
    fixture_t *f = ctx;
    size_t n =
        f->source_len < f->source_piece ? f->source_len : f->source_piece;

    n = n < cap ? n : cap;
    if (!n) {
        return f->source_then;
    }
    memcpy(buf, f->source, n);
    f->source += n;
    f->source_len -= n;
    *len = n;
    return SOURCE_DATA;
}

static inline void fixture_log(void *ctx, int level, const char *text)
{
    fixture_t *f = ctx;

    if (level == EXCHANGE_LOG_WARNING) {
        snprintf(f->warning, sizeof(f->warning), "%s", text);
    }
    f->transitions += level == EXCHANGE_LOG_TRACE;
}

/* ---- what is around it ---- */

static const exchange_policy_t fixture_policy = {
    .connect_timeout = apr_time_from_sec(1),
    .send_timeout = apr_time_from_sec(2),
    .first_byte_timeout = apr_time_from_sec(3),
    .between_timeout = apr_time_from_sec(4),
    .retry.tries = 3,
    .retry.on = 1 << FAILED_CONNECT | 1 << FAILED_RESET,
    .retry.replay_limit = 64 * 1024,
    .interim_limit = 4,
    .limits = { .head = 8192, .fields = 100, .trailers = 4096 },
};

static inline void fixture_make_upstream(fixture_t *f)
{
    static const char *const names[FIXTURE_MEMBERS] = { "a", "b", "c" };
    upstream_t *u = &f->upstream;
    int i;

    u->name = "test";
    u->retry_budget_percent = 20;
    u->shared = &f->shared->upstream[0];
    u->members = apr_array_make(f->pool, FIXTURE_MEMBERS, sizeof(member_t *));
    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        member_t *m = &f->member[i];
        m->upstream = u;
        m->url = m->authority = names[i];
        m->protocol = &protocol_http1;
        m->id = m->number = i;
        m->max_idle = 10;
        m->fail_pause = apr_time_from_sec(10);
        m->shared = &f->shared->member[i];
        APR_ARRAY_PUSH(u->members, member_t *) = m;
    }
}

/* Another exchange of the same upstream, with the connections kept. */
static inline void fixture_next(fixture_t *f)
{
    static const sink_ops_t sink = { fixture_interim, fixture_head,
                                     fixture_body, fixture_trailer,
                                     fixture_flush };
    static const source_ops_t source = { .read = fixture_read };
    static status_set_t statuses;
    exchange_t *x;

    status_set_add(&statuses, 502);
    status_set_add(&statuses, 503);
    status_set_add(&statuses, 504);
    f->got_len = f->got_body = 0;
    f->got[0] = f->warning[0] = '\0';
    f->source_piece = SIZE_MAX;
    f->source_then = SOURCE_END;
    f->x = x = exchange_create(f->pool);
    x->env = &f->env;
    x->upstream = &f->upstream;
    x->policy = fixture_policy;
    x->policy.retry.statuses = &statuses;
    x->sink = &sink;
    x->source = &source;
    x->ctx = f;
    x->log = fixture_log;
    x->log_level = EXCHANGE_LOG_TRACE;
}

/* @return 1, or 0 when the shared memory could not be made */
static inline int fixture_open(fixture_t *f)
{
    memset(f, 0, sizeof(*f));
    fixture = f;
    apr_pool_create(&f->pool, NULL);
    if (shared_create(&f->shared, 1, 1, FIXTURE_MEMBERS, 0, f->pool)
            != APR_SUCCESS
        || shared_child_claim(f->shared, f->pool) != APR_SUCCESS) {
        return 0;
    }
    fixture_make_upstream(f);
    f->now = FIXTURE_START;
    f->env.shared = f->shared;
#ifdef FIXTURE_SOCKETS
    f->env.conns = conn_pool_create(f->shared, 0, f->pool);
#endif
    fixture_next(f);
    return 1;
}

static inline void fixture_close(fixture_t *f)
{
    exchange_cancel(f->x, OUTCOME_CLIENT_GONE, f->now);
#ifdef FIXTURE_SOCKETS
    conn_pool_clear(f->env.conns);
#endif
    chunk_cache_drain(&f->env.chunks);
    apr_pool_destroy(f->pool);
    f->pool = NULL;
}

/* @param length of the body, with BODY_LENGTH */
static inline void fixture_request(fixture_t *f, const char *method,
                                   request_body_e body, int64_t length)
{
    request_head_t *q = &f->x->request;

    q->method = slice_str(method);
    q->target = SLICE_LIT("/");
    q->body = body;
    q->content_length = length;
    q->is_head = strcmp(method, "HEAD") == 0;
    q->is_idempotent = strcmp(method, "POST") != 0;
}

/* ---- questions ---- */

static inline int64_t fixture_active(const fixture_t *f)
{
    int64_t n = 0;
    int i;

    for (i = 0; i < FIXTURE_MEMBERS; i++) {
        n += f->shared->member_metrics[i].active;
    }
    return n;
}

/* Bytes of memory that hold the request's body. */
static inline size_t fixture_held(const fixture_t *f)
{
    const chunk_t *chunk;
    size_t n = 0;

    for (chunk = f->x->body_out; chunk; chunk = chunk->next) {
        n += chunk->cap;
    }
    return n;
}

#endif
