/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_key.h: the primary key.  Layer L0.  RFC 9111 section 2.
 *
 *   https://www.example.org:443/path?query  NUL-free text, then for each
 *   further part "\n" name "=" value
 *
 * Host in lower case without a trailing dot, default port always written, path
 * and query as the client sent them (percent-encodings are not decoded: two
 * spellings are two keys, never one page for two resources). */
#ifndef RPROXY_CACHE_KEY_H
#define RPROXY_CACHE_KEY_H

#include "http1/h1_fields.h"

typedef enum {
    QUERY_AS_IS,
    QUERY_SORTED, /* arguments sorted by bytes; order of equal names kept */
    QUERY_IGNORED
} query_rule_e;

typedef struct {
    query_rule_e query;
    int keep_scheme, keep_host;      /* 0: left out of the key */
    const char *const *query_ignore; /* names, "*" allowed; NULL at the end */
    const char *const *query_keep;   /* if given, only these stay */
} key_rules_t;

typedef struct {
    slice_t scheme, host; /* host without port */
    unsigned port;
    slice_t path, query; /* query.p NULL: there is no "?" */
} key_uri_t;

/* @return length, or -1 when it does not fit into cap */
int cache_key_write(char *out, size_t cap, const key_uri_t *uri,
                    const key_rules_t *rules);

/* Appends "\n" name "=" value; CR, LF and "\\" in value are escaped.
 * @return the new length, or -1 */
int cache_key_add(char *out, size_t cap, int len, slice_t name, slice_t value);

/* The URL without the query, as purges by URL name it: its part of a key. */
slice_t cache_key_url(slice_t key);  /* scheme://host:port/path?query */
slice_t cache_key_host(slice_t key); /* host:port */
slice_t cache_key_path(slice_t key); /* from "/" to before "?" or the end */

#endif
