/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* forward_auth.h: RProxyGuardRequire forward-auth: another service says who
 * may.  Layer L2.
 *
 * What it has said lately is known at once (auth_answers.h).  Else the request
 * goes on to its handler, where it waits: on an event loop without a thread,
 * elsewhere on its own. */
#ifndef RPROXY_GUARD_FORWARD_AUTH_H
#define RPROXY_GUARD_FORWARD_AUTH_H

#include "credentials.h"

/* What an answer hangs on: one of these. */
typedef struct {
    const char *cookie, *field;
    int of_url; /* method, scheme, host, path and query */
    int of_address;
} auth_part_t;

/* RProxyGuardForwardAuth */
typedef struct auth_source_t {
    const char *upstream, *target; /* of rproxy_ask_target */
    apr_interval_time_t timeout;
    int waiting;                 /* questions at once, of each process */
    int *under_way;              /* so many are; auth_answers.c's own */
    apr_interval_time_t cache;   /* 0: answers are not kept */
    apr_array_header_t *by;      /* of auth_part_t */
    apr_array_header_t *headers; /* of const char *: from answer to request */
    const char *where;
    const char *identity; /* its place and words: answers outlive restarts */
} auth_source_t;

/* While a configuration is read: there is one. */
void forward_auth_used(void);
int forward_auth_is_used(void);
void forward_auth_forget(void);

/* In post_config. */
apr_status_t forward_auth_open(server_rec *s);

void forward_auth_register(void);

#endif
