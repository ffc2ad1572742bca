/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_config.c: what an upstream says, what all say, the defaults.
 * Layer L2. */
#include "balancer_config.h"

#include <apr_hash.h>

#include "balancer_parts.h"

static apr_hash_t *own; /* upstream's name -> balancer_conf_t * */
static balancer_conf_t common;

void balancer_config_create(apr_pool_t *pconf)
{
    own = apr_hash_make(pconf);
    memset(&common, 0, sizeof(common));
}

balancer_conf_t *balancer_config_around(cmd_parms *cmd)
{
    APR_OPTIONAL_FN_TYPE(rproxy_upstream_around) *around =
        APR_RETRIEVE_OPTIONAL_FN(rproxy_upstream_around);
    const char *name = around ? around(cmd) : NULL;
    balancer_conf_t *conf;

    if (!name) {
        return ap_check_cmd_context(cmd, GLOBAL_ONLY) ? NULL : &common;
    }
    conf = apr_hash_get(own, name, APR_HASH_KEY_STRING);
    if (!conf) {
        conf = apr_pcalloc(cmd->pool, sizeof(*conf));
        apr_hash_set(own, name, APR_HASH_KEY_STRING, conf);
    }
    return conf;
}

#define PART(name)                                 \
    (conf->name = mine && mine->name ? mine->name  \
                  : common.name      ? common.name \
                                     : &balancer_default_##name)

int balancer_config_of(const char *upstream, balancer_conf_t *conf)
{
    const balancer_conf_t *mine =
        apr_hash_get(own, upstream, APR_HASH_KEY_STRING);
    int any = mine || common.method || common.sticky || common.probe
              || common.eject || common.queue || common.hedge;

    PART(method);
    PART(sticky);
    PART(probe);
    PART(eject);
    conf->canary = mine ? mine->canary : NULL;
    conf->discover = mine ? mine->discover : NULL;
    PART(queue);
    PART(hedge);
    return any && !conf->method->off;
}
