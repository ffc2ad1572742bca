/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_directives.c: the table of directives.  Layer L2.  What each of them
 * does stands in config/; README.md describes them for administrators. */
#include "rproxy_config.h"

#include "admin/admin_access.h"
#include "config/config_retry.h"
#include "config/config_route.h"
#include "config/config_server.h"
#include "config/config_settings.h"
#include "config/config_upstream.h"
#include "mirror/mirror_conf.h"

#define FIELD(name) ((void *)offsetof(settings_t, name))
#define SERVER RSRC_CONF
#define ANYWHERE (RSRC_CONF | ACCESS_CONF)

/* clang-format off */
const command_rec rproxy_directives[] = {
    /* routes and upstreams */
    AP_INIT_TAKE_ARGV("RProxyPass", config_route_pass, NULL, ANYWHERE,
        "[path] target [key=value ...]: requests below path go to target"),
    AP_INIT_TAKE_ARGV("RProxyPassMatch", config_route_pass_match, NULL, SERVER,
        "regex target [key=value ...]: requests whose path matches go to "
        "target, which may use $1 to $9"),
    AP_INIT_RAW_ARGS("<RProxyUpstream", config_upstream_container, NULL,
        SERVER, "name>: a container for the members of an upstream"),
    AP_INIT_TAKE_ARGV("RProxyMember", config_upstream_member, NULL, SERVER,
        "URL [key=value ...]: a server of the upstream around it"),

    /* what may differ by location */
    AP_INIT_TAKE_ARGV("RProxyTimeout", config_settings_timeout, NULL, ANYWHERE,
        "[default] [connect= send= first-byte= between= total=]: how long to "
        "wait for an upstream"),
    AP_INIT_TAKE1("RProxyPreserveHost", config_settings_preserve_host, NULL,
        ANYWHERE, "On, Off or a name: the Host an upstream is sent"),
    AP_INIT_ITERATE("RProxyForward", config_settings_forward, NULL, ANYWHERE,
        "field=off|on|append|pass ...: what an upstream is told about the "
        "client"),
    AP_INIT_TAKE_ARGV("RProxyRetry", config_retry, NULL, ANYWHERE,
        "tries= on= member= budget= replay=: when a failed attempt is "
        "repeated, and where"),
    AP_INIT_TAKE1("RProxyRewrite", config_settings_flag, FIELD(rewrite),
        ANYWHERE, "On or Off: rewrite Location and its like and cookies to "
        "the public name"),
    AP_INIT_ITERATE("RProxyHide", config_settings_hide, NULL, ANYWHERE,
        "defaults|none|field ...: response fields that are not sent on"),
    AP_INIT_TAKE1("RProxyErrorOverride", config_settings_flag,
        FIELD(error_override), ANYWHERE,
        "On or Off: ErrorDocument instead of an upstream's error page"),
    AP_INIT_TAKE_ARGV("RProxyMaintenance", config_settings_maintenance, NULL,
        ANYWHERE, "On|Off [page=file] [retry-after=seconds]: answer 503 in "
        "place of the upstream"),
    AP_INIT_TAKE_ARGV("RProxyRequestBuffer", config_settings_request_buffer,
        NULL, ANYWHERE, "Off, or memory[k|m] [file=size]: read request bodies "
        "before an upstream is asked"),
    AP_INIT_TAKE1("RProxyClientAbort", config_settings_client_abort, NULL,
        ANYWHERE, "cancel or finish: what becomes of an exchange whose client "
        "is gone"),
    AP_INIT_ITERATE("RProxyResponseLimit", config_settings_response_limit,
        NULL, ANYWHERE, "head= fields= trailers= interim=: what a response "
        "may have at most"),
    AP_INIT_TAKE1("RProxyEnv", config_settings_flag, FIELD(export_env),
        ANYWHERE, "On or Off: set environment variables about the exchange"),
    AP_INIT_TAKE_ARGV("RProxyMirror", mirror_directive, NULL, ANYWHERE,
        "Off, or upstream [sample=] [methods=] [body=] [compare] [mask=] "
        "[headers=]: copies of requests go there, and answers are compared"),
    AP_INIT_ITERATE("RProxyAdmin", admin_access_directive, NULL, ANYWHERE,
        "token=file|from=address|from=local|from=none ...: who may use the "
        "handler rproxy-admin; without it requests from this machine"),
    AP_INIT_TAKE1("RProxyStatusAdmin", config_settings_status_admin, NULL,
        ANYWHERE, "path or none: where on this host the handler rproxy-admin "
        "is that buttons of the status page ask"),

    /* what belongs to a virtual host or to the server */
    AP_INIT_ITERATE("RProxyTrusted", config_server_trusted, NULL, SERVER,
        "address or network ...: proxies before us that are believed"),
    AP_INIT_TAKE1("RProxyEventLoop", config_server_event_loop, NULL, SERVER,
        "auto, adopt or off: serve connections on event loops"),
    AP_INIT_TAKE1("RProxyLoops", config_server_loops, NULL, SERVER,
        "number of event loops in a child, or auto"),
    AP_INIT_TAKE1("RProxyResolve", config_server_resolve, NULL, SERVER,
        "time after which members' names are looked up again, 0 for never"),
    AP_INIT_TAKE1("RProxyMaxConnections", config_server_max_connections, NULL,
        SERVER, "number of client connections on the loops of a child, 0 for "
        "as many as the MPM allows"),
    AP_INIT_TAKE_ARGV("RProxyMirrorLimit", mirror_directive_limit, NULL,
        SERVER, "[requests=] [memory=]: copies under way in a child, and bytes "
        "kept for them"),
    AP_INIT_TAKE12("RProxySendRate", config_server_send_rate, NULL, SERVER,
        "bytes a second that a client must take at least, 0 for any; "
        "after=TIME: it has so long at first"),
    AP_INIT_TAKE1("RProxyTempDir", config_server_temp_dir, NULL, SERVER,
        "directory for request bodies that are too large for memory"),
    { NULL }
};
/* clang-format on */
