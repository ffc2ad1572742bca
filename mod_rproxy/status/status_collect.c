/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_collect.c: sums and names into a status_view_t.  Layer L2.
 * Names are made once, when the configuration is complete. */
#include "status_collect.h"

#include <apr_strings.h>
#include <http_core.h>

#include "../driver/clock.h"
#include "../mod_rproxy.h"
#include "../rproxy_config.h"
#include "../rproxy_private.h"

/* Rows (routes and members) that take a loop two or three milliseconds. */
#define LARGE_ROWS 50

typedef struct {
    const char *path;
    const char *server;
    const char **upstreams;
} route_names_t;

static status_slots_t *slots;
static route_names_t *names; /* [route id] */
static int64_t started_s;

/* ---- names ---- */

static const char *path_name(apr_pool_t *p, const route_t *route)
{
    if (route->pattern) {
        return apr_pstrcat(p, "~ ", route->pattern, NULL);
    }
    return apr_pstrcat(p, route->exact ? "=" : "",
                       route->path ? route->path : "", NULL);
}

static const char *server_name(apr_pool_t *p, const server_rec *s)
{
    apr_port_t port = s->addrs ? s->addrs->host_port : s->port;
    const char *name = s->server_hostname ? s->server_hostname : "*";

    return port ? apr_psprintf(p, "%s:%u", name, (unsigned)port) : name;
}

static void name_route(apr_pool_t *p, const route_t *route)
{
    route_names_t *n = &names[route->id];
    int i;

    n->path = path_name(p, route);
    n->server = "";
    n->upstreams =
        apr_pcalloc(p,
                    sizeof(char *) * (apr_size_t)(route->targets->nelts + 1));
    for (i = 0; i < route->targets->nelts; i++) {
        n->upstreams[i] =
            APR_ARRAY_IDX(route->targets, i, route_target_t).upstream->name;
    }
}

static void name_servers(const apr_array_header_t *routes, const char *server)
{
    int i;

    for (i = 0; i < routes->nelts; i++) {
        names[APR_ARRAY_IDX(routes, i, route_t *)->id].server = server;
    }
}

/* A pattern's route has no path of its own.  Sections of the main server are
 * in each virtual host's list as well: the main server comes first, and they
 * are its own. */
static void name_location(apr_pool_t *p, ap_conf_vector_t *section,
                          const char *server)
{
    const core_dir_config *core = ap_get_core_module_config(section);
    const settings_t *settings = ap_get_module_config(section, &rproxy_module);
    route_names_t *n;

    if (!settings || !settings->location_route) {
        return;
    }
    n = &names[settings->location_route->id];
    if (!*n->path) {
        n->path = apr_pstrcat(p, "~ ", core->d, NULL);
    }
    if (!*n->server) {
        n->server = server;
    }
}

static void name_locations(apr_pool_t *p, const server_rec *s,
                           const char *server)
{
    const core_server_config *core =
        ap_get_core_module_config(s->module_config);
    int i;

    for (i = 0; i < core->sec_url->nelts; i++) {
        name_location(p, APR_ARRAY_IDX(core->sec_url, i, ap_conf_vector_t *),
                      server);
    }
}

apr_status_t status_collect_configure(apr_pool_t *pconf, server_rec *main,
                                      const shared_t *shared)
{
    const apr_array_header_t *routes = rproxy_global->route_list;
    server_rec *s;
    int i;

    names =
        apr_pcalloc(pconf, sizeof(*names) * (apr_size_t)(routes->nelts + 1));
    for (i = 0; i < routes->nelts; i++) {
        name_route(pconf, APR_ARRAY_IDX(routes, i, route_t *));
    }
    for (s = main; s; s = s->next) {
        const server_conf_t *conf = rproxy_server_conf(s);
        const char *server = server_name(pconf, s);

        name_servers(conf->routes, server);
        name_servers(conf->matches, server);
        name_locations(pconf, s, server);
    }
    started_s = apr_time_sec(apr_time_now());
    return status_slots_create(&slots, shared, pconf);
}

void status_collect_child_init(void)
{
    status_slots_claimed(slots);
}

static int count_members(const upstream_t *upstream)
{
    int i, count = 0, n = upstream_numbers(upstream);

    for (i = 0; i < n; i++) {
        count += upstream_member(upstream, i) != NULL;
    }
    return count;
}

int status_collect_is_large(void)
{
    const apr_array_header_t *list = rproxy_global->upstream_list;
    int i, rows = slots->shared->routes;

    for (i = 0; i < list->nelts; i++) {
        rows += count_members(APR_ARRAY_IDX(list, i, upstream_t *));
    }
    return rows > LARGE_ROWS;
}

const char *status_route_name(int route_id)
{
    return names[route_id].path;
}

/* ---- counters ---- */

/* The metrics are aligned for shared memory, pools align to 8 bytes. */
static void *rows_alloc(apr_pool_t *pool, size_t size, int count)
{
    char *p = apr_pcalloc(pool, size * (apr_size_t)count + 64);

    return p + (64 - (uintptr_t)p % 64) % 64;
}

/* That the client left, or sent a bad body, is nobody's failure here. */
static void count_outcomes(status_route_t *row)
{
    const uint64_t *outcomes = row->sum.outcomes;
    int i;

    for (i = 0; i < OUTCOME_COUNT; i++) {
        row->requests += outcomes[i];
    }
    row->failed = row->requests - outcomes[OUTCOME_OK]
                  - outcomes[OUTCOME_CLIENT_GONE]
                  - outcomes[OUTCOME_BAD_REQUEST];
}

static void add_to_total(metrics_route_t *total, const metrics_route_t *m)
{
    int i;

    for (i = 0; i < OUTCOME_COUNT; i++) {
        total->outcomes[i] += m->outcomes[i];
    }
    for (i = 1; i <= 5; i++) {
        total->status_class[i] += m->status_class[i];
    }
    total->bytes_in += m->bytes_in;
    total->bytes_out += m->bytes_out;
    total->retries += m->retries;
    total->active += m->active;
    histogram_merge(&total->total, &m->total);
}

static void collect_route(status_view_t *view, const route_t *route)
{
    status_route_t *row = &view->routes[route->id];

    status_sum_route(slots, route->id, &row->sum);
    count_outcomes(row);
    row->id = route->id;
    row->server = names[route->id].server;
    row->path = names[route->id].path;
    row->defined_at = route->defined_at;
    row->upstreams = names[route->id].upstreams;
    add_to_total(&view->total, &row->sum);
    view->requests += row->requests;
    view->failed += row->failed;
}

static void collect_member(status_view_t *view, status_upstream_t *upstream,
                           const member_t *member, apr_time_t now)
{
    status_member_t *row = &upstream->members[upstream->member_count++];
    const member_shared_t *shared = member->shared;
    apr_time_t paused_until = METRIC_READ(shared->paused_until);

    status_sum_member(slots, member->id, &row->sum);
    row->url = member->url;
    row->number = member->number;
    row->connections = METRIC_READ(shared->connections);
    row->max_connections = member->max_connections;
    row->failures_in_row = METRIC_READ(shared->failures);
    row->paused = paused_until > now;
    row->paused_us = row->paused ? paused_until - now : 0;
    upstream->attempts += row->sum.attempts;
    histogram_merge(&view->connect, &row->sum.connect);
    histogram_merge(&view->first_byte, &row->sum.first_byte);
    view->connections += row->connections;
    view->connections_idle += row->sum.idle;
}

static void collect_upstream(status_view_t *view, const upstream_t *upstream,
                             apr_pool_t *pool, apr_time_t now)
{
    status_upstream_t *row = &view->upstreams[upstream->id];
    int i, n = upstream_numbers(upstream), count = count_members(upstream);

    row->name = upstream->name;
    row->defined_at = upstream->defined_at;
    row->retries = METRIC_READ(upstream->shared->retries);
    row->retry_credit = METRIC_READ(upstream->shared->retry_credit);
    row->members = rows_alloc(pool, sizeof(status_member_t), count);
    for (i = 0; i < n && row->member_count < count; i++) {
        const member_t *member = upstream_member(upstream, i);

        if (member) {
            collect_member(view, row, member, now);
        }
    }
}

status_view_t *status_collect(apr_pool_t *pool)
{
    const apr_array_header_t *routes = rproxy_global->route_list;
    const apr_array_header_t *upstreams = rproxy_global->upstream_list;
    status_view_t *view = rows_alloc(pool, sizeof(*view), 1);
    apr_time_t now = clock_now();
    int i;

    view->server = ap_get_server_banner();
    view->now_s = apr_time_sec(apr_time_now());
    view->started_s = started_s;
    view->child_count = status_slots_held(slots);
    status_sum_child(slots, &view->children);
    view->route_count = routes->nelts;
    view->routes = rows_alloc(pool, sizeof(status_route_t), routes->nelts);
    for (i = 0; i < routes->nelts; i++) {
        collect_route(view, APR_ARRAY_IDX(routes, i, route_t *));
    }
    view->upstream_count = upstreams->nelts;
    view->upstreams =
        rows_alloc(pool, sizeof(status_upstream_t), upstreams->nelts);
    for (i = 0; i < upstreams->nelts; i++) {
        collect_upstream(view, APR_ARRAY_IDX(upstreams, i, upstream_t *), pool,
                         now);
    }
    return view;
}

static void rproxy_loop_lag(histogram_t *sum)
{
    metrics_child_t all;

    memset(sum, 0, sizeof(*sum));
    if (slots) {
        status_sum_child(slots, &all);
        *sum = all.loop_lag;
    }
}

void status_collect_offer(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_loop_lag);
}
