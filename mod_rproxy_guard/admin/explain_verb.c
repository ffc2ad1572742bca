/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain_verb.c: explain: a request that somebody wrote down, and what each
 * check says of it.  Layer L2. */
#include "guard_verbs.h"

#include <apr_base64.h>
#include <apr_strings.h>

#include "address/address.h"
#include "admin/json_object.h"
#include "explain/explain.h"
#include "waf/inspect/request_text.h"

#ifdef HAVE_JANSSON

enum {
    HTTP_PORT = 80,
    FIELDS_MAX = 200
};

typedef struct {
    const char *plain, *base64; /* one of them */
    const char *host, *client;  /* NULL: as the text says; who asks */
    int64_t port;               /* 0: not said */
    request_text_t request;
    h1_field_t field[FIELDS_MAX];
} question_t;

static slice_t text_of(const question_t *q, apr_pool_t *pool)
{
    char *bytes;

    if (q->plain) {
        return slice_str(q->plain);
    }
    bytes = apr_palloc(pool, (size_t)apr_base64_decode_len(q->base64) + 1);
    return slice_make(bytes, (size_t)apr_base64_decode(bytes, q->base64));
}

static const char *read_question(const rproxy_admin_request_t *request,
                                 question_t *q, apr_pool_t *pool)
{
    const json_member_t members[] = {
        { .name = "request", .text = &q->plain },
        { .name = "base64", .text = &q->base64 },
        { .name = "host", .text = &q->host },
        { .name = "client", .text = &q->client },
        { .name = "port", .number = &q->port, .least = 1, .most = 65535 },
        { NULL },
    };
    const char *fault =
        json_object_read(request->json, request->len, members, pool);

    if (!fault && !q->plain == !q->base64) {
        fault = "expected \"request\", the text of a request, or \"base64\"";
    }
    return fault ? fault
                 : request_text_read(text_of(q, pool), &q->request, pool);
}

/* ---- the order ---- */

static const char *copy(slice_t text, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, text.p ? text.p : "", text.len);
}

static const char *read_client(const question_t *q, stand_in_order_t *order,
                               apr_pool_t *pool)
{
    address_t address;

    if (!q->client) {
        return NULL;
    }
    return address_parse(&address, slice_str(q->client))
                   && apr_sockaddr_info_get(&order->client, q->client,
                                            APR_UNSPEC, 0, 0, pool)
                          == APR_SUCCESS
               ? NULL
               : apr_psprintf(pool, "\"client\": '%.60s' is no IP address",
                              q->client);
}

/* "host:8080", "[::1]:8080" */
static const char *read_host(const question_t *q, stand_in_order_t *order,
                             apr_pool_t *pool)
{
    const waf_head_t *head = &q->request.head;
    const char *text = q->host ? q->host : copy(head->server_name, pool);
    char *host = NULL, *scope = NULL;
    apr_port_t port = 0;
    int i;

    for (i = 0; !q->host && i < head->field_count; i++) {
        if (slice_eq_nocase(head->field[i].name, SLICE_LIT("Host"))) {
            text = copy(head->field[i].value, pool);
        }
    }
    if (apr_parse_addr_port(&host, &scope, &port, text, pool) != APR_SUCCESS
        || !host || scope) {
        return apr_psprintf(pool, "'%.80s' is no host", text);
    }
    order->host = host;
    order->port = q->port ? (unsigned)q->port : port;
    return NULL;
}

static void set_fields(question_t *q, stand_in_order_t *order, apr_pool_t *pool)
{
    const waf_head_t *head = &q->request.head;
    int i;

    for (i = 0; i < head->field_count && i < FIELDS_MAX; i++) {
        if (q->host
            && slice_eq_nocase(head->field[i].name, SLICE_LIT("Host"))) {
            continue;
        }
        q->field[order->field_count++] =
            (h1_field_t){ slice_str(copy(head->field[i].name, pool)),
                          slice_str(copy(head->field[i].value, pool)) };
    }
    order->fields = q->field;
}

static const char *make_order(question_t *q, stand_in_order_t *order,
                              apr_pool_t *pool)
{
    const waf_head_t *head = &q->request.head;
    const char *fault = read_client(q, order, pool);

    fault = fault ? fault : read_host(q, order, pool);
    order->usual_port = HTTP_PORT;
    order->method = copy(head->method, pool);
    order->target = copy(head->uri_raw, pool);
    request_head_target(slice_str(order->target), &order->path, &order->query);
    set_fields(q, order, pool);
    return fault;
}

static int call_explain(request_rec *r, const rproxy_admin_request_t *request,
                        apr_bucket_brigade *bb)
{
    question_t *q = apr_pcalloc(r->pool, sizeof(*q));
    stand_in_order_t order = { NULL };
    const char *fault = read_question(request, q, r->pool);
    writer_t w;

    fault = fault ? fault : make_order(q, &order, r->pool);
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    w = writer_make(bb);
    explain(r, &order, &w);
    writer_end(&w);
    return HTTP_OK;
}

const rproxy_admin_verb_t explain_verbs[] = {
    { "explain", RPROXY_ADMIN_POST,
      "what each check of the guard says of a request", call_explain },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t explain_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
