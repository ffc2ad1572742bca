/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mod_rproxy_balancer.c: the module record and the server's life.  Layer L2. */
#include "balancer_private.h"

#include <dlfcn.h>

#include <ap_provider.h>
#include <http_main.h>
#include <mpm_common.h>

#include "balanced.h"
#include "config/balancer_config.h"
#include "control/control.h"
#include "discovery/discovered.h"
#include "events/message.h"
#include "overload/queue_bell.h"
#include "overload/request_class.h"
#include "probes/prober.h"
#include "sessions.h"
#include "state/state.h"
#include "status/balancer_report.h"
#include "status/discovery_report.h"
#include "status/report_queue.h"
#include "traffic/canaries.h"

#define BELL_LOOK apr_time_from_msec(100)

static prober_t *prober; /* of this child */

static int pre_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp)
{
    balanced_forget();
    canaries_forget();
    balancer_config_create(pconf);
    message_forget();
    request_class_begin(pconf);
    state_forget();
    return OK;
}

static int post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *s)
{
    return message_configure(pconf, s) == APR_SUCCESS
               ? OK
               : HTTP_INTERNAL_SERVER_ERROR;
}

static void elected(void)
{
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf,
                 RPLOGNO(3004) "this process looks after the members");
    discovered_begin();
}

static prober_pool_t *pools_to_look_after(apr_pool_t *p)
{
    int i, n = balanced_list->nelts;
    prober_pool_t *pools = apr_palloc(p, sizeof(*pools) * (size_t)n);

    for (i = 0; i < n; i++) {
        balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        pools[i].balance = &b->balance;
        pools[i].rules = &b->prober;
    }
    return pools;
}

static void start_bell(apr_pool_t *p, server_rec *s)
{
    int i, n = 0;
    queue_t **queues =
        apr_palloc(p, sizeof(*queues) * (size_t)balanced_list->nelts);
    apr_status_t rv;

    for (i = 0; i < balanced_list->nelts; i++) {
        balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        if (b->balance.queue) {
            queues[n++] = b->balance.queue;
        }
    }
    rv = queue_bell_start(queues, n, BELL_LOOK, p);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     RPLOGNO(3040) "no thread that could wake who waits for a "
                                   "member: requests of this child are served "
                                   "late when members are full");
    }
}

/* Before mod_rproxy's loops begin. */
static void child_init(apr_pool_t *pchild, server_rec *s)
{
    static const prober_calls_t calls = { elected, discovered_end,
                                          canaries_tick, message_tick };

    prober = NULL;
    if (!balanced_segment) {
        return;
    }
    if (segment_child_claim(balanced_segment, pchild) != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(3005) "more children than ServerLimit: requests "
                                   "of this one are counted no more when it "
                                   "dies");
    }
    start_bell(pchild, s);
    prober = prober_start(balanced_segment, pools_to_look_after(pchild),
                          balanced_list->nelts, &calls, pchild);
    if (!prober) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(3006) "no thread that could look after the "
                                   "members");
    }
}

static void child_stopping(apr_pool_t *pchild, int graceful)
{
    if (prober) {
        prober_stop(prober);
    }
}

/* httpd unloads modules at a restart and loads them again, perhaps elsewhere;
 * what is kept from one configuration to the next must find its functions. */
static void stay_loaded(void)
{
    Dl_info self;

    if (dladdr(&prober, &self)) {
        dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE | RTLD_NOLOAD);
    }
}

static void register_hooks(apr_pool_t *pool)
{
    static const rproxy_balancer_t balancer = {
        &balance_engine, balanced_configure, sessions_request, sessions_response
    };

    stay_loaded();
    ap_register_provider(pool, RPROXY_BALANCER_GROUP, "default",
                         RPROXY_BALANCER_VERSION, &balancer);
    ap_hook_pre_config(pre_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_child_stopping(child_stopping, NULL, NULL, APR_HOOK_MIDDLE);
    message_register();
    report_queue_register();
    balancer_report_register(pool);
    discovery_report_register(pool);
    canaries_register(pool);
    control_register(pool);
}

module __attribute__((visibility("default")))
rproxy_balancer_module = { STANDARD20_MODULE_STUFF,
                           NULL,
                           NULL,
                           request_class_create,
                           request_class_merge,
                           balancer_directives,
                           register_hooks
#if defined(AP_MODULE_FLAG_NONE)
                           ,
                           AP_MODULE_FLAG_NONE
#endif
};
