/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_canary.c: asks for each request, tells of each response.  Layer L2. */
#include "rproxy_canary.h"

#include <ap_provider.h>

#include "mod_rproxy.h"
#include "rproxy_split.h"

static const rproxy_canaries_t *canaries;
static const rproxy_canary_of_t *of_upstream; /* by its id */

apr_status_t rproxy_canary_configure(apr_pool_t *pconf, server_rec *s)
{
    const apr_array_header_t *list = rproxy_global->upstream_list;
    size_t i, count = (size_t)list->nelts;
    const char **names = apr_palloc(pconf, sizeof(*names) * (count + 1));
    rproxy_canary_of_t *of = apr_pcalloc(pconf, sizeof(*of) * (count + 1));

    canaries = ap_lookup_provider(RPROXY_CANARY_GROUP, "default",
                                  RPROXY_CANARY_VERSION);
    for (i = 0; i < count; i++) {
        names[i] = APR_ARRAY_IDX(list, i, const upstream_t *)->name;
    }
    of_upstream = of;
    return canaries ? canaries->configure(pconf, s, names, (int)count, of)
                    : APR_SUCCESS;
}

upstream_t *rproxy_canary_choose(proxied_t *p)
{
    upstream_t *upstream = p->match.target->upstream;
    const rproxy_canary_of_t *of = &of_upstream[upstream->id];
    uint64_t client = 0;
    int chosen;

    if (!of->canary) {
        return upstream;
    }
    if (canaries->is_split(of->canary)) {
        client = rproxy_split_client(p->r, of->sticky);
    }
    p->canary = of->canary;
    p->canary_mark = canaries->choose(of->canary, client);
    chosen = (p->canary_mark & RPROXY_CANARY_CHOSEN) != 0;
    apr_table_setn(p->r->notes, RPROXY_NOTE_CANARY,
                   chosen ? "canary" : "control");
    return chosen ? APR_ARRAY_IDX(rproxy_global->upstream_list, of->upstream,
                                  upstream_t *)
                  : upstream;
}

/* What the client brought about says nothing of a version. */
static int says_something(const exchange_t *x)
{
    return x->outcome != OUTCOME_CLIENT_GONE
           && x->outcome != OUTCOME_BAD_REQUEST;
}

void rproxy_canary_done(const proxied_t *p)
{
    const exchange_t *x = p->x;

    if (p->canary && says_something(x)) {
        canaries->done(p->canary, p->canary_mark,
                       x->outcome != OUTCOME_OK || x->status >= 500,
                       x->first_byte_at ? x->first_byte_at - x->started : -1);
    }
}
