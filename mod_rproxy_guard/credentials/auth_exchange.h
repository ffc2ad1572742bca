/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_exchange.h: one question to an authentication service, and the head of
 * its answer.  Layer L1.  Waits; on a thread that may. */
#ifndef RPROXY_GUARD_AUTH_EXCHANGE_H
#define RPROXY_GUARD_AUTH_EXCHANGE_H

#include <apr_network_io.h>

#include "http1/h1_response.h"

enum {
    AUTH_HEAD_MAX = 16384,
    AUTH_FIELDS_MAX = 64
};

typedef struct {
    apr_sockaddr_t *address;
    apr_interval_time_t timeout; /* of all of it */
} auth_server_t;

typedef struct {
    char buffer[AUTH_HEAD_MAX];
    h1_field_t field[AUTH_FIELDS_MAX];
    h1_response_parser_t parser; /* parser.response is the answer */
} auth_head_t;

/* @param request  the whole of it, with "Connection: close"
 * @return NULL and *head, or what is wrong, a phrase */
const char *auth_exchange(const auth_server_t *server, slice_t request,
                          auth_head_t *head, apr_pool_t *pool);

#endif
