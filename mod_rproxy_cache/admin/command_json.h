/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_json.h: members of JSON objects, as the verbs take them.  Layer L1.
 * Each function returns NULL, or a sentence that says what is wrong (but for
 * command_json_load, which returns NULL and *fault). */
#ifndef RPROXY_CACHE_COMMAND_JSON_H
#define RPROXY_CACHE_COMMAND_JSON_H

#ifdef HAVE_JANSSON

#include <apr_pools.h>
#include <jansson.h>

#include "admin/url_split.h"

json_t *command_json_load(const char *json, size_t len, const char **fault,
                          apr_pool_t *pool);

/* An object with nothing but members of these names (NULL at the end)? */
const char *command_json_names(const json_t *value, const char *const *names,
                               apr_pool_t *pool);

/* *text: a copy; NULL where there is none. */
const char *command_json_text(const json_t *object, const char *name,
                              const char **text, apr_pool_t *pool);
const char *command_json_flag(const json_t *object, const char *name, int *flag,
                              apr_pool_t *pool);

/* text, the value of a member called name, as a URL; host in lower case. */
const char *command_json_url(const char *name, const char *text, key_uri_t *uri,
                             apr_pool_t *pool);
/* The member "host". */
const char *command_json_host(const char *text, key_uri_t *uri,
                              apr_pool_t *pool);

/* A sentence about a member, with the fault of url_split.h behind it; NULL for
 * none. */
const char *command_json_about(const char *name, const char *text,
                               const char *fault, apr_pool_t *pool);

/* "/path?query" */
const char *command_json_target(const key_uri_t *uri, apr_pool_t *pool);

#endif

#endif
