/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control_find.c: see control_find.h.  Layer L2. */
#include "control_find.h"

#include <apr_strings.h>

static const char *all_names(apr_pool_t *pool)
{
    const char *text = "";
    int i;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        const balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        text = apr_pstrcat(pool, text, i ? ", " : "", b->balance.name, NULL);
    }
    return *text ? text : "none";
}

const char *control_find_upstream(const order_t *order, balanced_t **found,
                                  apr_pool_t *pool)
{
    int i;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        *found = APR_ARRAY_IDX(balanced_list, i, balanced_t *);
        if (strcmp((*found)->balance.name, order->upstream) == 0) {
            return NULL;
        }
    }
    return apr_psprintf(pool,
                        "there is no balanced upstream '%.200s'; there are: "
                        "%.2000s",
                        order->upstream, all_names(pool));
}

/* One member of that route, not two. */
static const char *find_route(const balance_t *balance, const char *route,
                              int *number, apr_pool_t *pool)
{
    int i;

    *number = -1;
    for (i = 0; i < roster_places(balance); i++) {
        roster_standing_t standing;
        roster_entry_t entry;

        if (!roster_read(balance, i, &entry, &standing)
            || strcmp(entry.route, route) != 0) {
            continue;
        }
        if (*number >= 0) {
            return apr_psprintf(pool,
                                "numbers %d and %d both have the route '%s': "
                                "name it by \"url\"",
                                *number, i, entry.route);
        }
        *number = i;
    }
    return *number >= 0 ? NULL
                        : apr_psprintf(pool,
                                       "%s has no member with the route "
                                       "'%.200s'",
                                       balance->name, route);
}

const char *control_find_member(const balanced_t *b, const order_t *order,
                                int *number, apr_pool_t *pool)
{
    const balance_t *balance = &b->balance;
    roster_standing_t standing;
    roster_entry_t entry;

    if (order->by == ORDER_BY_ROUTE) {
        return find_route(balance, order->text, number, pool);
    }
    if (order->by == ORDER_BY_URL) {
        *number = roster_find(balance, order->text);
        return *number >= 0 ? NULL
                            : apr_psprintf(pool, "%s has no member %.400s",
                                           balance->name, order->text);
    }
    *number = order->number;
    return roster_read(balance, *number, &entry, &standing)
               ? NULL
               : apr_psprintf(pool, "%s has no member number %d", balance->name,
                              *number);
}

const balancer_member_t *control_find_configured(const balanced_t *b,
                                                 const char *url)
{
    const balancer_upstream_t *u = b->configured;
    int i;

    for (i = 0; i < u->count; i++) {
        if (strcmp(u->member[i].url, url) == 0) {
            return &u->member[i];
        }
    }
    return NULL;
}

int control_find_is_gone(const balanced_t *b, const char *url)
{
    int number = roster_find(&b->balance, url);
    roster_standing_t standing;
    roster_entry_t entry;

    return number < 0 || !roster_read(&b->balance, number, &entry, &standing)
           || standing.leaving;
}
