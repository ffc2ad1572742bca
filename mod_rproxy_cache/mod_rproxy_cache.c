/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_rproxy_cache.c: the module record and the server's life.  Layer L2. */
#include "cache_private.h"

#include <dlfcn.h>

#include <ap_mpm.h>
#include <http_core.h>
#include <apr_strings.h>
#include <mpm_common.h>

#include "admin/cache_admin.h"
#include "serve/cache_background.h"
#include "config/cache_config.h"
#include "status/cache_counters.h"
#include "status/cache_refusals.h"
#include "status/cache_report.h"
#include "config/cache_htaccess.h"
#include "serve/cache_lookup.h"
#include "serve/cache_quick.h"
#include "purge/cache_methods.h"
#include "save/cache_save.h"
#include "config/cache_sections.h"
#include "serve/cache_strip.h"
#include "serve/cache_wait.h"
#include "engine/periodic.h"

#define TIDY_INTERVAL apr_time_from_sec(1)
#define PACK_THREADS 2
#define JOB_QUEUE 512
#define KEPT_STORE "rproxy-cache-store"
/* Changes with what our heads and tags mean. */
#define LAYOUT_SALT 1

cache_t cache;

static uint32_t tree_hash;

/* What lives from one configuration to the next. */
typedef struct {
    store_t *store;
    void *htaccess;
    apr_pool_t *pool;
    apr_off_t size, object_max;
    const char *file;
} kept_t;

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    (void)plog;
    (void)ptemp;
    cache_global_create(pconf);
    memset(&cache, 0, sizeof(cache));
    tree_hash = cache_sections_mark(pconf);
    return OK;
}

static void find_peers(void)
{
    cache_peers_t *p = &cache.peers;

    p->can_park = APR_RETRIEVE_OPTIONAL_FN(rproxy_can_park);
    p->park = APR_RETRIEVE_OPTIONAL_FN(rproxy_park);
    p->wake = APR_RETRIEVE_OPTIONAL_FN(rproxy_wake);
    p->output_full = APR_RETRIEVE_OPTIONAL_FN(rproxy_output_full);
    p->on_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_on_loop);
    p->finish_alone = APR_RETRIEVE_OPTIONAL_FN(rproxy_finish_alone);
    p->outcome = APR_RETRIEVE_OPTIONAL_FN(rproxy_outcome);
    p->use_loop = APR_RETRIEVE_OPTIONAL_FN(rproxy_use_loop);
    p->change_query = APR_RETRIEVE_OPTIONAL_FN(rproxy_change_query);
}

/* Hits are for the event loops, whatever else the virtual host serves. */
static void use_loops(server_rec *s)
{
    for (; s && cache.peers.use_loop; s = s->next) {
        if (CACHE_SETTING(cache_settings_of_server(s), enabled) == 1) {
            cache.peers.use_loop(s);
        }
    }
}

static int children_max(void)
{
    int n = 0;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &n);
    return n > 0 ? 2 * n : 2; /* those that stop, and those that follow */
}

static int same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static int is_same(const kept_t *kept)
{
    return kept->store && kept->size == cache_global->size
           && kept->object_max == cache_global->object_max
           && same_text(kept->file, cache_global->file);
}

/* The children of before go on with the old mapping until they end. */
static void close_store(kept_t *kept)
{
    if (kept && kept->pool) {
        apr_pool_destroy(kept->pool);
        kept->pool = NULL;
        kept->store = NULL;
    }
}

static apr_status_t open_store(kept_t *kept, process_rec *process,
                               server_rec *s)
{
    store_config_t config = { .size = (uint64_t)cache_global->size,
                              .path = cache_global->file,
                              .children = children_max(),
                              .object_max = (uint64_t)cache_global->object_max,
                              .layout_salt = LAYOUT_SALT };
    const char *note = NULL;
    apr_status_t rv;

    close_store(kept);
    apr_pool_create(&kept->pool, process->pool);
    rv = store_create(&kept->store, &config, &note, kept->pool);
    if (note) {
        ap_log_error(APLOG_MARK, rv == APR_SUCCESS ? APLOG_NOTICE : APLOG_ERR,
                     rv, s, RPLOGNO(2001) "RProxyCacheSize at %s: %s%s",
                     cache_global->where, note,
                     rv == APR_SUCCESS ? "" : "; there is no cache");
    }
    if (rv != APR_SUCCESS) {
        kept->store = NULL;
        return rv;
    }
    kept->size = cache_global->size;
    kept->object_max = cache_global->object_max;
    kept->file =
        cache_global->file ? apr_pstrdup(kept->pool, cache_global->file) : NULL;
    return APR_SUCCESS;
}

/* Children of before may be at work in the file: it stays as it is. */
static int keeps_file(const kept_t *kept, server_rec *s)
{
    if (!kept->store || !kept->file || !cache_global->file
        || strcmp(kept->file, cache_global->file) != 0) {
        return 0;
    }
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 RPLOGNO(2006) "RProxyCacheSize at %s: %s keeps its size and "
                               "RProxyCacheMaxObject until httpd is stopped "
                               "and started",
                 cache_global->where, kept->file);
    return 1;
}

static kept_t *kept_data(void)
{
    kept_t *kept = ap_retained_data_get(KEPT_STORE);

    if (!kept) {
        kept = ap_retained_data_create(KEPT_STORE, sizeof(*kept));
        if (cache_htaccess_create(&kept->htaccess) != APR_SUCCESS) {
            kept->htaccess = NULL;
        }
    }
    return kept;
}

static void warn_of_no_memory(server_rec *main)
{
    server_rec *s;

    for (s = main; s && !cache_global->size; s = s->next) {
        if (CACHE_SETTING(cache_settings_of_server(s), enabled) == 1) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                         RPLOGNO(2002) "RProxyCache On without a cache: set "
                                       "RProxyCacheSize, 256m for example, in "
                                       "the main server configuration");
            return;
        }
    }
}

/* "httpd -t" ends before post_config. */
static int check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                        server_rec *s)
{
    (void)pconf;
    (void)plog;
    (void)ptemp;
    if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST) {
        warn_of_no_memory(s);
    }
    return OK;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    const char *unknown = cache_sections_unknown_module(ptemp);
    int servers = cache_config_finish(pconf, s, tree_hash);
    kept_t *kept;

    (void)plog;
    find_peers();
    warn_of_no_memory(s);
    cache_sections_look_at_loggers();
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (!cache_global->size) {
        close_store(ap_retained_data_get(KEPT_STORE));
        return OK;
    }
    kept = kept_data();
    if (!is_same(kept) && !keeps_file(kept, s)
        && open_store(kept, s->process, s) != APR_SUCCESS) {
        return OK; /* everything else is served */
    }
    if (cache_counters_create(servers, pconf) != APR_SUCCESS
        || cache_refusals_create(s->process->pool) != APR_SUCCESS) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    cache.store = kept->store;
    store_keep_stale(cache.store, (uint32_t)cache_global->keep_stale_max_s);
    use_loops(s);
    cache_htaccess_use(kept->htaccess);
    if (unknown) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                     RPLOGNO(2003) "hits are served after all phases, not "
                                   "before: not known what %s asks of clients",
                     unknown);
    }
    cache_quick_configure(!unknown);
    return OK;
}

/* In every child; what is to be done once is settled in shared memory. */
static void tidy(void *unused)
{
    apr_time_t now = apr_time_now();

    (void)unused;
    store_tidy(cache.store, (uint32_t)apr_time_sec(now));
    cache_htaccess_look(now);
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    apr_status_t rv;

    if (!cache.store) {
        return;
    }
    ap_mpm_query(AP_MPMQ_IS_THREADED, &cache.threaded);
    cache_background_child_init();
    rv = store_child_claim(cache.store, pchild);
    if (rv == APR_SUCCESS) {
        rv = jobs_create(&cache.jobs, cache.threaded ? PACK_THREADS : 0,
                         JOB_QUEUE, pchild);
    }
    if (rv == APR_SUCCESS) {
        rv = jobs_create(&cache.fetches,
                         cache.threaded ? cache_global->fetches : 0, JOB_QUEUE,
                         pchild);
    }
    if (rv == APR_SUCCESS) {
        rv = cache_wait_start(pchild);
    }
    if (rv == APR_SUCCESS) {
        rv = periodic_start(tidy, NULL, TIDY_INTERVAL, pchild);
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     RPLOGNO(2004) "this child does without the cache");
        cache.store = NULL;
    }
}

/* httpd unloads modules at a restart and loads them again, perhaps elsewhere;
 * what is kept from one configuration to the next must find its functions. */
static void stay_loaded(void)
{
    Dl_info self;

    if (dladdr(&cache, &self)) {
        dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE | RTLD_NOLOAD);
    }
}

static void register_hooks(apr_pool_t *pool)
{
    stay_loaded();
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_LAST);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
    cache_lookup_register_hooks(pool);
    cache_strip_register_hooks(pool);
    cache_save_register_hooks(pool);
    cache_methods_register_hooks(pool);
    cache_report_register(pool);
    cache_admin_register(pool);
    cache_background_register_hooks(pool);
}

module __attribute__((visibility("default")))
rproxy_cache_module = { STANDARD20_MODULE_STUFF,
                        cache_settings_create,
                        cache_settings_merge,
                        cache_server_create,
                        cache_server_merge,
                        cache_directives,
                        register_hooks
#if defined(AP_MODULE_FLAG_NONE)
                        ,
                        AP_MODULE_FLAG_NONE
#endif
};
