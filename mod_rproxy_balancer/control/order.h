/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* order.h: what the verbs of the admin handler are asked for, read from JSON.
 * Layer L1.  All of it is checked before anything is done; texts are in pool.
 *
 * Each function fills an order that is all zero, and returns NULL, or a
 * sentence that says what is wrong. */
#ifndef RPROXY_BALANCER_ORDER_H
#define RPROXY_BALANCER_ORDER_H

#include <apr_pools.h>

#include "members/roster.h"

#define ORDER_TIME_MAX_S 31536000 /* a year */

typedef enum {
    ORDER_NO_MEMBER, /* the whole upstream, or all */
    ORDER_BY_URL,
    ORDER_BY_ROUTE,
    ORDER_BY_NUMBER
} order_by_e;

typedef struct {
    const char *upstream; /* NULL: none was named */
    order_by_e by;
    const char *text;     /* the URL or route */
    int number;           /* of ORDER_BY_NUMBER */
    int weight;           /* of order_read_weight */
    int64_t asked_s;      /* Unix time, for order_read_drain */
    int64_t drain_s;      /* from then on; 0: no end */
    roster_entry_t entry; /* of order_read_add; its URL not yet looked at */
    int rolled;           /* of order_read_rolled: so many members */
    const char *failed;   /* why it has stopped, or NULL */
} order_t;

/* {"upstream": "app"} or {}: list, directives. */
const char *order_read_scope(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool);

/* {"upstream": "app", "url": "http://a:1"} or "route": "a", "number": 0: ready,
 * maintenance, remove. */
const char *order_read_member(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool);

/* The same, or without a member: reset. */
const char *order_read_reset(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool);

/* A member and "for": seconds or "until": Unix time, or neither; asked_s is set
 * before. */
const char *order_read_drain(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool);

/* "members": 4, and where the roll has stopped "failed": why, with or without
 * the member it has stopped at. */
const char *order_read_rolled(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool);

/* A member and "weight": 3. */
const char *order_read_weight(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool);

/* "upstream", "url" and what RProxyMember says of a member: "weight", "backup",
 * "tier", "zone", "group", "route", "max_connections", "slow_start_s". */
const char *order_read_add(const char *json, size_t len, order_t *order,
                           apr_pool_t *pool);

#endif
