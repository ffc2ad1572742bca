/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_json.h: URLs and hosts in JSON objects, as the verbs take them.
 * Layer L1.  Each function returns NULL, or a sentence that says what is
 * wrong. */
#ifndef RPROXY_CACHE_COMMAND_JSON_H
#define RPROXY_CACHE_COMMAND_JSON_H

#ifdef HAVE_JANSSON

#include "admin/json_read.h"
#include "admin/url_split.h"

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
