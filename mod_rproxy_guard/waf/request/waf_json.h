/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_json.h: JSON written piece by piece into one text.  Layer L1 (memory of a
 * pool). */
#ifndef RPROXY_GUARD_WAF_JSON_H
#define RPROXY_GUARD_WAF_JSON_H

#include <apr_pools.h>

#include "http1/h1_slice.h"

typedef struct {
    apr_pool_t *pool;
    char *text;
    size_t len, room;
} waf_json_t;

void waf_json_init(waf_json_t *json, apr_pool_t *pool);

/* '{', '}', '[' or ']'; name NULL: it has none. */
void waf_json_open(waf_json_t *json, const char *name, char bracket);
void waf_json_close(waf_json_t *json, char bracket);

/* Bytes that are no UTF-8 become U+FFFD. */
void waf_json_text(waf_json_t *json, const char *name, slice_t text);
void waf_json_number(waf_json_t *json, const char *name, int64_t number);
void waf_json_bool(waf_json_t *json, const char *name, int is_true);

/* The end of the line.  @return the whole of it */
slice_t waf_json_end(waf_json_t *json);

#endif
