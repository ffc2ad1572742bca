/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_config.h: what the directives say.  Layer L2.
 *
 * Three structs: server_conf_t for what belongs to a virtual host (its routes,
 * the loops), settings_t for what may differ by <Location> (a per-directory
 * configuration, also set at server level), route_t for one RProxyPass.
 * Unset is -1 or NULL; defaults are applied where a value is read
 * (settings_default), never while merging. */
#ifndef RPROXY_CONFIG_H
#define RPROXY_CONFIG_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>
#include <apr_hash.h>

#include "engine/upstream.h"
#include "routing/route_table.h"
#include "routing/condition.h"
#include "routing/split.h"

typedef struct route_t route_t;
typedef struct admin_rights_t admin_rights_t;

/* How a request field that tells about the client is sent on. */
typedef enum {
    FORWARD_OFF,    /* the client's own is removed, none is sent */
    FORWARD_ON,     /* replaced by ours */
    FORWARD_APPEND, /* ours is appended to what a trusted client sent */
    FORWARD_PASS    /* left as the client sent it */
} forward_e;

/* clang-format off */
#define FORWARD_FIELDS(X)                                                     \
    X(FORWARD_FOR,     "x-forwarded-for",   FORWARD_APPEND)                   \
    X(FORWARD_PROTO,   "x-forwarded-proto", FORWARD_APPEND)                   \
    X(FORWARD_HOST,    "x-forwarded-host",  FORWARD_APPEND)                   \
    X(FORWARD_PORT,    "x-forwarded-port",  FORWARD_APPEND)                   \
    X(FORWARD_REAL_IP, "x-real-ip",         FORWARD_APPEND)                   \
    X(FORWARD_RFC7239, "forwarded",         FORWARD_OFF)                      \
    X(FORWARD_VIA,     "via",               FORWARD_APPEND)                   \
    X(FORWARD_REQUEST_ID,  "x-request-id",  FORWARD_APPEND)                   \
    X(FORWARD_TRACEPARENT, "traceparent",   FORWARD_PASS)
/* clang-format on */

typedef enum {
#define X(id, name, preset) id,
    FORWARD_FIELDS(X)
#undef X
    FORWARD_FIELD_COUNT
} forward_field_e;

typedef struct {
    /* RProxyTimeout: usec, -1 unset, 0 none */
    apr_interval_time_t connect_timeout;    /* default 5 s */
    apr_interval_time_t send_timeout;       /* default 60 s: no progress */
    apr_interval_time_t first_byte_timeout; /* default 60 s */
    apr_interval_time_t between_timeout;    /* default 60 s */
    apr_interval_time_t total_timeout;      /* default 0 */

    int preserve_host;         /* RProxyPreserveHost, default 0 */
    const char *host_override; /* RProxyPreserveHost name: this Host */
    signed char forward[FORWARD_FIELD_COUNT]; /* RProxyForward; forward_e */

    /* RProxyRetry: 3 tries, on connect and reset, of any member, 64 KiB */
    retry_rules_t retry;

    int rewrite;              /* RProxyRewrite On: Location etc., default 1 */
    apr_array_header_t *hide; /* RProxyHide: const char *, lower case */
    int hide_defaults;        /* Server, X-Powered-By, ...: default 1 */

    int error_override;           /* RProxyErrorOverride, default 0 */
    int maintenance;              /* RProxyMaintenance, default 0 */
    const char *maintenance_page; /* file, or NULL for the built-in one */
    int retry_after_s;            /* default 30 */

    apr_off_t buffer_memory; /* RProxyRequestBuffer: 0 streams, default 0 */
    apr_off_t buffer_file;   /* temporary file, at most; 1 GiB */

    int client_abort_finish;          /* RProxyClientAbort finish, default 0 */
    apr_off_t response_head_limit;    /* RProxyResponseLimit head=, 64 KiB */
    int response_field_limit;         /* fields=, 200 */
    apr_off_t response_trailer_limit; /* trailers=, 16 KiB */
    int interim_limit;                /* interim=: 1xx responses, 16 */
    int export_env;                   /* RProxyEnv, default 0 */

    const route_t *location_route; /* RProxyPass in <Location> */
    int location_excluded;         /* RProxyPass ! in <Location> */

    admin_rights_t *admin;              /* RProxyAdmin, or NULL */
    const struct mirror_conf_t *mirror; /* RProxyMirror, or NULL */
    const char *status_admin; /* RProxyStatusAdmin: a path; "" or NULL none */
} settings_t;

typedef enum {
    PREFIX_KEEP,
    PREFIX_STRIP,
    PREFIX_REPLACE
} prefix_e;

typedef struct {
    upstream_t *upstream;
    const char *path; /* of the target URL: replaces the prefix; "" none */
    const char *name; /* as written, resolved to upstream in post_config */
    int weight;       /* of a split, 0-100 */
    const char *public_prefix; /* see route_match_t */
    const char *upstream_prefix;
} route_target_t;

struct route_t {
    const char *path;               /* "/app/"; NULL for RProxyPassMatch */
    int exact;                      /* exact path, not a prefix */
    int excluded;                   /* target "!" */
    ap_regex_t *regex;              /* RProxyPassMatch */
    const char *pattern;            /* its text */
    apr_array_header_t *targets;    /* of route_target_t; one, or a split */
    apr_array_header_t *conditions; /* of condition_t */
    ap_expr_info_t *expr;           /* expr=, or NULL */
    split_target_t *split;          /* of targets when there are several */
    const char *sticky; /* sticky=cookie:NAME | address | header:NAME */
    prefix_e prefix;
    int prefix_given; /* prefix= stood in the configuration */
    int files_first;
    int maintenance;        /* maintenance=on on the route: -1 by settings */
    const char *defined_at; /* "file:line" */
    int id;                 /* index into the shared route counters */
};

typedef struct server_conf_t server_conf_t;

typedef enum {
    RPROXY_LOOP_OFF,  /* worker threads do everything */
    RPROXY_LOOP_AUTO, /* loops accept and serve where the MPM allows it */
    RPROXY_LOOP_ADOPT /* the MPM accepts, the loops adopt */
} event_loop_e;

struct server_conf_t {
    server_rec *server;
    int event_loop; /* RProxyEventLoop: event_loop_e, -1 unset */
    int send_rate;  /* RProxySendRate: bytes a second, 0 any, -1 unset */
    apr_interval_time_t send_grace; /* after= */
    apr_array_header_t *routes;     /* of route_t *, own ones in file order */
    route_table_t *table;           /* of the routes with a path; post_config */
    apr_array_header_t *matches; /* of route_t *: RProxyPassMatch, in order */
    int has_routes;              /* any, also in <Location> sections */
    int has_location_routes;     /* one-argument RProxyPass */
    int uses_loop;               /* rproxy_use_loop was called */
    /* The main server's, whose routes apply where none of ours fits; NULL in
     * the main server itself. */
    const server_conf_t *base;
    apr_array_header_t *trusted; /* RProxyTrusted: apr_ipsubnet_t * */
};

/* An upstream that a directive counts on. */
typedef struct {
    const char *name, *directive, *where;
} upstream_name_t;

/* One for the whole server: set in the main server only. */
typedef struct {
    int loop_threads;                     /* RProxyLoops: 0 automatic */
    apr_hash_t *upstreams;                /* name -> upstream_t * */
    apr_array_header_t *upstream_list;    /* of upstream_t *, index = id */
    apr_array_header_t *member_list;      /* of member_t *, index = id */
    apr_array_header_t *route_list;       /* of route_t *, index = id */
    apr_interval_time_t resolve_interval; /* RProxyResolve, default 30 s */
    int max_connections;         /* RProxyMaxConnections: clients per child,
                                  * 0: automatic */
    apr_array_header_t *mirrors; /* of mirror_conf_t * */
    int mirror_requests;         /* RProxyMirrorLimit, of each child: 64 */
    apr_off_t mirror_memory;     /* 16 MiB */
    apr_array_header_t *named;   /* of upstream_name_t: by directives that
                                  * are no routes */
    int is_asked;                /* rproxy_ask_target was called */
    int retry_budget_percent;    /* RProxyRetry budget= of the main server */
    const char *temp_dir;        /* for buffered bodies; set by
                                  * rproxy_config_finish when not given */
} global_conf_t;

extern global_conf_t *rproxy_global; /* valid after pre_config */

extern const command_rec rproxy_directives[];

void *rproxy_server_create(apr_pool_t *p, server_rec *s);
void *rproxy_server_merge(apr_pool_t *p, void *base, void *add);
void *rproxy_settings_create(apr_pool_t *p, char *dir);
void *rproxy_settings_merge(apr_pool_t *p, void *base, void *add);

/* Fresh global state; called in pre_config. */
void rproxy_global_create(apr_pool_t *p);

/* Finds the upstreams that routes name, resolves members, builds the route
 * tables, warns about unreachable routes and names without an address.
 * Called in post_config, and in check_config when httpd only tests its
 * configuration (post_config does not run then).  Lists are complete and
 * numbered when the directives have been read.
 * @return OK, or HTTP_INTERNAL_SERVER_ERROR after a logged error */
int rproxy_config_finish(apr_pool_t *p, apr_pool_t *ptemp, server_rec *main);

server_conf_t *rproxy_server_conf(const server_rec *s);
const settings_t *rproxy_settings(const request_rec *r);

/* The value of a setting with its default applied: SETTING(s, rewrite). */
extern const settings_t rproxy_default_settings;
#define SETTING(s, field) \
    ((s)->field == -1 ? rproxy_default_settings.field : (s)->field)

#endif
