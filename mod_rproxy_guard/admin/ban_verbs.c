/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_verbs.c: bans, ban, unban.  Layer L2. */
#include "guard_verbs.h"

#include <apr_strings.h>

#include "admin/json_object.h"
#include "bans/ban.h"
#include "config/config_option.h"
#include "state/guard_state.h"

#ifdef HAVE_JANSSON

enum {
    LIST_DEFAULT = 100,
    LIST_MAX = 10000
};

/* An order, or a question. */
typedef struct {
    const char *text; /* of the network */
    network_t network;
    int64_t seconds; /* 0: not said */
    const char *why;
} order_t;

/* ---- reading ---- */

static const char *read_network(order_t *order, apr_pool_t *pool)
{
    const char *wrong = network_parse(&order->network, slice_str(order->text));

    if (wrong) {
        return apr_psprintf(pool, "\"network\": '%.60s' is wrong: %s",
                            order->text, wrong);
    }
    if (!strchr(order->text, '/')) {
        order->network =
            guard_ban_network(order->network.first, GUARD_BAN_PREFIX);
    }
    return NULL;
}

/* An order is for one network, for a time where it may say one. */
static const char *read_order(const rproxy_admin_request_t *request,
                              int has_time, order_t *order, apr_pool_t *pool)
{
    const json_member_t members[] = {
        { .name = "network", .text = &order->text },
        { .name = "why", .text = &order->why },
        { .name = has_time ? "seconds" : NULL,
          .number = &order->seconds,
          .least = 1,
          .most = OPTION_YEAR_S },
        { NULL },
    };
    const char *fault;

    *order = (order_t){ NULL };
    fault = json_object_read(request->json, request->len, members, pool);
    if (fault) {
        return fault;
    }
    return order->text ? read_network(order, pool)
                       : "\"network\" is missing: an address, or 192.0.2.0/24";
}

/* ---- the answers ---- */

static void write_ban(writer_t *w, const ban_t *ban)
{
    char network[ADDRESS_TEXT_MAX + 4];

    network_format(network, ban->network);
    write_text(w, "{\"network\": ");
    write_json(w, network);
    write_format(w,
                 ", \"since_s\": %u, \"left_s\": %u, \"times\": %u, "
                 "\"refused\": %u, \"order\": %s, \"rule\": ",
                 guard_ban_now() - ban->since, guard_ban_left(ban), ban->times,
                 ban->refused, ban->by_hand ? "true" : "false");
    write_json(w, ban->rule);
    write_text(w, ", \"why\": ");
    write_json(w, ban->why);
    write_text(w, "}");
}

static int call_bans(request_rec *r, const rproxy_admin_request_t *request,
                     apr_bucket_brigade *bb)
{
    const ban_table_t *table = guard_ban_table();
    uint32_t i, now = guard_ban_now();
    int64_t limit = LIST_DEFAULT;
    const json_member_t members[] = {
        { .name = "limit", .number = &limit, .least = 1, .most = LIST_MAX },
        { NULL },
    };
    const char *fault =
        json_object_read(request->json, request->len, members, r->pool);
    const char *comma = "";
    writer_t w;
    ban_t ban;

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    w = writer_make(bb);
    write_format(&w, "{\"count\": %u, \"kept\": %s, \"bans\": [",
                 ban_table_count(table, now),
                 guard_state_dir() ? "true" : "false");
    for (i = 0; i < ban_table_places(table) && limit > 0; i++) {
        if (ban_table_read(table, i, &ban) && ban.until > now) {
            write_text(&w, comma);
            write_ban(&w, &ban);
            comma = ", ";
            limit--;
        }
    }
    write_text(&w, "]}");
    writer_end(&w);
    return HTTP_OK;
}

static int done(request_rec *r, const rproxy_admin_request_t *request,
                const order_t *order, apr_bucket_brigade *bb)
{
    char network[ADDRESS_TEXT_MAX + 4];
    writer_t w = writer_make(bb);

    network_format(network, order->network);
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, RPLOGNO(4025) "%s %s: %.200s",
                  request->verb, network,
                  order->why ? order->why : "no reason");
    write_text(&w, "{\"network\": ");
    write_json(&w, network);
    write_format(&w, ", \"kept\": %s}", guard_state_dir() ? "true" : "false");
    writer_end(&w);
    return HTTP_OK;
}

static int call_ban(request_rec *r, const rproxy_admin_request_t *request,
                    apr_bucket_brigade *bb)
{
    order_t order;
    const char *fault = read_order(request, 1, &order, r->pool);

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    if (!guard_ban_order(order.network, order.seconds,
                         order.why ? order.why : "")) {
        return guard_verbs_refuse(bb, HTTP_CONFLICT,
                                  "there is no place for it: RProxyGuardBans "
                                  "size= is too small");
    }
    return done(r, request, &order, bb);
}

static int call_unban(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    order_t order;
    const char *fault = read_order(request, 0, &order, r->pool);

    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    if (!guard_ban_forget(order.network)) {
        return guard_verbs_refuse(bb, HTTP_NOT_FOUND,
                                  "no ban of just this network is known");
    }
    return done(r, request, &order, bb);
}

const rproxy_admin_verb_t ban_verbs[] = {
    { "bans", RPROXY_ADMIN_GET, "who is banned, for how long, and why",
      call_bans },
    { "ban", RPROXY_ADMIN_POST, "refuse a network for a time", call_ban },
    { "unban", RPROXY_ADMIN_POST, "end a ban, and forget it", call_unban },
    { NULL, 0, NULL, NULL }
};

#else

const rproxy_admin_verb_t ban_verbs[] = { { NULL, 0, NULL, NULL } };

#endif
