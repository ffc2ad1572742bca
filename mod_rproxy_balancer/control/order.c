/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* order.c: see order.h.  Layer L1. */
#include "order.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include <apr_strings.h>

#include "entry_json.h"

#define BY_NAMES "url", "route", "number"
#define WHICH_MEMBER \
    "which member? Name it by one of \"url\", \"route\" and \"number\""

typedef const char *read_fn(const json_t *object, order_t *order,
                            apr_pool_t *pool);

/* One object with nothing but these names; read looks at what it holds. */
static const char *read_object(const char *json, size_t len,
                               const char *const *names, read_fn *read,
                               order_t *order, apr_pool_t *pool)
{
    const char *fault;
    json_t *object = json_read_load(json, len, &fault, pool);

    if (!object) {
        return fault;
    }
    fault = json_read_names(object, names, pool);
    fault = fault ? fault
                  : json_read_text(object, "upstream", &order->upstream, pool);
    fault = fault || !read ? fault : read(object, order, pool);
    json_decref(object);
    return fault;
}

static const char *need_upstream(const order_t *order)
{
    return order->upstream ? NULL : "\"upstream\" is missing";
}

/* ---- a member ---- */

static const char *read_by(const json_t *object, order_t *order,
                           apr_pool_t *pool)
{
    const char *url, *route;
    int64_t number = -1;
    const char *fault = json_read_text(object, "url", &url, pool);

    fault = fault ? fault : json_read_text(object, "route", &route, pool);
    fault = fault ? fault
                  : json_read_number(object, "number", 0, MEMBERS_MAX - 1,
                                     &number, pool);
    if (fault) {
        return fault;
    }
    if ((url != NULL) + (route != NULL) + (number >= 0) > 1) {
        return WHICH_MEMBER;
    }
    order->by = url           ? ORDER_BY_URL
                : route       ? ORDER_BY_ROUTE
                : number >= 0 ? ORDER_BY_NUMBER
                              : ORDER_NO_MEMBER;
    order->text = url ? url : route;
    order->number = (int)number;
    return NULL;
}

static const char *read_reset(const json_t *object, order_t *order,
                              apr_pool_t *pool)
{
    const char *fault = need_upstream(order);

    return fault ? fault : read_by(object, order, pool);
}

static const char *read_member(const json_t *object, order_t *order,
                               apr_pool_t *pool)
{
    const char *fault = read_reset(object, order, pool);

    return fault ? fault : order->by == ORDER_NO_MEMBER ? WHICH_MEMBER : NULL;
}

/* ---- what else ---- */

static const char *read_weight(const json_t *object, order_t *order,
                               apr_pool_t *pool)
{
    const char *fault = read_member(object, order, pool);
    int64_t weight = -1;

    fault = fault ? fault
                  : json_read_number(object, "weight", 0, MEMBER_WEIGHT_MAX,
                                     &weight, pool);
    order->weight = (int)weight;
    return fault || weight >= 0 ? fault : "\"weight\" is missing";
}

static const char *read_drain(const json_t *object, order_t *order,
                              apr_pool_t *pool)
{
    const char *fault = read_member(object, order, pool);
    int64_t now_s = order->asked_s, for_s = 0, until_s = 0;

    fault = fault ? fault
                  : json_read_number(object, "for", 1, ORDER_TIME_MAX_S, &for_s,
                                     pool);
    fault =
        fault ? fault
              : json_read_number(object, "until", 1, INT64_MAX, &until_s, pool);
    if (fault) {
        return fault;
    }
    if (for_s && until_s) {
        return "\"for\" and \"until\" are two ways to say the same: expected "
               "one of them";
    }
    if (until_s && (until_s <= now_s || until_s - now_s > ORDER_TIME_MAX_S)) {
        return apr_psprintf(pool,
                            "\"until\": %" APR_INT64_T_FMT
                            " is over, or more than a year away; it is "
                            "%" APR_INT64_T_FMT " now",
                            (apr_int64_t)until_s, (apr_int64_t)now_s);
    }
    order->drain_s = until_s ? until_s - now_s : for_s;
    return NULL;
}

static const char *read_rolled(const json_t *object, order_t *order,
                               apr_pool_t *pool)
{
    const char *fault = read_reset(object, order, pool);
    int64_t members = 0;

    fault = fault ? fault
                  : json_read_number(object, "members", 0, MEMBERS_MAX,
                                     &members, pool);
    order->rolled = (int)members;
    return fault ? fault
                 : json_read_text(object, "failed", &order->failed, pool);
}

static const char *read_add(const json_t *object, order_t *order,
                            apr_pool_t *pool)
{
    const char *fault = need_upstream(order);

    fault = fault ? fault : entry_json_url(object, &order->entry, pool);
    fault = fault ? fault : entry_json_read(object, &order->entry, pool);
    order->entry.source = ROSTER_ADDED;
    order->by = ORDER_BY_URL;
    order->text = order->entry.url;
    return fault;
}

/* ---- one for each kind of verb ---- */

const char *order_read_drain(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool)
{
    static const char *const names[] = { "upstream", BY_NAMES, "for", "until",
                                         NULL };

    return read_object(json, len, names, read_drain, order, pool);
}

const char *order_read_scope(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool)
{
    static const char *const names[] = { "upstream", NULL };

    return read_object(json, len, names, NULL, order, pool);
}

static const char *const member_names[] = { "upstream", BY_NAMES, NULL };

const char *order_read_member(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool)
{
    return read_object(json, len, member_names, read_member, order, pool);
}

const char *order_read_reset(const char *json, size_t len, order_t *order,
                             apr_pool_t *pool)
{
    return read_object(json, len, member_names, read_reset, order, pool);
}

const char *order_read_weight(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool)
{
    static const char *const names[] = { "upstream", BY_NAMES, "weight", NULL };

    return read_object(json, len, names, read_weight, order, pool);
}

const char *order_read_rolled(const char *json, size_t len, order_t *order,
                              apr_pool_t *pool)
{
    static const char *const names[] = { "upstream", BY_NAMES, "members",
                                         "failed", NULL };

    return read_object(json, len, names, read_rolled, order, pool);
}

const char *order_read_add(const char *json, size_t len, order_t *order,
                           apr_pool_t *pool)
{
    static const char *const names[] = { "upstream", "url", ENTRY_JSON_NAMES,
                                         NULL };

    return read_object(json, len, names, read_add, order, pool);
}

#endif
