/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_json.h: what the admin handler itself has to do with JSON.  Layer L1.
 * The types of the library stay within admin_json.c. */
#ifndef RPROXY_ADMIN_JSON_H
#define RPROXY_ADMIN_JSON_H

#include <stddef.h>

#include <apr_pools.h>

/* 0: built without the library; nothing else here may be called. */
int admin_json_available(void);

/* Is text one JSON object or list, and nothing else?
 * @return NULL, or a sentence that says where it is not */
const char *admin_json_fault(const char *text, size_t len, apr_pool_t *pool);

/* The arguments of a query ("a=1&b=x%20y", NULL for none) as the text of an
 * object whose values are strings.  @return NULL and *fault, a sentence */
const char *admin_json_of_query(const char *query, const char **fault,
                                apr_pool_t *pool);

#endif
