/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_networks.c: RProxyGuardAllow and RProxyGuardDeny.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

#include "../geo/geo_base.h"

int check_is_allowed(const guard_settings_t *settings,
                     guard_connection_t *known)
{
    int i;

    for (i = 0; settings->allow && i < settings->allow->nelts; i++) {
        named_list_t *list =
            APR_ARRAY_IDX(settings->allow, i, guard_networks_t).list;

        if (guard_connection_find(known, list) != NETWORK_LIST_NONE) {
            return 1;
        }
    }
    return 0;
}

static const char *why_geo(request_rec *r, const named_list_t *list,
                           address_t client)
{
    geo_t geo;

    geo_find(client, &geo);
    return apr_psprintf(r->pool, "its address is of country %s, AS%u%s%s",
                        geo.country[0] ? geo.country : "??", geo.asn,
                        list->name ? ", which is in list " : "",
                        list->name ? list->name : "");
}

static guard_verdict_t denied(request_rec *r, const guard_networks_t *networks,
                              uint32_t line, address_t client)
{
    guard_verdict_t verdict = { .status = HTTP_FORBIDDEN,
                                .rule = "deny",
                                .where = networks->where };
    const named_list_t *list = networks->list;

    if (line == NAMED_LIST_GEO) {
        verdict.why = why_geo(r, list, client);
        return verdict;
    }
    verdict.why =
        list->path ? apr_psprintf(r->pool,
                                  "its address is in list %s, line %u "
                                  "of %s",
                                  list->name, line, list->path)
        : list->name
            ? apr_psprintf(r->pool, "its address is in list %s", list->name)
            : "its address is denied";
    return verdict;
}

/* Networks that are only logged do not hide those of a later directive. */
guard_verdict_t check_networks(request_rec *r, const guard_settings_t *settings,
                               int from, guard_connection_t *known)
{
    guard_verdict_t verdict = { 0 };
    int i;

    for (i = from; settings->deny && i < settings->deny->nelts; i++) {
        const guard_networks_t *networks =
            &APR_ARRAY_IDX(settings->deny, i, guard_networks_t);
        uint32_t line = guard_connection_find(known, networks->list);

        if (line == NETWORK_LIST_NONE) {
            continue;
        }
        verdict = denied(r, networks, line, known->client);
        verdict.log_only =
            guard_mode_of(networks->mode, settings->mode) == GUARD_DETECT;
        if (!verdict.log_only) {
            return verdict;
        }
    }
    return verdict;
}
