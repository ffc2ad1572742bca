/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_rproxy.c: the module record and the server's life.  Layer L2. */
#include "rproxy_private.h"

#include <unistd.h>

#include <ap_mpm.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <mpm_common.h>

#include "admin/admin.h"
#include "client/acceptor.h"
#include "client/blocking.h"
#include "client/client.h"
#include "client/loop.h"
#include "client/read_timeout.h"
#include "client/renegotiation.h"
#include "engine/resolver.h"
#include "engine/upstream_places.h"
#include "mirror/mirror.h"
#include "mirror/mirror_report.h"
#include "rproxy_ask.h"
#include "rproxy_balance.h"
#include "rproxy_canary.h"
#include "rproxy_config.h"
#include "rproxy_handler.h"
#include "rproxy_offer.h"
#include "rproxy_pause.h"
#include "status/status.h"
#include "status/status_collect.h"

static shared_t *shared;

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    rproxy_global_create(pconf);
    return OK;
}

/* Twice the limit: children that stop overlap with those that follow. */
/* "httpd -t" ends before post_config. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    (void)plog;
    return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST
               ? rproxy_config_finish(pconf, ptemp, s)
               : OK;
}

static int children_max(void)
{
    int n = 0;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &n);
    return n > 0 ? 2 * n : 2;
}

/* @return how many there are, places for more included */
static int number_members(apr_pool_t *pconf)
{
    int i, k, id = 0;

    for (i = 0; i < rproxy_global->upstream_list->nelts; i++) {
        upstream_t *u =
            APR_ARRAY_IDX(rproxy_global->upstream_list, i, upstream_t *);

        if (u->balancer) {
            upstream_places_open(u, id, pconf);
        }
        for (k = 0; !u->balancer && k < u->members->nelts; k++) {
            APR_ARRAY_IDX(u->members, k, member_t *)->id = id + k;
        }
        id += upstream_numbers(u);
    }
    return id;
}

static void join_members(const upstream_t *u)
{
    int i, n = upstream_numbers(u);

    for (i = 0; i < n; i++) {
        member_t *m = upstream_member(u, i);

        if (m) {
            m->shared = &shared->member[m->id];
            m->shared->generation = m->generation;
        }
    }
}

static void join_shared(void)
{
    int i;

    for (i = 0; i < rproxy_global->upstream_list->nelts; i++) {
        upstream_t *u =
            APR_ARRAY_IDX(rproxy_global->upstream_list, i, upstream_t *);

        u->shared = &shared->upstream[i];
        join_members(u);
    }
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    apr_status_t rv;
    int status;

    (void)plog;
    status = rproxy_config_finish(pconf, ptemp, s);
    if (status != OK) {
        return status;
    }
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (rproxy_balance_configure(pconf, s) != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    rv = shared_create(&shared, children_max(),
                       rproxy_global->upstream_list->nelts,
                       number_members(pconf), rproxy_global->route_list->nelts,
                       pconf);
    if (rv == APR_SUCCESS) {
        rv = status_configure(pconf, s, shared);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     RPLOGNO(1001) "no shared memory for the upstreams");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    join_shared();
    if (rproxy_canary_configure(pconf, s) != APR_SUCCESS
        || mirror_configure(s) != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    read_timeout_configure(pconf, s);
    renegotiation_configure(pconf);
    acceptor_configure(pconf, s);
    blocking_configure(ptemp, s);
    return OK;
}

/* Half the cores: as a rule two children or more share them. */
static int loop_threads(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long loops =
        rproxy_global->loop_threads ? rproxy_global->loop_threads : cores / 2;

    return loops < 1 ? 1 : loops > 64 ? 64 : (int)loops;
}

static int has_clients(server_rec *s)
{
    for (; s; s = s->next) {
        const server_conf_t *conf = rproxy_server_conf(s);

        if (conf->has_routes || conf->uses_loop) {
            return 1;
        }
    }
    return 0;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    if (shared_child_claim(shared, pchild) != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(1002) "more children than ServerLimit");
        return;
    }
    proxied_child_init(pchild, shared);
    mirror_child_init(pchild, shared);
    rproxy_ask_child_init(pchild, shared);
    if (has_clients(s) || rproxy_global->is_asked) {
        resolver_start(rproxy_global->upstream_list, shared,
                       rproxy_global->resolve_interval, pchild);
    }
    if (has_clients(s)) {
        client_child_init(pchild, s, shared, loop_threads());
    }
}

static void child_stopping(apr_pool_t *pchild, int graceful)
{
    (void)pchild;
    loops_stopping(graceful);
}

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_LAST);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_stopping(child_stopping, NULL, NULL, APR_HOOK_MIDDLE);
    client_register_hooks(pool);
    proxied_register_hooks(pool);
    offer_register();
    pause_register();
    rproxy_ask_register();
    status_collect_offer();
    status_register_hooks(pool);
    admin_register_hooks(pool);
    mirror_report_register(pool);
}

module __attribute__((visibility("default")))
rproxy_module = { STANDARD20_MODULE_STUFF,
                  rproxy_settings_create,
                  rproxy_settings_merge,
                  rproxy_server_create,
                  rproxy_server_merge,
                  rproxy_directives,
                  register_hooks
#if defined(AP_MODULE_FLAG_NONE)
                  ,
                  AP_MODULE_FLAG_NONE
#endif
};
