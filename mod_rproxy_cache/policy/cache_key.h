/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_key.h: the primary key.  Layer L0.  RFC 9111 section 2.
 *
 *   https://www.example.org:443/path?query  NUL-free text, then for each
 *   further part "\n" name "=" value
 *
 * Host in lower case without a trailing dot, an IPv6 address in brackets,
 * default port always written, an empty path as "/"; path and query as the
 * client sent them (percent-encodings are not decoded, dot segments are left:
 * two spellings are two keys, never one page for two resources).  Without the
 * scheme it begins with "//"; without the host, which takes the port along,
 * "//" is followed by the path.
 *
 * What could make one key of two requests has no key at all: control bytes, "#"
 * anywhere, "?" in the path, a path that does not begin with "/", a host that
 * is empty, or has user information or a port in it. */
#ifndef RPROXY_CACHE_KEY_H
#define RPROXY_CACHE_KEY_H

#include "http1/h1_fields.h"

typedef enum {
    QUERY_AS_IS,
    QUERY_SORTED, /* arguments sorted by names; of those that an application
                     may take for the same name the order is kept */
    QUERY_IGNORED
} query_rule_e;

/* More arguments than these are not sorted. */
#define QUERY_ARGUMENTS_MAX 256

/* An argument is dropped only if all applications agree on what it is called:
 * one with ";" in it, or with anything but letters, digits, "-", "_", "~" and
 * (query_ignore only) "." in its name, stays.  When all are dropped so is the
 * "?". */
typedef struct {
    query_rule_e query;
    int keep_scheme, keep_host;      /* 0: left out of the key */
    const char *const *query_ignore; /* names, "*" allowed; NULL at the end */
    const char *const *query_keep;   /* if given, only these stay */
} key_rules_t;

typedef struct {
    slice_t scheme, host; /* host without port */
    unsigned port;        /* 0: the scheme's default */
    slice_t path, query;  /* query.p NULL: there is no "?" */
} key_uri_t;

/* @return length, or -1 when it does not fit into cap or there is no key */
int cache_key_write(char *out, size_t cap, const key_uri_t *uri,
                    const key_rules_t *rules);

/* Appends "\n" name "=" value; NUL, CR, LF and "\\" in both, and "=" in name,
 * are escaped.  Without "=" when value.p is NULL: absent is not empty.
 * @return the new length, or -1; also when len is -1 */
int cache_key_add(char *out, size_t cap, int len, slice_t name, slice_t value);

/* Parts of a key, as purges name them.  Empty when there is no such part. */
slice_t cache_key_url(slice_t key);  /* scheme://host:port/path?query */
slice_t cache_key_host(slice_t key); /* host:port */
slice_t cache_key_path(slice_t key); /* from "/" to before "?" or the end */

/* 80 and 443; 0 for other schemes. */
unsigned cache_key_default_port(slice_t scheme);

#endif
