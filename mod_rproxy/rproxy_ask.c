/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_ask.c: see mod_rproxy.h, rproxy_ask.  Layer L2.
 *
 *   any thread: rproxy_ask ---> side loop: exchange, its head ---> answered()
 *
 * The head is the answer.  The body is read behind it so that the connection
 * can be kept, if it is not long; nobody waits for that. */
#include "rproxy_ask.h"

#include <stddef.h>

#include <apr_strings.h>

#include "config/config_target.h"
#include "config/config_upstream.h"
#include "driver/reactor_exchange.h"
#include "driver/side_loop.h"
#include "mod_rproxy.h"
#include "rproxy_balance.h"
#include "rproxy_handler.h"

enum {
    BODY_READ_MAX = 64 * 1024
};

typedef struct ask_t {
    apr_pool_t *pool; /* unmanaged; one thread after the other */
    rproxy_answered_fn *answered;
    void *ctx;
    exchange_t *x;
    reactor_task_t task;
    /* the loop's thread */
    int is_answered;
    size_t body;
    struct ask_t *next, **before; /* of those under way */
} ask_t;

static side_loop_t loop = SIDE_LOOP;
static ask_t *all; /* the loop's thread alone */

/* ---- while the configuration is read ---- */

static const char *check_query(cmd_parms *cmd, const char *text,
                               const char *query)
{
    for (; *query; query++) {
        if (*query <= ' ' || *query > '~' || *query == '#') {
            return config_option_expected(cmd, text,
                                          "a query of characters that are "
                                          "allowed in a URL, or "
                                          "percent-encoded");
        }
    }
    return NULL;
}

static const char *rproxy_ask_target(cmd_parms *cmd, const char *text,
                                     const char **upstream, const char **target)
{
    const char *query = text + strcspn(text, "?");
    const char *base =
        apr_pstrmemdup(cmd->pool, text, (apr_size_t)(query - text));
    route_target_t found = { 0 };
    const char *error = config_target_one(cmd, base, &found);

    if (!error) {
        error = check_query(cmd, text, query);
    }
    if (error) {
        return error;
    }
    *upstream = found.upstream ? found.upstream->name : found.name;
    *target =
        apr_pstrcat(cmd->pool, *found.path ? found.path : "/", query, NULL);
    config_upstream_named(cmd, *upstream);
    rproxy_global->is_asked = 1;
    return NULL;
}

/* ---- the answer ---- */

static void tell(ask_t *ask, const rproxy_answer_t *answer)
{
    ask->is_answered = 1;
    ask->answered(ask->ctx, answer);
}

static void drop_interim(void *ctx, const h1_response_t *response)
{
}

static sink_e take_head(void *ctx, const member_t *member,
                        const h1_response_t *response,
                        const h1_framing_t *framing)
{
    const rproxy_answer_t answer = { .status = response->status,
                                     .outcome = outcome_name(OUTCOME_OK),
                                     .fields = response->fields,
                                     .field_count = response->field_count };

    tell(ctx, &answer);
    return SINK_OK;
}

static sink_e drop_body(void *ctx, chunk_t *chunk, slice_t data)
{
    ask_t *ask = ctx;

    ask->body += data.len;
    return ask->body > BODY_READ_MAX ? SINK_GONE : SINK_OK;
}

static void drop_trailer(void *ctx, const h1_field_t *field)
{
}

static sink_e no_flush(void *ctx)
{
    return SINK_OK;
}

/* ---- its life ---- */

static void free_ask(ask_t *ask)
{
    *ask->before = ask->next;
    if (ask->next) {
        ask->next->before = ask->before;
    }
    apr_pool_destroy(ask->pool);
}

static void finished(exchange_t *x)
{
    ask_t *ask = x->ctx;
    const rproxy_answer_t none = { .outcome = outcome_name(x->outcome),
                                   .why = x->reason };

    if (!ask->is_answered) {
        tell(ask, &none);
    }
    free_ask(ask);
}

static void begin(reactor_task_t *task, reactor_t *reactor)
{
    ask_t *ask = (ask_t *)((char *)task - offsetof(ask_t, task));

    ask->next = all;
    ask->before = &all;
    if (all) {
        all->before = &ask->next;
    }
    all = ask;
    ask->x->env = &reactor->env;
    reactor_exchange_start(reactor, ask->x);
}

/* On the loop's thread. */
static void stop_all(void)
{
    while (all) {
        reactor_exchange_cancel(all->x, OUTCOME_CLIENT_GONE);
        free_ask(all);
    }
}

static slice_t copy_of(apr_pool_t *pool, slice_t text)
{
    return slice_make(apr_pmemdup(pool, text.p, text.len), text.len);
}

static void write_request(apr_pool_t *pool, const rproxy_question_t *question,
                          request_head_t *head)
{
    size_t i;

    head->method = SLICE_LIT("GET");
    head->target = slice_str(apr_pstrdup(pool, question->target));
    head->field_count = question->field_count;
    head->fields = apr_palloc(pool, sizeof(h1_field_t) * head->field_count);
    for (i = 0; i < head->field_count; i++) {
        head->fields[i].name = copy_of(pool, question->fields[i].name);
        head->fields[i].value = copy_of(pool, question->fields[i].value);
    }
    head->body = BODY_NONE;
    head->is_safe = head->is_idempotent = 1;
}

/* The answer may say more of the request: its class is found then. */
static void balance_question(request_rec *r, exchange_t *x)
{
    int has_class = apr_table_get(r->notes, RPROXY_NOTE_CLASS) != NULL;

    rproxy_balance_request(r, x);
    if (!has_class) {
        apr_table_unset(r->notes, RPROXY_NOTE_CLASS);
    }
}

static ask_t *create(request_rec *r, const rproxy_question_t *question,
                     upstream_t *upstream)
{
    static const sink_ops_t sink = { drop_interim, take_head, drop_body,
                                     drop_trailer, no_flush };
    apr_pool_t *pool;
    exchange_t *x;
    ask_t *ask;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    ask = apr_pcalloc(pool, sizeof(*ask));
    ask->pool = pool;
    ask->x = x = exchange_create(pool);
    ask->task.run = begin;
    write_request(pool, question, &x->request);
    x->upstream = upstream;
    balance_question(r, x);
    proxied_policy(rproxy_settings(r), upstream, &x->policy);
    x->policy.total_timeout = question->timeout;
    x->sink = &sink;
    x->ctx = ask;
    x->finished = finished;
    return ask;
}

static int rproxy_ask(request_rec *r, const rproxy_question_t *question,
                      rproxy_answered_fn *answered, void *ctx)
{
    upstream_t *upstream =
        apr_hash_get(rproxy_global->upstreams, question->upstream,
                     APR_HASH_KEY_STRING);
    reactor_t *reactor = upstream ? side_loop_reactor(&loop) : NULL;
    ask_t *ask = reactor ? create(r, question, upstream) : NULL;

    if (!ask) {
        return 0;
    }
    ask->answered = answered;
    ask->ctx = ctx;
    reactor_post(reactor, &ask->task);
    return 1;
}

void rproxy_ask_child_init(apr_pool_t *pchild, const shared_t *shared)
{
    if (rproxy_global->is_asked) {
        side_loop_prepare(&loop, shared, stop_all, pchild);
    }
}

void rproxy_ask_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_ask_target);
    APR_REGISTER_OPTIONAL_FN(rproxy_ask);
}
