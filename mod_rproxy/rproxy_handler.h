/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_handler.h: a request that goes to an upstream.  Layer L2. */
#ifndef RPROXY_HANDLER_H
#define RPROXY_HANDLER_H

#include "client/client.h"
#include "engine/exchange.h"
#include "rproxy_match.h"

typedef struct proxied_t proxied_t;
typedef struct rproxy_buffer_t rproxy_buffer_t;

/* One request on its way through an upstream; from r->pool. */
struct proxied_t {
    request_rec *r;
    client_t *client; /* on the loop; NULL with the worker driver */
    const settings_t *settings;
    route_match_t match;
    exchange_t *x;
    exchange_env_t env;      /* the worker driver's own */
    rproxy_buffer_t *buffer; /* of the request body, or NULL */
    apr_bucket_brigade *bb;  /* response bytes not yet passed on */
    apr_off_t bb_bytes;
    int override_status; /* RProxyErrorOverride: answer this ourselves */
    int discard;         /* the client is gone, the exchange finishes */
    int finish_alone;    /* so it shall, for those who read the filters */
    int body_status;     /* of a malformed request body */
    int counted;         /* in the route's active exchanges */
    void *canary;        /* of the route's upstream, or NULL */
    unsigned canary_mark;
    struct mirror_t *mirror; /* its copy, or NULL */
    int paused;              /* rproxy_pause.c: nothing goes to the filters */
    int is_over;             /* the exchange, meanwhile */
    int has_ended;           /* proxied_end, with this status: */
    int end_status;
    apr_time_t body_begun; /* first look for bytes of the request body */
    apr_off_t body_bytes;  /* that have come of it */
};

/* Has a route taken the request, and does our handler serve it? */
int proxied_is_ours(const request_rec *r);

/* The exchange of the request, begun or over, or NULL.  Its result is valid
 * until the request is freed (log fields). */
const proxied_t *proxied_of(const request_rec *r);

/* Is a part of the request's body still with the client? */
int proxied_body_unread(const proxied_t *p);

/* Does the exchange go on without its client (RProxyClientAbort finish,
 * rproxy_finish_alone)? */
int proxied_may_finish(const proxied_t *p);

/* The exchange was cancelled while it waited for the client's body. */
void proxied_body_too_slow(proxied_t *p);

/* What settings and upstream allow an exchange. */
void proxied_policy(const settings_t *settings, const upstream_t *upstream,
                    exchange_policy_t *policy);

/* The exchange is done: what is left of the response.
 * @return what the handler would return */
int proxied_end(proxied_t *p);

void proxied_register_hooks(apr_pool_t *pool);

/* In child_init: the worker driver's connections. */
void proxied_child_init(apr_pool_t *pchild, const shared_t *shared);

#endif
