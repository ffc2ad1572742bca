/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control.c: see control.h.  Layer L2.
 * Each verb reads all of its order first, finds whom it is about, changes the
 * roster, keeps the state, and tells what the member is now. */
#include "control.h"

#include <ap_provider.h>
#include <apr_strings.h>

#include "control_changes.h"
#include "control_find.h"
#include "driver/clock.h"
#include "engine/upstream.h"
#include "events/message.h"
#include "member_json.h"
#include "order.h"
#include "state/state.h"
#include "status/status_write.h"

#ifdef HAVE_JANSSON

#define MEMBER_NONE_CHOSEN (-1)

typedef struct {
    request_rec *r;
    const rproxy_admin_request_t *request;
    writer_t w;
    order_t order;
    balanced_t *b;
    int number; /* or MEMBER_NONE_CHOSEN: the whole upstream */
} call_t;

static call_t begin(request_rec *r, const rproxy_admin_request_t *request,
                    apr_bucket_brigade *bb)
{
    call_t call = { .r = r,
                    .request = request,
                    .w = writer_make(bb),
                    .order.asked_s = apr_time_sec(r->request_time),
                    .number = MEMBER_NONE_CHOSEN };

    return call;
}

static int refuse(call_t *call, int status, const char *why)
{
    write_format(&call->w, "{\"status\": %d, \"error\": ", status);
    write_json(&call->w, why);
    write_text(&call->w, "}");
    writer_end(&call->w);
    return status;
}

static int done(call_t *call)
{
    write_text(&call->w, "}");
    writer_end(&call->w);
    return HTTP_OK;
}

/* @return NULL, or why not and *status */
static const char *find(call_t *call, int *status)
{
    const char *fault =
        control_find_upstream(&call->order, &call->b, call->r->pool);

    *status = HTTP_NOT_FOUND;
    return fault || call->order.by == ORDER_NO_MEMBER
               ? fault
               : control_find_member(call->b, &call->order, &call->number,
                                     call->r->pool);
}

/* ---- what changes something ---- */

static void write_member(call_t *call)
{
    if (call->number != MEMBER_NONE_CHOSEN) {
        write_text(&call->w, ", \"member\": ");
        member_json_write(&call->w, call->b, call->number);
        write_format(&call->w, ", \"others_up\": %d",
                     member_json_others_up(call->b, call->number));
    }
}

/* Keeps what was done and tells of it.
 * @param what  of the log line */
static int changed(call_t *call, const char *what)
{
    const char *upstream = call->b->balance.name;
    const char *fault = state_save(call->r->server, call->r->pool);

    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, call->r,
                  RPLOGNO(3030) "upstream %s: %s: %.600s", upstream,
                  call->request->verb, what);
    write_text(&call->w, "{\"upstream\": ");
    write_json(&call->w, upstream);
    write_member(call);
    write_format(&call->w, ", \"kept\": %s",
                 state_is_kept() && !fault ? "true" : "false");
    if (fault) {
        write_text(&call->w, ", \"warning\": ");
        write_json(&call->w, fault);
    }
    return done(call);
}

typedef const char *read_fn(const char *json, size_t len, order_t *order,
                            apr_pool_t *pool);
typedef const char *act_fn(call_t *call);

static int obey(request_rec *r, const rproxy_admin_request_t *request,
                apr_bucket_brigade *bb, read_fn *read, act_fn *act)
{
    call_t call = begin(r, request, bb);
    int status = HTTP_BAD_REQUEST;
    const char *fault = read(request->json, request->len, &call.order, r->pool);

    fault = fault ? fault : find(&call, &status);
    if (!fault) {
        status = HTTP_CONFLICT;
        fault = act(&call);
    }
    return fault ? refuse(&call, status, fault) : changed(&call, request->json);
}

static const char *set_wanted(call_t *call, member_state_e wanted)
{
    int64_t now = clock_now();
    int64_t for_us = call->order.drain_s * 1000000;

    return roster_set_wanted(&call->b->balance, call->number, wanted,
                             for_us ? now + for_us : 0, now);
}

static const char *act_drain(call_t *call)
{
    return set_wanted(call, MEMBER_DRAIN);
}

static const char *act_ready(call_t *call)
{
    return set_wanted(call, MEMBER_UP);
}

static const char *act_maintenance(call_t *call)
{
    return set_wanted(call, MEMBER_MAINTENANCE);
}

static const char *act_weight(call_t *call)
{
    return roster_set_weight(&call->b->balance, call->number,
                             call->order.weight, clock_now());
}

static const char *act_remove(call_t *call)
{
    return roster_remove(&call->b->balance, call->number, clock_now());
}

static const char *act_reset(call_t *call)
{
    return call->number == MEMBER_NONE_CHOSEN
               ? control_changes_undo(call->b, call->r->pool)
               : control_changes_undo_one(call->b, &call->number);
}

static const char *act_rolled(call_t *call)
{
    const balance_t *b = &call->b->balance;
    const order_t *order = &call->order;
    const char *why = order->failed;
    const char *url = call->number == MEMBER_NONE_CHOSEN
                          ? NULL
                          : balance_url(b, call->number);

    if (!why) {
        why = apr_psprintf(call->r->pool, "%d members", order->rolled);
    }
    message_post(order->failed ? MESSAGE_ROLL_FAILED : MESSAGE_ROLL_DONE,
                 b->name, url, why);
    return NULL;
}

static int call_drain(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_drain, act_drain);
}

static int call_ready(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_member, act_ready);
}

static int call_maintenance(request_rec *r,
                            const rproxy_admin_request_t *request,
                            apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_member, act_maintenance);
}

static int call_weight(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_weight, act_weight);
}

static int call_rolled(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_rolled, act_rolled);
}

static int call_remove(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_member, act_remove);
}

static int call_reset(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    return obey(r, request, bb, order_read_reset, act_reset);
}

static int call_add(request_rec *r, const rproxy_admin_request_t *request,
                    apr_bucket_brigade *bb)
{
    call_t call = begin(r, request, bb);
    order_t *order = &call.order;
    member_t *parsed;
    int status = HTTP_BAD_REQUEST;
    const char *fault =
        order_read_add(request->json, request->len, order, r->pool);

    fault = fault ? fault : member_parse(r->pool, order->entry.url, &parsed);
    if (!fault) {
        status = HTTP_NOT_FOUND;
        fault = control_find_upstream(order, &call.b, r->pool);
    }
    if (!fault) {
        status = HTTP_CONFLICT;
        fault = roster_add(&call.b->balance, &order->entry, &call.number,
                           clock_now());
    }
    return fault ? refuse(&call, status, fault) : changed(&call, request->json);
}

/* ---- what tells ---- */

typedef void write_fn(writer_t *w, balanced_t *b);

/* Of one upstream, or of all. */
static int tell(call_t *call, const char *key, write_fn *write)
{
    const char *comma = "";
    int i, status;
    const char *fault =
        order_read_scope(call->request->json, call->request->len, &call->order,
                         call->r->pool);

    if (fault) {
        return refuse(call, HTTP_BAD_REQUEST, fault);
    }
    fault = call->order.upstream ? find(call, &status) : NULL;
    if (fault) {
        return refuse(call, status, fault);
    }
    write_format(&call->w, "{\"kept\": %s, \"%s\": [",
                 state_is_kept() ? "true" : "false", key);
    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        if (!call->b || call->b == b) {
            write_text(&call->w, comma);
            write(&call->w, b);
            comma = ", ";
        }
    }
    write_text(&call->w, "]");
    return done(call);
}

static int call_list(request_rec *r, const rproxy_admin_request_t *request,
                     apr_bucket_brigade *bb)
{
    call_t call = begin(r, request, bb);

    return tell(&call, "upstreams", member_json_upstream);
}

static void write_lines(writer_t *w, balanced_t *b)
{
    write_text(w, "{\"upstream\": ");
    write_json(w, b->balance.name);
    write_text(w, ", \"text\": ");
    write_json(w, control_changes_text(b, w->pool));
    write_text(w, "}");
}

static int call_directives(request_rec *r,
                           const rproxy_admin_request_t *request,
                           apr_bucket_brigade *bb)
{
    call_t call = begin(r, request, bb);

    return tell(&call, "directives", write_lines);
}

void control_register(apr_pool_t *pool)
{
    static const rproxy_admin_verb_t verbs[] = {
        { "list", RPROXY_ADMIN_GET,
          "upstreams and members: configuration, state and why, what differs",
          call_list },
        { "drain", RPROXY_ADMIN_POST,
          "no new clients for a member; its sessions for a time, or on",
          call_drain },
        { "ready", RPROXY_ADMIN_POST, "a member is asked again", call_ready },
        { "maintenance", RPROXY_ADMIN_POST, "a member is asked no more",
          call_maintenance },
        { "weight", RPROXY_ADMIN_POST, "another weight for a member",
          call_weight },
        { "add", RPROXY_ADMIN_POST, "one more member", call_add },
        { "remove", RPROXY_ADMIN_POST, "one member less", call_remove },
        { "reset", RPROXY_ADMIN_POST,
          "a member, or a whole upstream, as it is configured", call_reset },
        { "rolled", RPROXY_ADMIN_POST,
          "tells that a roll of an upstream is done, or has failed",
          call_rolled },
        { "directives", RPROXY_ADMIN_GET,
          "what was changed at run time, as lines of httpd.conf",
          call_directives },
        { NULL }
    };

    ap_register_provider(pool, RPROXY_ADMIN_GROUP, "balancer",
                         RPROXY_ADMIN_VERSION, verbs);
}

#else

/* The admin handler is built without it as well and says so. */
void control_register(apr_pool_t *pool)
{
}

#endif
