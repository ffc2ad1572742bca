/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_read.h: members of JSON objects that somebody else has written.
 * Layer L1.  Modules that read JSON compile it in.
 *
 * Each function returns NULL, or a sentence that says what is wrong (but for
 * json_read_load, which returns NULL and *fault).  A member that is not there
 * leaves what is said below. */
#ifndef RPROXY_JSON_READ_H
#define RPROXY_JSON_READ_H

#ifdef HAVE_JANSSON

#include <apr_pools.h>
#include <jansson.h>

json_t *json_read_load(const char *json, size_t len, const char **fault,
                       apr_pool_t *pool);

/* An object with nothing but members of these names (NULL at the end)? */
const char *json_read_names(const json_t *value, const char *const *names,
                            apr_pool_t *pool);

/* *text: a copy of a text that is not empty and has no NUL; NULL where there
 * is none. */
const char *json_read_text(const json_t *object, const char *name,
                           const char **text, apr_pool_t *pool);

/* *flag: 0 where there is none. */
const char *json_read_flag(const json_t *object, const char *name, int *flag,
                           apr_pool_t *pool);

/* A whole number; *number stays where there is none. */
const char *json_read_number(const json_t *object, const char *name,
                             int64_t least, int64_t most, int64_t *number,
                             apr_pool_t *pool);

#endif

#endif
