/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* log_fields.c: %{name}^RP for mod_log_config, and RProxyEnv.  Layer L2.
 *
 * Internal redirects (an error document, say) make several requests of one.
 * The exchange that is told about is that of the first: what the client asked
 * for and became of it, not where the words about it came from.  A format may
 * ask for the last one by %>{name}^RP.  Where the asked request has none, the
 * nearest after it has, else the nearest before it.  The same holds for the
 * notes of other modules (mod_rproxy.h), which need no exchange. */
#include "log_fields.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <mod_log_config.h>

#include "../mod_rproxy.h"
#include "../rproxy_handler.h"
#include "../rproxy_request.h"
#include "status_collect.h"

#define TRIED_MAX 16

static const proxied_t *exchange_of(const request_rec *r)
{
    const request_rec *at;
    const proxied_t *p;

    for (at = r; at; at = at->next) {
        p = proxied_of(at);
        if (p && p->x) {
            return p;
        }
    }
    for (at = r->prev; at; at = at->prev) {
        p = proxied_of(at);
        if (p && p->x) {
            return p;
        }
    }
    return NULL;
}

/* ---- values: NULL when there is none ---- */

static const char *text(const proxied_t *p, const char *value)
{
    return value ? ap_escape_logitem(p->r->pool, value) : NULL;
}

/* From the begin of the exchange until then; 0: it did not come to that. */
static const char *time_until(const proxied_t *p, apr_time_t then)
{
    apr_time_t usec = then - p->x->started;

    return then ? apr_psprintf(p->r->pool, "%" APR_TIME_T_FMT ".%03d",
                               usec / 1000, (int)(usec % 1000))
                : NULL;
}

static const char *upstream_of(const proxied_t *p)
{
    return text(p, p->x->upstream->name);
}

static const char *member_of(const proxied_t *p)
{
    return p->x->member ? text(p, p->x->member->url) : NULL;
}

static const char *route_of(const proxied_t *p)
{
    return text(p, status_route_name(p->match.route->id));
}

/* "method", "session", "trial"; NULL where the configuration's order counts. */
static const char *chosen_by_of(const proxied_t *p)
{
    static const char *const texts[] = {
#define X(id, text) text,
        BALANCER_REASONS(X)
#undef X
    };

    return p->x->member && p->x->upstream->balancer ? texts[p->x->chosen_by]
                                                    : NULL;
}

/* NULL where no second member was thought of. */
static const char *hedge_of(const proxied_t *p)
{
    static const char *const texts[] = {
#define X(id, text) text,
        BALANCER_HEDGES(X)
#undef X
    };

    return texts[p->x->hedge];
}

static const char *tries_of(const proxied_t *p)
{
    return apr_itoa(p->r->pool, p->x->attempts);
}

/* The members that were asked before the last one, by commas. */
static const char *tried_of(const proxied_t *p)
{
    const balancer_tried_t *tried = &p->x->tried;
    uint32_t i, count = balancer_tried_count(tried);
    const char *list = NULL;

    for (i = 0; i + 1 < count && i < TRIED_MAX; i++) {
        const member_t *m = upstream_member(p->x->upstream, tried->member[i]);
        const char *url = m ? m->url : "gone";

        list = list ? apr_pstrcat(p->r->pool, list, ",", url, NULL) : url;
    }
    return text(p, list);
}

/* In the last attempt. */
static int is_connected(const proxied_t *p)
{
    return p->x->connected_at && p->x->connected_at >= p->x->attempt_started;
}

static const char *connect_of(const proxied_t *p)
{
    return is_connected(p) ? time_until(p, p->x->connected_at) : NULL;
}

static const char *queue_of(const proxied_t *p)
{
    return p->x->waited ? time_until(p, p->x->started + p->x->waited) : NULL;
}

static const char *first_byte_of(const proxied_t *p)
{
    return time_until(p, p->x->first_byte_at);
}

static const char *total_of(const proxied_t *p)
{
    return time_until(p, p->x->done ? p->x->finished_at : 0);
}

static const char *reused_of(const proxied_t *p)
{
    return !is_connected(p) ? NULL : p->x->was_reused ? "yes" : "no";
}

static const char *outcome_of(const proxied_t *p)
{
    return p->x->done ? outcome_name(p->x->outcome) : NULL;
}

static const char *reason_of(const proxied_t *p)
{
    return p->x->done ? text(p, p->x->reason) : NULL;
}

static const char *bytes_in_of(const proxied_t *p)
{
    return apr_off_t_toa(p->r->pool, p->x->bytes_sent);
}

static const char *bytes_out_of(const proxied_t *p)
{
    return apr_off_t_toa(p->r->pool, p->x->bytes_received);
}

static const char *request_id_of(const proxied_t *p)
{
    return text(p, rproxy_request_id(p->r));
}

static const char *driver_of(const proxied_t *p)
{
    return p->client ? "loop" : "worker";
}

static const char *note_of(const request_rec *r, const char *note)
{
    const request_rec *at;
    const char *value = NULL;

    for (at = r; at && !value; at = at->next) {
        value = apr_table_get(at->notes, note);
    }
    for (at = r->prev; at && !value; at = at->prev) {
        value = apr_table_get(at->notes, note);
    }
    return value ? ap_escape_logitem(r->pool, value) : NULL;
}

/* Said by an exchange, or by another module's note. */
typedef struct {
    const char *name;
    const char *variable;
    const char *(*value)(const proxied_t *p);
    const char *note;
} field_t;

/* clang-format off */
static const field_t fields[] = {
    { "upstream",   "RPROXY_UPSTREAM",   upstream_of },
    { "member",     "RPROXY_MEMBER",     member_of },
    { "chosen_by",  "RPROXY_CHOSEN_BY",  chosen_by_of },
    { "route",      "RPROXY_ROUTE",      route_of },
    { "tries",      "RPROXY_TRIES",      tries_of },
    { "hedge",      "RPROXY_HEDGE",      hedge_of },
    { "tried",      "RPROXY_TRIED",      tried_of },
    { "class",      "RPROXY_CLASS",      NULL, RPROXY_NOTE_CLASS },
    { "queue",      "RPROXY_QUEUE",      queue_of },
    { "connect",    "RPROXY_CONNECT",    connect_of },
    { "first_byte", "RPROXY_FIRST_BYTE", first_byte_of },
    { "total",      "RPROXY_TOTAL",      total_of },
    { "reused",     "RPROXY_REUSED",     reused_of },
    { "outcome",    "RPROXY_OUTCOME",    outcome_of },
    { "reason",     "RPROXY_REASON",     reason_of },
    { "bytes_in",   "RPROXY_BYTES_IN",   bytes_in_of },
    { "bytes_out",  "RPROXY_BYTES_OUT",  bytes_out_of },
    { "cache",      "RPROXY_CACHE",      NULL, RPROXY_NOTE_CACHE },
    { "cache_reason", "RPROXY_CACHE_REASON", NULL, RPROXY_NOTE_CACHE_REASON },
    { "bot",        "RPROXY_BOT",        NULL, RPROXY_NOTE_BOT },
    { "guard",      "RPROXY_GUARD",      NULL, RPROXY_NOTE_GUARD },
    { "canary",     "RPROXY_CANARY",     NULL, RPROXY_NOTE_CANARY },
    { "request_id", "RPROXY_REQUEST_ID", request_id_of },
    { "driver",     "RPROXY_DRIVER",     driver_of },
};
/* clang-format on */

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const field_t *field_of(const char *name)
{
    size_t i;

    for (i = 0; i < FIELDS; i++) {
        if (fields[i].name[0] == name[0] && !strcmp(fields[i].name, name)) {
            return &fields[i];
        }
    }
    return NULL;
}

/* @param p exchange_of(r) */
static const char *value_of(const field_t *field, const request_rec *r,
                            const proxied_t *p)
{
    if (field->note) {
        return note_of(r, field->note);
    }
    return p ? field->value(p) : NULL;
}

const char *log_field(request_rec *r, const char *name)
{
    const field_t *field = field_of(name);

    return field ? value_of(field, r, exchange_of(r)) : NULL;
}

/* ---- log lines ---- */

/* mod_log_config writes "-" for NULL. */
static const char *log_item(request_rec *r, char *name)
{
    return log_field(r, name);
}

static int register_log_item(apr_pool_t *pconf, apr_pool_t *plog,
                             apr_pool_t *ptemp)
{
    APR_OPTIONAL_FN_TYPE(ap_register_log_handler) *register_handler =
        APR_RETRIEVE_OPTIONAL_FN(ap_register_log_handler);

    (void)plog;
    (void)ptemp;
    if (register_handler) {
        register_handler(pconf, "^RP", log_item, 1);
    }
    return OK;
}

/* ---- environment variables ---- */

/* Conditions of CustomLog look at the first request, %{...}e at the last. */
static void set_variables(request_rec *r, const proxied_t *p)
{
    request_rec *last = r;
    size_t i;

    while (last->next) {
        last = last->next;
    }
    for (i = 0; i < FIELDS; i++) {
        const char *value = value_of(&fields[i], r, p);

        if (value) {
            apr_table_setn(r->subprocess_env, fields[i].variable, value);
            apr_table_setn(last->subprocess_env, fields[i].variable, value);
        }
    }
}

/* Before any other module logs. */
static int export_variables(request_rec *r)
{
    const proxied_t *p = exchange_of(r);
    const settings_t *settings = p ? p->settings : rproxy_settings(r);

    if (SETTING(settings, export_env)) {
        set_variables(r, p);
    }
    return DECLINED;
}

void log_fields_register_hooks(apr_pool_t *pool)
{
    static const char *const after[] = { "mod_log_config.c", NULL };

    (void)pool;
    ap_hook_pre_config(register_log_item, after, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(export_variables, NULL, NULL,
                            APR_HOOK_REALLY_FIRST);
}
