/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_rproxy_guard.c: the module record and the server's life.  Layer L2. */
#include "guard_private.h"

#include <dlfcn.h>

#include <http_core.h>
#include <http_main.h>
#include <http_request.h>
#include <mpm_common.h>

#include "admin/guard_verbs.h"
#include "attack/attack.h"
#include "audit/audit_log.h"
#include "bans/ban_state.h"
#include "challenge/challenge.h"
#include "config/geo_directives.h"
#include "config/guard_config.h"
#include "credentials/credentials.h"
#include "credentials/forward_auth.h"
#include "credentials/usage_state.h"
#include "engine/periodic.h"
#include "fleet/fleet.h"
#include "floods/connections.h"
#include "floods/resets.h"
#include "geo/geo_base.h"
#include "guard_check.h"
#include "guard_delay.h"
#include "guard_act.h"
#include "guard_client.h"
#include "guard_inner.h"
#include "guard_lists.h"
#include "guard_page.h"
#include "guard_request.h"
#include "guard_slowed.h"
#include "guard_expression.h"
#include "limits/bandwidth.h"
#include "limits/hold.h"
#include "shared/child_slots.h"
#include "state/guard_state.h"
#include "seen/seen.h"
#include "login/login_request.h"
#include "status/guard_report.h"
#include "waf/seen/waf_seen.h"
#include "waf/waf_open.h"
#include "waf/request/waf_request.h"

#define LOOK_INTERVAL apr_time_from_sec(1)

static apr_pool_t *look_pool; /* of the thread that looks at files */

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    guard_config_create(pconf);
    child_slots_forget();
    credentials_create(pconf);
    guard_state_forget();
    geo_base_forget();
    return OK;
}

/* ---- files ---- */

static void look_at_files(void *unused)
{
    guard_ban_tidy();
    geo_directives_look(ap_server_conf, look_pool);
    ban_state_save(ap_server_conf, look_pool);
    bots_look(look_pool);
    guard_lists_look(look_pool);
    credentials_look_at_files(look_pool);
    usage_state_save(ap_server_conf, look_pool);
    apr_pool_clear(look_pool);
    child_slots_reclaim();
    attack_tick();
}

/* ---- the server's life ---- */

static apr_status_t open_limits(server_rec *s, apr_pool_t *ptemp)
{
    const apr_array_header_t *limits =
        apr_array_append(ptemp, guard_global->limits,
                         login_rule_accounts(ptemp));
    int i, n = limits->nelts;
    limit_place_t **places = apr_palloc(ptemp, sizeof(*places) * (size_t)n);

    for (i = 0; i < n; i++) {
        places[i] = &APR_ARRAY_IDX(limits, i, guard_limit_t *)->place;
    }
    return limit_memory_open(places, n, s->process->pool);
}

/* "httpd -t" ends before post_config. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    credentials_check_files(s);
    return fleet_check(s) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    apr_status_t rv;

    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (!geo_directives_load(s, ptemp) || !child_slots_open(s)
        || !guard_lists_open(s, pconf, ptemp) || !waf_open(s, pconf, ptemp)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    guard_state_open(s, pconf);
    if (credentials_open(s, ptemp) != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    usage_state_open(s, pconf, ptemp);
    guard_delay_open();
    guard_page_open(pconf);
    if (!guard_client_open(s)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    bandwidth_open();
    guard_global->secret = limit_memory_secret();
    if (!guard_ban_open(s, &guard_global->bans, guard_global->secret)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    ban_state_open(s, pconf, ptemp);
    if (!seen_open(s) || !waf_seen_open(s)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    rv = open_limits(s, ptemp);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     RPLOGNO(4014) "no shared memory for limits");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!connections_open(s) || !attack_open(s) || !hold_open(s)
        || !fleet_open(s)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return login_rule_open(s) && challenge_open(s, ptemp) && bots_open(s, ptemp)
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv;

    child_slots_claim(s, pchild);
    reload_orders_start();
    bots_start(s, pchild);
    fleet_start(s, pchild);
    apr_pool_create(&look_pool, pchild);
    rv = periodic_start(look_at_files, NULL, LOOK_INTERVAL, pchild);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     RPLOGNO(4015) "no thread that looks at files of lists: "
                                   "changes are not seen");
    }
}

/* ---- requests ---- */

static const guard_settings_t *settings_of_host(const request_rec *r)
{
    return guard_settings_of(r->server->lookup_defaults);
}

static int is_of_cache(const request_rec *r)
{
    return apr_table_get(r->connection->notes, RPROXY_NOTE_BACKGROUND) != NULL;
}

/* One that httpd makes of another? */
static int is_inner(const request_rec *r)
{
    return r->main || r->prev;
}

/* Not one that httpd makes of it, or the cache afterwards. */
static int is_of_client(const request_rec *r)
{
    return !is_inner(r) && !is_of_cache(r);
}

/* Is it the page that an error has? */
static int is_of_error(const request_rec *r)
{
    return r->prev && r->prev->status != HTTP_OK;
}

static int is_on(const guard_settings_t *settings)
{
    return settings->mode >= GUARD_DETECT;
}

static int check_client(request_rec *r, const guard_settings_t *settings)
{
    int answered = challenge_begin(r);

    if (answered == DECLINED && is_on(settings)) {
        guard_verdict_t verdict = guard_check_head(r, settings);

        answered = verdict.status ? guard_act(r, &verdict) : DECLINED;
    }
    return answered;
}

/* Before anything is served, from the cache too.  (A refusal from
 * post_read_request, a moment before, would close the connection.)  What the
 * cache fetches afterwards has no client to check, but a response that rules
 * are to see before others get it. */
static int quick_handler(request_rec *r, int lookup)
{
    const guard_settings_t *settings = settings_of_host(r);
    int answered = DECLINED;

    if (lookup || is_inner(r)) {
        return DECLINED;
    }
    if (!is_of_cache(r)) {
        answered = check_client(r, settings);
    }
    return answered == DECLINED ? waf_request_begin_early(r, settings)
                                : answered;
}

static int check_sections(request_rec *r, const guard_settings_t *settings)
{
    guard_verdict_t verdict;

    if (!is_on(settings) || settings == settings_of_host(r)) {
        return DECLINED;
    }
    if (is_of_client(r)) {
        guard_request_of(r)->checked = settings;
    }
    verdict = is_of_client(r)
                  ? guard_check_sections(r, settings_of_host(r), settings)
                  : guard_check_inner(r, settings_of_host(r), settings);
    return verdict.status ? guard_act(r, &verdict) : DECLINED;
}

/* What <Location> and the like add. */
static int access_checker(request_rec *r)
{
    const guard_settings_t *settings = guard_settings_of(r->per_dir_config);
    int answered = DECLINED;

    if (is_of_error(r)) {
        return DECLINED;
    }
    if (!is_of_cache(r)) {
        answered = check_sections(r, settings);
    }
    return answered == DECLINED && !is_inner(r) ? waf_request_begin(r, settings)
                                                : answered;
}

static int fixups(request_rec *r)
{
    const guard_settings_t *settings = guard_settings_of(r->per_dir_config);
    guard_verdict_t verdict;
    int insists;

    if (is_inner(r)) {
        return DECLINED;
    }
    insists = waf_request_insist(r);
    if (insists != DECLINED || is_of_cache(r) || !is_on(settings)) {
        return insists;
    }
    verdict = guard_check_late(r, settings);
    return verdict.status ? guard_act(r, &verdict) : DECLINED;
}

/* httpd unloads modules at a restart and loads them again, perhaps elsewhere;
 * what is kept from one configuration to the next must find its functions. */
static void stay_loaded(void)
{
    Dl_info self;

    if (dladdr(&look_pool, &self)) {
        dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE | RTLD_NOLOAD);
    }
}

static void register_hooks(apr_pool_t *pool)
{
    static const char *const behind[] = { "mod_rproxy_cache.c", "mod_cache.c",
                                          NULL };

    stay_loaded();
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_quick_handler(quick_handler, NULL, behind, APR_HOOK_FIRST);
    ap_hook_access_checker(access_checker, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_fixups(fixups, NULL, NULL, APR_HOOK_REALLY_FIRST);
    attack_register(pool);
    connections_register(pool);
    resets_register(pool);
    audit_log_register();
    credentials_register();
    forward_auth_register();
    guard_inner_register();
    guard_delay_register();
    waf_request_register(pool);
    login_body_register(pool);
    login_answer_register(pool);
    bandwidth_register();
    guard_slowed_register();
    guard_report_register(pool);
    guard_verbs_register(pool);
    guard_expression_register();
    guard_client_register();
    waf_open_register();
}

module __attribute__((visibility("default")))
rproxy_guard_module = { STANDARD20_MODULE_STUFF,
                        guard_settings_create,
                        guard_settings_merge,
                        NULL,
                        NULL,
                        guard_directives,
                        register_hooks
#if defined(AP_MODULE_FLAG_NONE)
                        ,
                        AP_MODULE_FLAG_NONE
#endif
};
