/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_warn.c: unreachable routes, unused and empty upstreams.  Layer L2. */
#include "config_warn.h"

#include <apr_strings.h>

#include "../rproxy_private.h"
#include "config_finish.h"

static void warn_hidden(const server_conf_t *conf, const route_t *route,
                        const char *what, const route_t *by)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, conf->server,
                 RPLOGNO(1103) "the route of %s at %s is never reached: the "
                               "one at %s has the same %s and no condition; "
                               "expected that one to have a condition, or one "
                               "of them to go",
                 what, route->defined_at, by->defined_at,
                 route->regex ? "pattern" : "path");
}

static void warn_hidden_paths(apr_pool_t *ptemp, const server_conf_t *conf)
{
    route_entry_t *entries = config_finish_entries(ptemp, conf->routes);
    size_t i, count = (size_t)conf->routes->nelts;
    uint32_t *hidden_by = apr_palloc(ptemp, sizeof(*hidden_by) * (count + 1));
    route_memory_t scratch = { config_finish_alloc, ptemp };

    if (route_table_hidden(entries, count, scratch, hidden_by)
        != ROUTE_BUILD_OK) {
        return;
    }
    for (i = 0; i < count; i++) {
        if (hidden_by[i] != ROUTE_NOT_HIDDEN) {
            const route_t *route = entries[i].route;

            warn_hidden(conf, route, route->path, entries[hidden_by[i]].route);
        }
    }
}

static void warn_hidden_patterns(apr_pool_t *ptemp, const server_conf_t *conf)
{
    apr_hash_t *seen = apr_hash_make(ptemp);
    int i;

    for (i = 0; i < conf->matches->nelts; i++) {
        route_t *route = APR_ARRAY_IDX(conf->matches, i, route_t *);
        const route_t *by =
            apr_hash_get(seen, route->pattern, APR_HASH_KEY_STRING);

        if (by) {
            warn_hidden(conf, route, route->pattern, by);
        }
        else if (!config_finish_is_conditional(route)) {
            apr_hash_set(seen, route->pattern, APR_HASH_KEY_STRING, route);
        }
    }
}

static void warn_upstream(const upstream_t *upstream, int is_used)
{
    if (upstream->members->nelts == 0 && !upstream->is_discovered) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, NULL,
                     RPLOGNO(1104) "<RProxyUpstream %s> at %s has no members: "
                                   "requests to it are answered with 503; "
                                   "expected RProxyMember URL",
                     upstream->name, upstream->defined_at);
    }
    if (!is_used) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, NULL,
                     RPLOGNO(1105) "<RProxyUpstream %s> at %s is not used: "
                                   "expected RProxyPass with '%s' for its "
                                   "target",
                     upstream->name, upstream->defined_at, upstream->name);
    }
}

static void warn_upstreams(apr_pool_t *ptemp)
{
    const apr_array_header_t *upstreams = rproxy_global->upstream_list;
    const apr_array_header_t *routes = rproxy_global->route_list;
    char *is_used = apr_pcalloc(ptemp, (apr_size_t)upstreams->nelts + 1);
    int i, j;

    for (i = 0; i < routes->nelts; i++) {
        const route_t *route = APR_ARRAY_IDX(routes, i, route_t *);

        for (j = 0; j < route->targets->nelts; j++) {
            is_used[APR_ARRAY_IDX(route->targets, j, route_target_t)
                        .upstream->id] = 1;
        }
    }
    for (i = 0; i < rproxy_global->named->nelts; i++) {
        const upstream_t *named =
            apr_hash_get(rproxy_global->upstreams,
                         APR_ARRAY_IDX(rproxy_global->named, i, upstream_name_t)
                             .name,
                         APR_HASH_KEY_STRING);

        is_used[named->id] = 1;
    }
    for (i = 0; i < upstreams->nelts; i++) {
        warn_upstream(APR_ARRAY_IDX(upstreams, i, upstream_t *), is_used[i]);
    }
}

void config_warn_all(apr_pool_t *ptemp, server_rec *main)
{
    server_rec *s;

    for (s = main; s; s = s->next) {
        const server_conf_t *conf = rproxy_server_conf(s);

        warn_hidden_paths(ptemp, conf);
        warn_hidden_patterns(ptemp, conf);
    }
    warn_upstreams(ptemp);
}
