/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_reader.h: what the verbs of the admin handler are asked for, read
 * from JSON.  Layer L1.  All of it is checked before anything is done; texts
 * are in pool.
 *
 * Each function returns NULL, or a sentence that says what is wrong. */
#ifndef RPROXY_CACHE_COMMAND_READER_H
#define RPROXY_CACHE_COMMAND_READER_H

#include <apr_pools.h>

#include "admin/url_split.h"
#include "policy/surrogate.h"

/* An object, or a list of objects, of one of
 *   {"url": "http://host/path"}           {"host": "host", "url": "/path"}
 *   {"prefix": "http://host/path"}        {"host": "host", "prefix": "/path"}
 *   {"tag": "name", "host": "host"}       {"host": "host"}      {"all": true}
 * with "soft": true to mark stale only. */
typedef struct {
    purge_command_t command; /* text of URL and PREFIX: path and query */
    key_uri_t uri;           /* host in lower case; scheme empty: any */
} purge_order_t;

const char *command_read_purge(const char *json, size_t len,
                               const purge_order_t **orders, int *count,
                               apr_pool_t *pool);

/* {"url": "http://host/path", "method": "GET", "headers": {"Name": "value"}} */
typedef struct {
    key_uri_t uri;
    const char *target; /* path and query, as in a request line */
    const char *method;
    const h1_field_t *fields; /* with a NUL behind names and values */
    int field_count;
} explain_order_t;

const char *command_read_explain(const char *json, size_t len,
                                 explain_order_t *order, apr_pool_t *pool);

/* {"prefix": "http://host/path", "limit": 100}; numbers may be in a string. */
#define OBJECTS_LIMIT 1000
typedef struct {
    const char *prefix; /* as given; "" for all */
    key_uri_t uri;      /* of prefix */
    int limit;
} objects_order_t;

const char *command_read_objects(const char *json, size_t len,
                                 objects_order_t *order, apr_pool_t *pool);

/* An object without any member. */
const char *command_read_nothing(const char *json, size_t len,
                                 apr_pool_t *pool);

#endif
