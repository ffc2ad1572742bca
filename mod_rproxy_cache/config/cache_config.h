/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_config.h: what the directives say.  Layer L2.
 *
 * cache_settings_t is a per-directory configuration: it may differ by virtual
 * host, <Location>, <If> and .htaccess.  Unset is -1 or NULL; defaults are
 * applied where a value is read (CACHE_SETTING), never while merging. */
#ifndef RPROXY_CACHE_CONFIG_H
#define RPROXY_CACHE_CONFIG_H

#include <httpd.h>
#include <http_config.h>

#include "config/cache_rule.h"
#include "policy/cache_key.h"
#include "policy/freshness.h"

/* RProxyCacheIgnore */
enum {
    IGNORE_SET_COOKIE = 1,    /* store without it */
    IGNORE_CACHE_CONTROL = 2, /* and Expires, Pragma */
    IGNORE_PRIVATE = 4,
    IGNORE_NO_STORE = 8,
    IGNORE_REQUEST = 16, /* Cache-Control and Pragma of requests */
    IGNORE_AUTHORIZATION = 32
};

enum {
    COMPRESS_GZIP_BIT = 1,
    COMPRESS_BROTLI_BIT = 2
};

/* clang-format off */
/* Times are whole seconds. */
#define CACHE_SETTINGS_NUMBERS(X)                                             \
    X(enabled) X(checked) X(default_s) X(min_s) X(max_s) X(keep_stale_s)      \
    X(while_revalidate_s) X(if_error_s) X(heuristic_percent)                  \
    X(heuristic_max_s) X(errors_s) X(query) X(query_strip) X(keep_scheme)     \
    X(keep_host) X(ignore) X(compress) X(wait_s) X(status_field) X(wordpress)              \
    X(litespeed)

#define CACHE_SETTINGS_POINTERS(X)                                            \
    X(bypass) X(no_store) X(query_ignore) X(query_keep) X(vary_ignore)        \
    X(key_parts) X(targets) X(purge_from)
/* clang-format on */

typedef struct cache_purge_rights_t cache_purge_rights_t;

enum {
#define X(field) SETTING_##field,
    CACHE_SETTINGS_NUMBERS(X)
#undef X
    CACHE_NUMBERS
};

typedef struct {
    int enabled; /* RProxyCache */
    int checked; /* something here looks at the client: see cache_sections.c */
    const char *checked_why; /* "Require ip at file:line" */
    int default_s, min_s, max_s;
    int keep_stale_s; /* kept and served on errors so long beyond its life */
    int while_revalidate_s, if_error_s;
    int heuristic_percent, heuristic_max_s;
    int errors_s;    /* lifetime of 404, 410, 5xx without an explicit one */
    int query;       /* query_rule_e */
    int query_strip; /* what is not in the key is not sent to the origin */
    int keep_scheme, keep_host;
    int ignore;       /* bits above */
    int compress;     /* bits above */
    int wait_s;       /* for somebody else's fetch */
    int status_field; /* send Cache-Status */
    int wordpress, litespeed;
    apr_array_header_t *bypass;   /* of cache_rule_t */
    apr_array_header_t *no_store; /* of cache_rule_t */
    const char *const *query_ignore, *const *query_keep, *const *vary_ignore;
    apr_array_header_t *key_parts; /* of cache_rule_t */
    const char *const *targets;
    cache_purge_rights_t *purge_from;
    const char *where[CACHE_NUMBERS]; /* of each number: "file:line" or NULL */
} cache_settings_t;

/* Of a virtual host. */
typedef struct {
    server_rec *server;
    const char *identity; /* tells this host's objects from another's */
    const char *full_identity;
    uint32_t epoch; /* of the configuration and this host */
    int number;     /* from 0, for the counters */
} cache_server_t;

/* Of the whole server. */
typedef struct {
    apr_off_t size; /* 0: no cache */
    const char *file;
    apr_off_t object_max;
    int keep_stale_max_s; /* the longest RProxyCacheKeepStale there is */
    int fetches;          /* in the background, at once, in each child */
    const char *where;    /* file:line of RProxyCacheSize */
} cache_global_t;

extern cache_global_t *cache_global;
extern const cache_settings_t cache_default_settings;
extern const command_rec cache_directives[];

#define CACHE_SETTING(s, field) \
    ((s)->field == -1 ? cache_default_settings.field : (s)->field)

/* Of targeted fields (RFC 9213), the first one that is there counts. */
#define CACHE_TARGETS(s) \
    ((s)->targets ? (s)->targets : cache_default_settings.targets)

void cache_global_create(apr_pool_t *p);
void *cache_settings_create(apr_pool_t *p, char *dir);
void *cache_settings_merge(apr_pool_t *p, void *base, void *add);
void *cache_server_create(apr_pool_t *p, server_rec *s);
void *cache_server_merge(apr_pool_t *p, void *base, void *add);

/* The number at this offset is what cmd's line says. */
void cache_settings_note(cmd_parms *cmd, cache_settings_t *s, size_t offset);

cache_server_t *cache_server_conf(const server_rec *s);
const cache_settings_t *cache_settings(const request_rec *r);

/* Those of the virtual host itself, in force before any section. */
const cache_settings_t *cache_settings_of_server(const server_rec *s);

/* In post_config: identities, epochs, warnings.  tree: hash of the whole
 * configuration.  @return the number of virtual hosts */
int cache_config_finish(apr_pool_t *p, server_rec *main, uint32_t tree);

#endif
