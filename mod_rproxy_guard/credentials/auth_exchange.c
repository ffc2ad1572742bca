/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_exchange.c: see auth_exchange.h.  Layer L1. */
#include "auth_exchange.h"

/* @return 0: there is no time left */
static int set_time(apr_socket_t *socket, apr_time_t end)
{
    apr_interval_time_t left = end - apr_time_now();

    return left > 0 && apr_socket_timeout_set(socket, left) == APR_SUCCESS;
}

static int send_all(apr_socket_t *socket, slice_t text, apr_time_t end)
{
    while (text.len) {
        apr_size_t len = text.len;

        if (!set_time(socket, end)
            || apr_socket_send(socket, text.p, &len) != APR_SUCCESS) {
            return 0;
        }
        text = slice_make(text.p + len, text.len - len);
    }
    return 1;
}

/* Heads of 1xx come before the answer's. */
static const char *read_head(apr_socket_t *socket, auth_head_t *head,
                             apr_time_t end)
{
    size_t used = 0, head_len;
    apr_size_t len;
    h1_result_e result;

    h1_response_init(&head->parser, head->field, AUTH_FIELDS_MAX,
                     AUTH_HEAD_MAX);
    for (;;) {
        result =
            h1_response_parse(&head->parser, head->buffer, used, &head_len);
        if (result == H1_DONE && head->parser.response.status >= 200) {
            return NULL;
        }
        if (result == H1_DONE) {
            used -= head_len;
            memmove(head->buffer, head->buffer + head_len, used);
            h1_response_reset(&head->parser);
            continue;
        }
        if (result != H1_PARTIAL) {
            return h1_result_text(result);
        }
        len = AUTH_HEAD_MAX - used;
        if (!len || !set_time(socket, end)
            || apr_socket_recv(socket, head->buffer + used, &len) != APR_SUCCESS
            || !len) {
            return "it gave no answer in time";
        }
        used += len;
    }
}

const char *auth_exchange(const auth_server_t *server, slice_t request,
                          auth_head_t *head, apr_pool_t *pool)
{
    apr_time_t end = apr_time_now() + server->timeout;
    const char *wrong = "it cannot be reached";
    apr_socket_t *socket;

    if (apr_socket_create(&socket, server->address->family, SOCK_STREAM,
                          APR_PROTO_TCP, pool)
        != APR_SUCCESS) {
        return "there is no socket for it";
    }
    if (set_time(socket, end)
        && apr_socket_connect(socket, server->address) == APR_SUCCESS) {
        wrong = send_all(socket, request, end) ? read_head(socket, head, end)
                                               : "it took no question in time";
    }
    apr_socket_close(socket);
    return wrong;
}
