/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_offer.c: optional functions of mod_rproxy.h that need no state of
 * their own.  Layer L2.  client/park.c has the others. */
#include "rproxy_offer.h"

#include <apr_strings.h>

#include "client/blocking.h"
#include "client/client.h"
#include "config/config_upstream.h"
#include "mod_rproxy.h"
#include "rproxy_config.h"
#include "rproxy_handler.h"
#include "rproxy_private.h"
#include "status/log_fields.h"

static void rproxy_use_loop(server_rec *s)
{
    rproxy_server_conf(s)->uses_loop = 1;
}

static void rproxy_quick_filter(const char *name)
{
    blocking_filters_add(name);
}

static void rproxy_memory_bucket(const apr_bucket_type_t *type)
{
    client_output_memory_bucket(type);
}

static void rproxy_finish_alone(request_rec *r, int on)
{
    proxied_t *p = ap_get_module_config(r->request_config, &rproxy_module);

    if (p) {
        p->finish_alone = on;
    }
}

/* The target was made when the route was found; it ends with the query. */
static void rproxy_change_query(request_rec *r, const char *from,
                                const char *to)
{
    proxied_t *p = ap_get_module_config(r->request_config, &rproxy_module);
    const char *target = p ? p->match.upstream_uri : NULL;
    const char *mark = target ? strchr(target, '?') : NULL;

    if (mark && strcmp(mark + 1, from) == 0) {
        p->match.upstream_uri =
            apr_pstrcat(r->pool,
                        apr_pstrmemdup(r->pool, target,
                                       (apr_size_t)(mark - target)),
                        *to ? "?" : "", to, NULL);
    }
}

static const char *rproxy_outcome(request_rec *r)
{
    return log_field(r, "outcome");
}

static const char *rproxy_upstream_around(const cmd_parms *cmd)
{
    const upstream_t *upstream = config_upstream_around(cmd);

    return upstream ? upstream->name : NULL;
}

static void rproxy_upstream_named(const cmd_parms *cmd, const char *name)
{
    config_upstream_named(cmd, name);
}

void offer_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_upstream_named);
    APR_REGISTER_OPTIONAL_FN(rproxy_upstream_around);
    APR_REGISTER_OPTIONAL_FN(rproxy_use_loop);
    APR_REGISTER_OPTIONAL_FN(rproxy_quick_filter);
    APR_REGISTER_OPTIONAL_FN(rproxy_memory_bucket);
    APR_REGISTER_OPTIONAL_FN(rproxy_finish_alone);
    APR_REGISTER_OPTIONAL_FN(rproxy_outcome);
    APR_REGISTER_OPTIONAL_FN(rproxy_change_query);
}
