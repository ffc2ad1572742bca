/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* written_request.c: see written_request.h.  Layer L2. */
#include "written_request.h"

#include <apr_base64.h>
#include <apr_strings.h>

#include "address/address.h"
#include "admin/json_object.h"

#ifdef HAVE_JANSSON

enum {
    HTTP_PORT = 80
};

static slice_t text_of(const written_request_t *q, apr_pool_t *pool)
{
    char *bytes;

    if (q->plain) {
        return slice_str(q->plain);
    }
    bytes = apr_palloc(pool, (size_t)apr_base64_decode_len(q->base64) + 1);
    return slice_make(bytes, (size_t)apr_base64_decode(bytes, q->base64));
}

/* The target in the first line; p NULL: there is none. */
static slice_t target_of(slice_t text)
{
    const char *end = memchr(text.p, '\n', text.len);
    size_t len = end ? (size_t)(end - text.p) : text.len, begin, last = len;

    for (begin = 0; begin < len && text.p[begin] != ' '; begin++) {
    }
    while (last > begin && text.p[last - 1] != ' ') {
        last--;
    }
    return last > begin + 1 ? slice_make(text.p + begin + 1, last - begin - 2)
                            : slice_make(NULL, 0);
}

/* Another path there; the query stays, unless the path has one. */
static slice_t with_path(const written_request_t *q, slice_t text,
                         apr_pool_t *pool)
{
    slice_t target = target_of(text);
    const char *rest, *query;
    size_t path_len, before, behind;
    char *bytes;

    if (!q->path || !target.p) {
        return text;
    }
    query = strchr(q->path, '?') ? NULL : memchr(target.p, '?', target.len);
    rest = query ? query : target.p + target.len;
    path_len = strlen(q->path);
    before = (size_t)(target.p - text.p);
    behind = text.len - (size_t)(rest - text.p);
    bytes = apr_palloc(pool, before + path_len + behind);
    memcpy(bytes, text.p, before);
    memcpy(bytes + before, q->path, path_len);
    memcpy(bytes + before + path_len, rest, behind);
    return slice_make(bytes, before + path_len + behind);
}

const char *written_request_read(const rproxy_admin_request_t *request,
                                 written_request_t *q, apr_pool_t *pool)
{
    const json_member_t members[] = {
        { .name = "request", .text = &q->plain },
        { .name = "base64", .text = &q->base64 },
        { .name = "host", .text = &q->host },
        { .name = "client", .text = &q->client },
        { .name = "path", .text = &q->path },
        { .name = "port", .number = &q->port, .least = 1, .most = 65535 },
        { NULL },
    };
    const char *fault =
        json_object_read(request->json, request->len, members, pool);

    if (!fault && !q->plain == !q->base64) {
        fault = "expected \"request\", the text of a request, or \"base64\"";
    }
    if (!fault && q->path && *q->path != '/') {
        fault = apr_psprintf(pool, "\"path\": '%.60s' is no path", q->path);
    }
    return fault ? fault
                 : request_text_read(with_path(q, text_of(q, pool), pool),
                                     &q->request, pool);
}

/* ---- the order ---- */

static const char *copy(slice_t text, apr_pool_t *pool)
{
    return apr_pstrmemdup(pool, text.p ? text.p : "", text.len);
}

static const char *read_client(const written_request_t *q,
                               stand_in_order_t *order, apr_pool_t *pool)
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
static const char *read_host(const written_request_t *q,
                             stand_in_order_t *order, apr_pool_t *pool)
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

static void set_fields(written_request_t *q, stand_in_order_t *order,
                       apr_pool_t *pool)
{
    const waf_head_t *head = &q->request.head;
    int i;

    for (i = 0; i < head->field_count && i < WRITTEN_FIELDS_MAX; i++) {
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

const char *written_request_order(written_request_t *q, stand_in_order_t *order,
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

#endif
