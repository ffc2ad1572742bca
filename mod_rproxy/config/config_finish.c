/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_finish.c: what can be done only when all directives are read: names
 * of upstreams, route tables, addresses.  Layer L2.  What does not fit
 * together is an error here; what merely looks wrong is told by
 * config_warn.c. */
#include "config_finish.h"

#include <http_core.h>
#include <apr_file_info.h>
#include <apr_strings.h>

#include "../routing/siphash.h"
#include "../rproxy_private.h"
#include "config_option.h"
#include "config_warn.h"

static const siphash_key_t split_name_key = { 0x7270726f78792d73,
                                              0x706c69742d6e616d };

/* The names of all containers, for a suggestion. */
static const char *const *container_names(apr_pool_t *pool)
{
    const apr_array_header_t *list = rproxy_global->upstream_list;
    apr_array_header_t *names =
        apr_array_make(pool, list->nelts + 1, sizeof(char *));
    int i;

    for (i = 0; i < list->nelts; i++) {
        const upstream_t *u = APR_ARRAY_IDX(list, i, upstream_t *);

        if (!strchr(u->name, ':')) {
            APR_ARRAY_PUSH(names, const char *) = u->name;
        }
    }
    APR_ARRAY_PUSH(names, const char *) = NULL;
    return (const char *const *)names->elts;
}

/* @return 0: there is none of that name, which was logged */
static upstream_t *find_upstream(apr_pool_t *ptemp, const char *name,
                                 const char *directive, const char *where)
{
    upstream_t *upstream =
        apr_hash_get(rproxy_global->upstreams, name, APR_HASH_KEY_STRING);
    const char *nearest;

    if (!upstream) {
        nearest = config_option_nearest(container_names(ptemp), name);
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, NULL,
                     RPLOGNO(1100) "%s at %s: no upstream is named '%s'%s%s%s; "
                                   "expected a URL or the name of an "
                                   "<RProxyUpstream>",
                     directive, where, name, nearest ? ", did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'" : "");
    }
    return upstream;
}

/* @return 1, or 0 after a logged error */
static int link_target(apr_pool_t *ptemp, const route_t *route,
                       route_target_t *target)
{
    if (!target->upstream) {
        target->upstream =
            find_upstream(ptemp, target->name,
                          route->regex ? "RProxyPassMatch" : "RProxyPass",
                          route->defined_at);
    }
    return target->upstream != NULL;
}

/* Of the directives that are no routes. */
static int find_named(apr_pool_t *ptemp)
{
    int i, good = 1;

    for (i = 0; i < rproxy_global->named->nelts; i++) {
        const upstream_name_t *named =
            &APR_ARRAY_IDX(rproxy_global->named, i, upstream_name_t);

        good &=
            find_upstream(ptemp, named->name, named->directive, named->where)
            != NULL;
    }
    return good;
}

static const char *without_last_slash(apr_pool_t *p, const char *path)
{
    apr_size_t len = strlen(path);

    return apr_pstrmemdup(p, path, len && path[len - 1] == '/' ? len - 1 : len);
}

/* What a public path and a path of the origin begin with: the one is put for
 * the other when a response names its own place. */
static void set_prefixes(apr_pool_t *p, const route_t *route,
                         route_target_t *target)
{
    target->public_prefix = target->upstream_prefix = "";
    if (!route->regex) {
        target->upstream_prefix = without_last_slash(p, target->path);
    }
    if (route->path && route->prefix != PREFIX_KEEP) {
        target->public_prefix = without_last_slash(p, route->path);
    }
}

static void set_split(apr_pool_t *p, route_t *route)
{
    int i;

    route->split = apr_pcalloc(p, sizeof(*route->split)
                                      * (apr_size_t)route->targets->nelts);
    for (i = 0; i < route->targets->nelts; i++) {
        const route_target_t *t =
            &APR_ARRAY_IDX(route->targets, i, route_target_t);
        const char *name = apr_pstrcat(p, t->name, " ", t->path, NULL);

        route->split[i].id = siphash(split_name_key, slice_str(name));
        route->split[i].weight = (uint32_t)t->weight;
    }
}

static int finish_routes(apr_pool_t *p, apr_pool_t *ptemp)
{
    const apr_array_header_t *list = rproxy_global->route_list;
    int i, j, good = 1;

    for (i = 0; i < list->nelts; i++) {
        route_t *route = APR_ARRAY_IDX(list, i, route_t *);

        for (j = 0; j < route->targets->nelts; j++) {
            route_target_t *target =
                &APR_ARRAY_IDX(route->targets, j, route_target_t);

            good &= link_target(ptemp, route, target);
            set_prefixes(p, route, target);
        }
        if (route->targets->nelts > 1) {
            set_split(p, route);
        }
    }
    return good;
}

static void finish_upstreams(void)
{
    const apr_array_header_t *list = rproxy_global->upstream_list;
    int i;

    for (i = 0; i < list->nelts; i++) {
        upstream_t *u = APR_ARRAY_IDX(list, i, upstream_t *);

        if (u->retry_budget_percent < 0) {
            u->retry_budget_percent = rproxy_global->retry_budget_percent;
        }
    }
}

void *config_finish_alloc(void *ctx, size_t size)
{
    return apr_palloc(ctx, size);
}

int config_finish_is_conditional(const route_t *route)
{
    return route->conditions->nelts > 0 || route->expr != NULL;
}

route_entry_t *config_finish_entries(apr_pool_t *pool,
                                     const apr_array_header_t *routes)
{
    route_entry_t *entries =
        apr_pcalloc(pool, sizeof(*entries) * (apr_size_t)(routes->nelts + 1));
    int i;

    for (i = 0; i < routes->nelts; i++) {
        route_t *route = APR_ARRAY_IDX(routes, i, route_t *);

        entries[i].path = slice_str(route->path);
        entries[i].kind = route->exact ? ROUTE_EXACT : ROUTE_PREFIX;
        entries[i].conditional = config_finish_is_conditional(route);
        entries[i].route = route;
    }
    return entries;
}

static int build_table(apr_pool_t *p, apr_pool_t *ptemp, server_conf_t *conf)
{
    route_memory_t keep = { config_finish_alloc, p };
    route_memory_t scratch = { config_finish_alloc, ptemp };
    route_build_e built =
        route_table_build(config_finish_entries(ptemp, conf->routes),
                          (size_t)conf->routes->nelts, keep, scratch,
                          &conf->table);

    if (built == ROUTE_BUILD_OK) {
        return 1;
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, conf->server,
                 RPLOGNO(1101) "the routes of this virtual host make no table: "
                               "expected paths below %u bytes and fewer than "
                               "%u routes",
                 ROUTE_PATH_MAX, ROUTE_ENTRIES_MAX);
    return 0;
}

static int build_tables(apr_pool_t *p, apr_pool_t *ptemp, server_rec *main)
{
    int good = 1;
    server_rec *s;

    for (s = main; s && good; s = s->next) {
        apr_pool_t *scratch;

        apr_pool_create(&scratch, ptemp);
        good = build_table(p, scratch, rproxy_server_conf(s));
        apr_pool_destroy(scratch);
    }
    return good;
}

/* A name without an address is no reason not to start. */
static void resolve_members(apr_pool_t *p)
{
    const apr_array_header_t *list = rproxy_global->member_list;
    int i;

    for (i = 0; i < list->nelts; i++) {
        member_t *member = APR_ARRAY_IDX(list, i, member_t *);
        apr_status_t rv = member_resolve(member, p);

        if (rv != APR_SUCCESS) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, rv, NULL,
                         RPLOGNO(1106) "'%s' at %s: the name %s has no "
                                       "address; requests to it fail until it "
                                       "has one",
                         member->url, member->upstream->defined_at,
                         member->host);
        }
    }
}

/* httpd reads its configuration twice when it starts; what is slow or merely
 * said is left to the second time. */
static int is_first_pass(void)
{
    return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_NORMAL
           && ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG;
}

int rproxy_config_finish(apr_pool_t *p, apr_pool_t *ptemp, server_rec *main)
{
    if (!finish_routes(p, ptemp) || !find_named(ptemp)
        || !build_tables(p, ptemp, main)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    finish_upstreams();
    if (!rproxy_global->temp_dir
        && apr_temp_dir_get(&rproxy_global->temp_dir, p) != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, NULL,
                     RPLOGNO(1102) "no directory for temporary files: expected "
                                   "RProxyTempDir with one");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!is_first_pass()) {
        resolve_members(p);
        config_warn_all(ptemp, main);
    }
    return OK;
}
