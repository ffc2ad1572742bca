/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_networks.c: RProxyGuardAllow and RProxyGuardDeny.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

static const guard_networks_t *network_of(const apr_array_header_t *all,
                                          int from, address_t address,
                                          uint32_t *line)
{
    int i;

    for (i = from; all && i < all->nelts; i++) {
        const guard_networks_t *one = &APR_ARRAY_IDX(all, i, guard_networks_t);

        *line = named_list_find(one->list, address);
        if (*line != NETWORK_LIST_NONE) {
            return one;
        }
    }
    return NULL;
}

int check_is_allowed(const guard_settings_t *settings, address_t client)
{
    uint32_t line;

    return network_of(settings->allow, 0, client, &line) != NULL;
}

static guard_verdict_t denied(request_rec *r, const guard_networks_t *networks,
                              uint32_t line)
{
    guard_verdict_t verdict = { .status = HTTP_FORBIDDEN,
                                .rule = "deny",
                                .where = networks->where };
    const named_list_t *list = networks->list;

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

guard_verdict_t check_networks(request_rec *r, const guard_settings_t *settings,
                               int from, address_t client)
{
    guard_verdict_t verdict = { 0 };
    uint32_t line;
    const guard_networks_t *networks =
        network_of(settings->deny, from, client, &line);

    if (networks) {
        verdict = denied(r, networks, line);
        verdict.log_only =
            guard_mode_of(networks->mode, settings->mode) == GUARD_DETECT;
    }
    return verdict;
}
