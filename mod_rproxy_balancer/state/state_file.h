/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_file.h: what was changed at run time, as the text of a file.  Layer L1.
 *
 *   {"format": "mod_rproxy_balancer", "version": 1,
 *    "upstreams": [{"name": "app", "members": [
 *        {"url": "http://a:1", "wanted": "drain", "until": 1790000000},
 *        {"url": "http://b:2", "weight": 3},
 *        {"url": "http://c:3", "added": true, "zone": "west"},
 *        {"url": "http://d:4", "removed": true}]}]}
 *
 * Nothing in it is believed before all of it was looked at. */
#ifndef RPROXY_BALANCER_STATE_FILE_H
#define RPROXY_BALANCER_STATE_FILE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "members/roster.h"

enum {
    STATE_FILE_VERSION = 1,
    STATE_FILE_MAX = 16 * 1024 * 1024 /* bytes */
};

typedef struct {
    roster_entry_t entry; /* added: all of it; else URL and weight */
    int added, removed;
    int weight_set;        /* of one that was not added: entry.weight counts */
    member_state_e wanted; /* MEMBER_UP, MEMBER_DRAIN, MEMBER_MAINTENANCE */
    int64_t until_s;       /* Unix time the drain ends; 0: no end */
} state_member_t;

typedef struct {
    const char *name;
    apr_array_header_t *members; /* of state_member_t */
} state_upstream_t;

/* @param upstreams  of state_upstream_t, in pool
 * @return NULL, or why the file is none of ours, a sentence */
const char *state_file_parse(const char *text, size_t len,
                             apr_array_header_t **upstreams, apr_pool_t *pool);

/* @return the text, in pool; NULL: no memory */
const char *state_file_text(const apr_array_header_t *upstreams,
                            apr_pool_t *pool);

#endif
