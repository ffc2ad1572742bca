/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_connection.c: see guard_connection.h.  Layer L2. */
#include "guard_private.h"
#include "guard_connection.h"

#include <stddef.h>

guard_connection_t *guard_connection_get(conn_rec *c)
{
    guard_connection_t *known =
        ap_get_module_config(c->conn_config, &rproxy_guard_module);

    if (!known) {
        known = apr_pcalloc(c->pool, sizeof(*known));
        ap_set_module_config(c->conn_config, &rproxy_guard_module, known);
    }
    return known;
}

guard_connection_t *guard_connection_of(conn_rec *c, address_t client)
{
    guard_connection_t *known = guard_connection_get(c);

    if (!address_equal(known->client, client)) {
        memset(known, 0, offsetof(guard_connection_t, agent));
        known->client = client;
    }
    return known;
}

/* A list of countries is looked at each time: their file may change. */
static uint32_t find_anew(guard_connection_t *known, named_list_t *list,
                          unsigned place)
{
    uint32_t version = named_list_version(list);
    uint32_t found = named_list_find(list, known->client);

    if (!list->geo) {
        known->list[place].list = list;
        known->list[place].version = version;
        known->list[place].found = found;
    }
    return found;
}

uint32_t guard_connection_find(guard_connection_t *known, named_list_t *list)
{
    unsigned i;

    for (i = 0; i < CONNECTION_LISTS; i++) {
        if (known->list[i].list == list) {
            return known->list[i].version == named_list_version(list)
                       ? known->list[i].found
                       : find_anew(known, list, i);
        }
    }
    return find_anew(known, list, known->next_list++ % CONNECTION_LISTS);
}
