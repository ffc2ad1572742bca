/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_config.c: defaults, create and merge of the configuration structs,
 * and the way to them.  Layer L2.  The directives that fill them stand in
 * rproxy_directives.c. */
#include "rproxy_config.h"

#include <apr_strings.h>

#include "rproxy_private.h"

global_conf_t *rproxy_global;

/* clang-format off */
/* Every field of settings_t but forward[]: unset is -1 or NULL. */
#define SETTINGS_NUMBERS(X)                                                   \
    X(connect_timeout) X(send_timeout) X(first_byte_timeout)                  \
    X(between_timeout) X(total_timeout) X(preserve_host)                      \
    X(retry.tries) X(retry.on) X(retry.member) X(retry.replay_limit)          \
    X(rewrite)                                                                \
    X(hide_defaults) X(error_override) X(maintenance) X(retry_after_s)        \
    X(buffer_memory) X(buffer_file) X(client_abort_finish)                    \
    X(response_head_limit) X(response_field_limit)                            \
    X(response_trailer_limit) X(interim_limit) X(export_env)                  \
    X(location_excluded)

#define SETTINGS_POINTERS(X)                                                  \
    X(host_override) X(hide) X(maintenance_page) X(location_route) X(admin)     \
    X(mirror) X(status_admin)
/* clang-format on */

#define KIB ((apr_off_t)1024)
#define MIB (1024 * KIB)

const settings_t rproxy_default_settings = {
    .connect_timeout = apr_time_from_sec(5),
    .send_timeout = apr_time_from_sec(60),
    .first_byte_timeout = apr_time_from_sec(60),
    .between_timeout = apr_time_from_sec(60),
    .total_timeout = 0,
    .preserve_host = 0,
    .host_override = NULL,
    .forward = {
#define X(id, name, preset) [id] = preset,
        FORWARD_FIELDS(X)
#undef X
    },
    .retry = { .tries = 3,
               .on = 1 << FAILED_CONNECT | 1 << FAILED_RESET,
               .member = RETRY_ANY,
               .replay_limit = 64 * KIB },
    .rewrite = 1,
    .hide = NULL,
    .hide_defaults = 1,
    .error_override = 0,
    .maintenance = 0,
    .maintenance_page = NULL,
    .retry_after_s = 30,
    .buffer_memory = 0,
    .buffer_file = 1024 * MIB,
    .client_abort_finish = 0,
    .response_head_limit = 64 * KIB,
    .response_field_limit = 200,
    .response_trailer_limit = 16 * KIB,
    .interim_limit = 16,
    .export_env = 0,
    .location_route = NULL,
    .location_excluded = 0,
};

void *rproxy_settings_create(apr_pool_t *p, char *dir)
{
    settings_t *s = apr_pcalloc(p, sizeof(*s));

    (void)dir;
#define X(field) s->field = -1;
    SETTINGS_NUMBERS(X)
#undef X
    memset(s->forward, -1, sizeof(s->forward));
    return s;
}

void *rproxy_settings_merge(apr_pool_t *p, void *base_, void *add_)
{
    const settings_t *base = base_;
    const settings_t *add = add_;
    settings_t *s = apr_pmemdup(p, add, sizeof(*s));
    int i;

#define MERGE(field)            \
    if (add->field == -1) {     \
        s->field = base->field; \
    }
    SETTINGS_NUMBERS(MERGE)
    for (i = 0; i < FORWARD_FIELD_COUNT; i++) {
        MERGE(forward[i])
    }
#undef MERGE
#define MERGE(field)            \
    if (!add->field) {          \
        s->field = base->field; \
    }
    SETTINGS_POINTERS(MERGE)
#undef MERGE
    if (add->preserve_host != -1) {
        s->host_override = add->host_override; /* one directive sets both */
    }
    if (add->retry.on == -1) {
        s->retry.statuses = base->retry.statuses; /* likewise */
    }
    return s;
}

#define SEND_RATE_DEFAULT 500
#define SEND_GRACE_DEFAULT apr_time_from_sec(60)

void *rproxy_server_create(apr_pool_t *p, server_rec *s)
{
    server_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->server = s;
    conf->event_loop = -1;
    conf->send_rate = s->is_virtual ? -1 : SEND_RATE_DEFAULT;
    conf->send_grace = SEND_GRACE_DEFAULT;
    conf->routes = apr_array_make(p, 4, sizeof(route_t *));
    conf->matches = apr_array_make(p, 1, sizeof(route_t *));
    return conf;
}

void *rproxy_server_merge(apr_pool_t *p, void *base_, void *add_)
{
    const server_conf_t *base = base_;
    const server_conf_t *add = add_;
    server_conf_t *conf = apr_pmemdup(p, add, sizeof(*conf));

    conf->base = base;
    if (add->event_loop == -1) {
        conf->event_loop = base->event_loop;
    }
    if (add->send_rate == -1) {
        conf->send_rate = base->send_rate;
        conf->send_grace = base->send_grace;
    }
    if (!add->trusted) {
        conf->trusted = base->trusted;
    }
    conf->has_location_routes |= base->has_location_routes;
    conf->has_routes |= base->has_routes;
    return conf;
}

void rproxy_global_create(apr_pool_t *p)
{
    global_conf_t *g = apr_pcalloc(p, sizeof(*g));

    g->upstreams = apr_hash_make(p);
    g->upstream_list = apr_array_make(p, 8, sizeof(upstream_t *));
    g->member_list = apr_array_make(p, 8, sizeof(member_t *));
    g->route_list = apr_array_make(p, 8, sizeof(route_t *));
    g->mirrors = apr_array_make(p, 4, sizeof(struct mirror_conf_t *));
    g->named = apr_array_make(p, 4, sizeof(upstream_name_t));
    g->mirror_requests = 64;
    g->mirror_memory = 16 * MIB;
    g->resolve_interval = apr_time_from_sec(30);
    g->retry_budget_percent = 20;
    rproxy_global = g;
}

server_conf_t *rproxy_server_conf(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &rproxy_module);
}

const settings_t *rproxy_settings(const request_rec *r)
{
    return ap_get_module_config(r->per_dir_config, &rproxy_module);
}
