/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* entry_json.h: what RProxyMember says of a member, in JSON.  Layer L1. */
#ifndef RPROXY_BALANCER_ENTRY_JSON_H
#define RPROXY_BALANCER_ENTRY_JSON_H

#ifdef HAVE_JANSSON

#include "admin/json_read.h"
#include "members/roster.h"

/* The names of these members of an object, for lists of known names. */
#define ENTRY_JSON_NAMES                                                     \
    "weight", "backup", "tier", "zone", "group", "route", "max_connections", \
        "slow_start_s"

/* Into *entry, with the defaults of RProxyMember for what is not there; URL and
 * source are the caller's.  @return NULL, or what is wrong, a sentence */
const char *entry_json_read(const json_t *object, roster_entry_t *entry,
                            apr_pool_t *pool);

/* A URL that fits.  @return NULL, or what is wrong, a sentence */
const char *entry_json_url(const json_t *object, roster_entry_t *entry,
                           apr_pool_t *pool);

/* Adds what is not as by default. */
void entry_json_write(json_t *object, const roster_entry_t *entry);

#endif

#endif
