/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_balance.c: tells the balancer of upstreams and requests.  Layer L2. */
#include "rproxy_balance.h"

#include <ap_provider.h>

#include "mod_rproxy.h"
#include "rproxy_config.h"

static const rproxy_balancer_t *balancer;

static balancer_member_t about_member(const member_t *m)
{
    balancer_member_t about = { .url = m->url,
                                .options = m->options,
                                .zone = m->zone,
                                .group = m->group,
                                .route = m->route,
                                .weight = m->weight,
                                .backup = m->backup,
                                .tier = m->tier,
                                .max_connections = m->max_connections,
                                .slow_start = m->slow_start };

    return about;
}

static balancer_upstream_t about_upstream(apr_pool_t *p, const upstream_t *u)
{
    int i, n = u->members->nelts;
    balancer_member_t *members = apr_palloc(p, sizeof(*members) * (size_t)n);
    balancer_upstream_t about = { u->name, members, n };

    for (i = 0; i < n; i++) {
        members[i] = about_member(APR_ARRAY_IDX(u->members, i, member_t *));
    }
    return about;
}

apr_status_t rproxy_balance_configure(apr_pool_t *pconf, server_rec *s)
{
    const apr_array_header_t *list = rproxy_global->upstream_list;
    size_t count = (size_t)list->nelts;
    balancer_upstream_t *about = apr_palloc(pconf, sizeof(*about) * count);
    void **pools = apr_pcalloc(pconf, sizeof(*pools) * count);
    apr_status_t rv;
    size_t i;

    balancer = ap_lookup_provider(RPROXY_BALANCER_GROUP, "default",
                                  RPROXY_BALANCER_VERSION);
    if (!balancer) {
        return APR_SUCCESS;
    }
    for (i = 0; i < count; i++) {
        about[i] =
            about_upstream(pconf, APR_ARRAY_IDX(list, i, const upstream_t *));
    }
    rv = balancer->configure(pconf, s, about, (int)count, pools);
    for (i = 0; i < count && rv == APR_SUCCESS; i++) {
        upstream_t *u = APR_ARRAY_IDX(list, i, upstream_t *);

        u->balancer = pools[i] ? balancer->engine : NULL;
        u->balancer_pool = pools[i];
    }
    return rv;
}

void rproxy_balance_request(request_rec *r, exchange_t *x)
{
    if (x->upstream->balancer) {
        x->balance.session_member = -1;
        x->balance.fit_for_trial =
            x->request.is_idempotent && x->request.body == BODY_NONE;
        balancer->request(r, x->upstream->balancer_pool, &x->balance);
    }
}

void rproxy_balance_response(request_rec *r, const exchange_t *x)
{
    if (x->upstream->balancer) {
        balancer->response(r, x->upstream->balancer_pool, x->member->number);
    }
}
